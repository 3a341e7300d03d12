"""Terraform: roles and users with their policies and trusts, workloads, literal credentials, and what is none."""

from __future__ import annotations

from definitions_kit import base64_of

from keyrack.records import Credential, Gap, Grant, Identity, Placement, Resource, Trust

DEPLOY = "repo:acme/web:iam-role/infra/aws_iam_role.deploy"

OIDC = """\
    resource "aws_iam_openid_connect_provider" "github" {
      url             = "https://token.actions.githubusercontent.com"
      client_id_list  = ["sts.amazonaws.com"]
      thumbprint_list = ["%s"]
    }

    data "aws_iam_policy_document" "assume" {
      statement {
        actions = ["sts:AssumeRoleWithWebIdentity"]
        principals {
          type        = "Federated"
          identifiers = [aws_iam_openid_connect_provider.github.arn]
        }
        condition {
          test     = "StringLike"
          variable = "token.actions.githubusercontent.com:sub"
          values   = ["repo:${var.organisation}/*"]
        }
        condition {
          test     = "StringEquals"
          variable = "token.actions.githubusercontent.com:aud"
          values   = ["sts.amazonaws.com"]
        }
      }
    }

    variable "organisation" { default = "acme" }

    # the role of the pipeline
    resource "aws_iam_role" "deploy" {
      name                 = "deploy"
      assume_role_policy   = data.aws_iam_policy_document.assume.json
      permissions_boundary = "arn:aws:iam::111122223333:policy/boundary"
      tags = {
        Owner = "platform@example.com"
      }
    }
""" % ("a" * 40)


def test_role_with_oidc_trust_from_a_policy_document(declared):
    found = declared({"infra/main.tf": OIDC})
    role = found.identity(DEPLOY)
    assert (role.type, role.name, role.kind, role.provider, role.scope) == (
        "iac:aws-iam-role",
        "deploy",
        "service_account",
        "repository",
        "acme/web",
    )
    assert role.attrs == {
        "path": "infra/main.tf", "line": "30", "address": "aws_iam_role.deploy", "boundary": "aws:iam::111122223333:policy/boundary",
    }  # fmt: skip
    assert role.tags == {"Owner": "platform@example.com"}
    (trust,) = found.of(Trust)
    assert (trust.mechanism, trust.subject_kind, trust.issuer) == (
        "sts:AssumeRoleWithWebIdentity", "federated", "token.actions.githubusercontent.com",
    )  # fmt: skip
    assert (trust.subs, trust.audiences) == (["repo:acme/*"], ["sts.amazonaws.com"])
    assert trust.attrs["source_path"] == "infra/main.tf"
    (provider,) = found.of(Resource)
    assert (provider.type, provider.attrs["url"], provider.attrs["audiences"]) == (
        "aws:oidc-provider", "https://token.actions.githubusercontent.com", "sts.amazonaws.com",
    )  # fmt: skip


def test_issuer_of_a_provider_declared_elsewhere_comes_from_the_conditions(declared):
    found = declared(
        {
            "eks.tf": """\
        resource "aws_iam_role" "irsa" {
          assume_role_policy = jsonencode({
            Version = "2012-10-17"
            Statement = [{
              Effect    = "Allow"
              Action    = "sts:AssumeRoleWithWebIdentity"
              Principal = { Federated = var.oidc_provider_arn }
              Condition = {
                StringEquals = { "oidc.eks.eu-west-1.amazonaws.com/id/ABC:sub" = "system:serviceaccount:prod:web" }
                StringLike   = { "token.actions.githubusercontent.com:sub" = "repo:Acme@123456/Web@654321:environment:Production" }
              }
            }]
          })
        }
        """
        }
    )
    (trust,) = found.of(Trust)
    assert not found.of(Credential)  # a condition key that ends like a token's name holds none
    assert (trust.issuer, trust.subs) == ("oidc.eks.eu-west-1.amazonaws.com/id/ABC", ["system:serviceaccount:prod:web"])


def test_policies_in_every_form(declared):
    found = declared(
        {
            "infra/main.tf": """\
        resource "aws_iam_role" "deploy" {
          assume_role_policy  = "{\\"Statement\\":[{\\"Effect\\":\\"Allow\\",\\"Action\\":\\"sts:AssumeRole\\",\\"Principal\\":{\\"AWS\\":\\"*\\"}}]}"
          managed_policy_arns = ["arn:aws:iam::aws:policy/ReadOnlyAccess", aws_iam_policy.own.arn]
          inline_policy {
            name   = "inline"
            policy = jsonencode({ Statement = [{ Effect = "Allow", Action = ["s3:*"], Resource = "*" }] })
          }
        }
        resource "aws_iam_policy" "own" {
          policy = data.aws_iam_policy_document.own.json
        }
        data "aws_iam_policy_document" "base" {
          statement {
            sid       = "Base"
            actions   = ["kms:Decrypt"]
            resources = ["*"]
          }
        }
        data "aws_iam_policy_document" "own" {
          source_policy_documents = [data.aws_iam_policy_document.base.json, data.aws_iam_policy_document.own.json]
          statement {
            effect      = "Deny"
            not_actions = ["iam:*"]
            resources   = ["arn:aws:s3:::$${aws:username}/*", "${aws_s3_bucket.b.arn}/*"]
          }
        }
        resource "aws_iam_role_policy" "heredoc" {
          name   = "heredoc"
          role   = aws_iam_role.deploy.id
          policy = <<-EOF
            {"Version": "2012-10-17",
             "Statement": {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "${aws_iam_role.deploy.arn}"}}
          EOF
        }
        resource "aws_iam_role_policy_attachment" "admin" {
          role       = aws_iam_role.deploy.name
          policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
        }
        resource "aws_iam_policy_attachment" "many" {
          name       = "many"
          roles      = [aws_iam_role.deploy.name]
          policy_arn = data.aws_iam_policy.audit.arn
        }
        data "aws_iam_policy" "audit" { name = "SecurityAudit" }
        """
        }
    )
    grants = {(g.policy, g.effect, g.not_actions): g for g in found.of(Grant)}
    assert {g.identity_uid for g in grants.values()} == {DEPLOY}
    assert grants["inline", "allow", False].actions == ["s3:*"]
    assert (grants["heredoc", "allow", False].resources, grants["heredoc", "allow", False].via) == (
        ["${aws_iam_role.deploy.arn}"],
        "inline",
    )
    assert grants["aws_iam_policy.own", "allow", False].actions == ["kms:Decrypt"]
    assert grants["aws_iam_policy.own", "allow", False].attrs == {"sid": "Base", "source_path": "infra/main.tf"}
    deny = grants["aws_iam_policy.own", "deny", True]
    assert (deny.actions, deny.resources, deny.via) == (
        ["iam:*"],
        ["arn:aws:s3:::${aws:username}/*", "${aws_s3_bucket.b.arn}/*"],
        "managed",
    )
    assert grants["aws:iam::aws:policy/AdministratorAccess", "allow", False].actions == ["*"]
    assert grants["aws:iam::aws:policy/SecurityAudit", "allow", False].actions == []
    assert grants["aws:iam::aws:policy/ReadOnlyAccess", "allow", False].via == "managed"
    (trust,) = found.of(Trust)
    assert (trust.subject, trust.subject_kind) == ("*", "anyone")
    assert not found.of(Gap)


def test_computed_policies_are_gaps_by_design(declared):
    found = declared(
        {
            "m.tf": """\
        resource "aws_iam_role" "r" {
          name               = var.prefix != "" ? "${var.prefix}-x" : null
          assume_role_policy = templatefile("trust.json", {})
        }
        """
        }
    )
    assert found.identity("repo:acme/web:iam-role/aws_iam_role.r").name == "aws_iam_role.r"
    (gap,) = found.of(Gap)
    assert (gap.reason, gap.incomplete, gap.capability) == ("unsupported", False, "repository.iac")


def test_users_access_keys_and_console(declared):
    found = declared(
        {
            "users.tf": """\
        resource "aws_iam_user" "bot" { name = "bot" }
        resource "aws_iam_access_key" "plain" { user = aws_iam_user.bot.name }
        resource "aws_iam_access_key" "sealed" {
          user    = aws_iam_user.bot.name
          pgp_key = "keybase:ops"
        }
        resource "aws_iam_user" "alice" { name = "alice" }
        resource "aws_iam_user_login_profile" "alice" { user = aws_iam_user.alice.name }
        resource "aws_iam_user_policy" "p" {
          user   = aws_iam_user.bot.name
          policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }] })
        }
        """
        }
    )
    bot = "repo:acme/web:iam-user/aws_iam_user.bot"
    kinds = {i.name: (i.kind, i.attrs.get("console")) for i in found.of(Identity)}
    assert kinds == {"bot": ("service_account", None), "alice": ("human", "true")}
    keys = {c.name: c for c in found.of(Credential)}
    assert {k: (c.kind, c.identity_uid, c.expiry, c.protected) for k, c in keys.items()} == {
        "aws_iam_access_key.plain": ("access_key", bot, "never", None),
        "aws_iam_access_key.sealed": ("access_key", bot, "never", True),
    }
    assert {(p.system, p.exposure) for p in found.of(Placement)} == {("iac", "config")}
    assert [g.actions for g in found.of(Grant)] == [["*"]]


def test_workloads_run_as_roles(declared):
    found = declared(
        {
            "infra/main.tf": """\
        resource "aws_iam_role" "deploy" { assume_role_policy = jsonencode({ Statement = [] }) }
        resource "aws_lambda_function" "f" {
          function_name = "resize"
          role          = aws_iam_role.deploy.arn
        }
        resource "aws_ecs_task_definition" "t" {
          family             = "web"
          execution_role_arn = var.execution
          task_role_arn      = aws_iam_role.deploy.arn
        }
        resource "aws_iam_instance_profile" "p" { role = aws_iam_role.deploy.name }
        resource "aws_instance" "i" { iam_instance_profile = aws_iam_instance_profile.p.name }
        resource "aws_codebuild_project" "c" {
          name         = "build"
          service_role = "arn:aws:iam::111122223333:role/elsewhere"
        }
        """
        }
    )
    trusts = found.trusts("aws:runs-as")
    assert {(t.identity_uid, t.subject_kind) for t in trusts} == {(DEPLOY, "workload")}
    kinds = {r.uid: r.type for r in found.of(Resource)}
    assert {kinds[t.subject] for t in trusts} == {"aws:lambda-function", "aws:ecs-task-definition", "aws:ec2-instance"}
    assert len(kinds) == 4


def test_literal_credentials_wherever_they_stand(declared, values):
    key, secret = values.aws_id(), values.aws_secret()
    password, token, other, admin, vaulted, seed = (values.password() for _ in range(6))
    userdata = base64_of(f"#!/bin/bash\nexport DB_PASSWORD={other}\n")
    found = declared({
        "infra/main.tf": f"""\
            provider "aws" {{
              region     = "eu-west-1"
              access_key = "{key}"
              secret_key = "{secret}"
            }}
            resource "aws_db_instance" "db" {{
              username = "admin"
              password = "{password}"
            }}
            resource "aws_iam_role" "deploy" {{ assume_role_policy = jsonencode({{ Statement = [] }}) }}
            resource "aws_lambda_function" "f" {{
              role = aws_iam_role.deploy.arn
              environment {{
                variables = {{
                  API_TOKEN = "{token}"
                  LOG_LEVEL = "debug"
                }}
              }}
            }}
            resource "aws_ecs_task_definition" "t" {{
              container_definitions = jsonencode([{{
                name        = "web"
                environment = [{{ name = "ADMIN_PASSWORD", value = "{admin}" }}, {{ name = "PORT", value = "80" }}]
                secrets     = [{{ name = "SAFE_PASSWORD", valueFrom = "arn:aws:ssm:eu-west-1:111122223333:parameter/x" }}]
              }}])
            }}
            resource "aws_instance" "i" {{ user_data_base64 = "{userdata}" }}
            resource "aws_secretsmanager_secret_version" "v" {{ secret_string = "{vaulted}" }}
            resource "google_compute_instance" "g" {{
              metadata_startup_script = <<-EOF
                #!/bin/sh
                export SERVICE_TOKEN="{token}"
              EOF
            }}
            """,
        "infra/variables.tf": f'variable "db_password" {{\n  default = "{seed}"\n}}\n',
        "infra/prod.tfvars": f'admin_password = "{admin}"\nregion = "eu-west-1"\n',
    }, secret, password, token, other, admin, vaulted, seed)  # fmt: skip
    places = found.committed()
    assert {field: p.line for field, p in places.items()} == {
        "provider.aws.secret_key": 4,
        "aws_db_instance.db.password": 8,
        "aws_lambda_function.f.environment.variables.API_TOKEN": 15,
        "aws_ecs_task_definition.t.container_definitions[0].environment.ADMIN_PASSWORD": 23,
        "aws_instance.i.user_data_base64.DB_PASSWORD": 27,
        "aws_secretsmanager_secret_version.v.secret_string": 28,
        "google_compute_instance.g.metadata_startup_script.SERVICE_TOKEN": 32,
        "variable.db_password.default.db_password": 2,
        "admin_password": 1,
    }  # fmt: skip
    assert places["provider.aws.secret_key"].credential_uid == f"cred:aws:{key}"
    assert places["aws_lambda_function.f.environment.variables.API_TOKEN"].consumer_uid == DEPLOY
    assert {p.system for p in places.values()} == {"iac"}
    assert (
        places["admin_password"].credential_uid
        == places["aws_ecs_task_definition.t.container_definitions[0].environment.ADMIN_PASSWORD"].credential_uid
    )


def test_references_placeholders_and_selectors_are_no_secrets(declared):
    found = declared(
        {
            "m.tf": """\
        variable "db_password" { sensitive = true }
        variable "api_token" { default = "CHANGE_ME" }
        resource "random_password" "p" { length = 32 }
        resource "aws_db_instance" "db" {
          password                    = random_password.p.result
          manage_master_user_password = true
        }
        resource "aws_s3_object" "o" { key = "releases/App-1.2.3/Bundle9.zip" }
        resource "aws_dynamodb_table" "t" {
          hash_key  = "CustomerId2024Key"
          range_key = "CreatedAt2024Sort"
        }
        resource "aws_instance" "i" { key_name = "Prod-Bastion-2024-Key1" }
        resource "aws_ssm_parameter" "plain" {
          type  = "String"
          value = "Some9Plain8Setting7"
        }
        resource "aws_ssm_parameter" "safe" {
          type  = "SecureString"
          value = var.db_password
        }
        resource "aws_lambda_function" "f" {
          environment { variables = { SECRET_ARN = aws_secretsmanager_secret.s.arn, TOKEN = data.vault_generic_secret.x.data["t"] } }
        }
        """
        }
    )
    assert not found.of(Credential)


def test_json_syntax(declared, values):
    password = values.password()
    found = declared({"infra/main.tf.json": f"""\
        {{"resource": {{
            "aws_iam_role": {{"deploy": {{
                "name": "deploy",
                "assume_role_policy": "{{\\"Statement\\":[{{\\"Effect\\":\\"Allow\\",\\"Action\\":\\"sts:AssumeRole\\",\\"Principal\\":{{\\"Service\\":\\"ec2.amazonaws.com\\"}}}}]}}"
            }}}},
            "aws_iam_role_policy_attachment": {{"a": {{"role": "${{aws_iam_role.deploy.name}}", "policy_arn": "arn:aws:iam::aws:policy/IAMFullAccess"}}}},
            "aws_db_instance": {{"db": {{"password": "{password}", "username": "${{var.u}}"}}}}
        }}}}
        """}, password)  # fmt: skip
    assert found.identity(DEPLOY).attrs["line"] == "2"
    assert [t.subject for t in found.of(Trust)] == ["ec2.amazonaws.com"]
    assert "iam:*" in found.of(Grant)[0].actions
    assert found.committed()["aws_db_instance.db.password"].line == 7


def test_modules_do_not_see_each_other(declared):
    role = 'resource "aws_iam_role" "r" { assume_role_policy = jsonencode({ Statement = [] }) }\n'
    attach = 'resource "aws_iam_role_policy_attachment" "a" {\n  role = aws_iam_role.r.name\n  policy_arn = "arn:aws:iam::aws:policy/%s"\n}\n'
    found = declared({"a/m.tf": role, "a/n.tf": attach % "AdministratorAccess", "b/m.tf": role})
    assert {g.identity_uid for g in found.of(Grant)} == {"repo:acme/web:iam-role/a/aws_iam_role.r"}
    assert len(found.of(Identity)) == 2


def test_locals_are_followed(declared):
    found = declared(
        {
            "m.tf": """\
        locals {
          name   = "deployer"
          policy = { Statement = [{ Effect = "Allow", Action = "ec2:*", Resource = "*" }] }
        }
        resource "aws_iam_role" "r" {
          name               = local.name
          assume_role_policy = jsonencode({ Statement = [] })
        }
        resource "aws_iam_role_policy" "p" {
          role   = aws_iam_role.r.id
          policy = jsonencode(local.policy)
        }
        """
        }
    )
    assert [i.name for i in found.of(Identity)] == ["deployer"]
    assert [g.actions for g in found.of(Grant)] == [["ec2:*"]]
