"""Google and Azure in Terraform: identities, keys, roles, providers; what is not understood is counted, never passed over."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from keyrack.records import Credential, Gap, Grant, Identity, Policy, Resource

BOT = "repo:acme/web:google-service-account/infra/google_service_account.bot"
APP = "repo:acme/web:azure-application/infra/azuread_application.ci"

GOOGLE = """\
    resource "google_service_account" "bot" { account_id = "tf-bot" }
    resource "google_service_account_key" "bot" { service_account_id = google_service_account.bot.name }
    resource "google_project_iam_member" "owner" {
      project = "acme-prod"
      role    = "roles/owner"
      member  = "serviceAccount:${google_service_account.bot.email}"
    }
    resource "google_project_iam_binding" "edit" {
      project = "acme-prod"
      role    = "roles/editor"
      members = ["group:team@acme.io", "serviceAccount:etl@acme-prod.iam.gserviceaccount.com"]
    }
    resource "google_project_iam_member" "team" {
      project = "acme-prod"
      role    = "roles/owner"
      member  = "user:alice@acme.io"
    }
    resource "google_iam_workload_identity_pool_provider" "open" {
      workload_identity_pool_provider_id = "open"
      oidc { issuer_uri = "https://token.actions.githubusercontent.com" }
    }
    resource "google_iam_workload_identity_pool_provider" "closed" {
      workload_identity_pool_provider_id = "closed"
      attribute_condition                = "assertion.repository_owner_id == '4471123'"
      oidc { issuer_uri = "https://token.actions.githubusercontent.com" }
    }
"""


def test_google_accounts_keys_roles_and_providers(declared):
    found = declared({"infra/gcp.tf": GOOGLE})
    bot = found.identity(BOT)
    assert (bot.type, bot.name, bot.kind, bot.attrs["line"]) == ("iac:google-service-account", "tf-bot", "service_account", "1")
    assert "declared_by" not in bot.attrs
    (key,) = found.of(Credential)
    assert (key.kind, key.issuer, key.expiry, key.identity_uid) == ("private_key", "gcp", "never", BOT)
    etl = "repo:acme/web:google-service-account/infra/etl@acme-prod.iam.gserviceaccount.com"
    assert found.identity(etl).attrs["declared_by"] == "reference"
    assert {(g.identity_uid, g.policy, g.privilege) for g in found.of(Grant)} == {
        (BOT, "roles/owner on project acme-prod", "admin"),
        (etl, "roles/editor on project acme-prod", "write"),
    }
    assert {r.name: r.attrs.get("condition") for r in found.of(Resource)} == {
        "open": None,
        "closed": "assertion.repository_owner_id == '4471123'",
    }
    assert not found.of(Gap)


AZURE = """\
    resource "azuread_application" "ci" { display_name = "ci" }
    resource "azuread_service_principal" "ci" { client_id = azuread_application.ci.client_id }
    resource "azuread_application_password" "ci" {
      application_id = azuread_application.ci.id
      end_date       = "2099-01-01T00:00:00Z"
    }
    resource "azurerm_user_assigned_identity" "app" { name = "app" }
    resource "azurerm_role_assignment" "ci" {
      scope                = "/subscriptions/7d7c5d4e-2f0b-4a55-8a86-2a3b0a8f3f11"
      role_definition_name = "Owner"
      principal_id         = azuread_service_principal.ci.object_id
    }
    resource "azurerm_role_assignment" "app" {
      scope                = azurerm_resource_group.main.id
      role_definition_name = "Contributor"
      principal_id         = azurerm_user_assigned_identity.app.principal_id
    }
    resource "azurerm_role_assignment" "vm" {
      scope                = data.azurerm_subscription.current.id
      role_definition_name = "Contributor"
      principal_id         = azurerm_linux_virtual_machine.build.identity[0].principal_id
    }
    resource "azurerm_role_assignment" "people" {
      scope                = data.azurerm_subscription.current.id
      role_definition_name = "Owner"
      principal_id         = azuread_group.admins.object_id
    }
"""


def test_azure_applications_secrets_and_assignments(declared):
    found = declared({"infra/az.tf": AZURE})
    assert {i.uid: i.type for i in found.of(Identity)} == {
        APP: "iac:azure-application",
        "repo:acme/web:azure-managed-identity/infra/azurerm_user_assigned_identity.app": "iac:azure-managed-identity",
        "repo:acme/web:azure-managed-identity/infra/azurerm_linux_virtual_machine.build": "iac:azure-managed-identity",
    }
    (secret,) = found.of(Credential)
    assert (secret.kind, secret.issuer, secret.identity_uid, secret.expiry) == ("oauth_secret", "azure", APP, "set")
    assert secret.expires_at == datetime(2099, 1, 1, tzinfo=UTC)
    grants = {g.identity_uid.rpartition("/")[2]: (g.actions, g.resources, g.privilege) for g in found.of(Grant)}
    assert grants == {
        "azuread_application.ci": (["Owner"], ["*"], "admin"),
        "azurerm_user_assigned_identity.app": (["Contributor"], ["${azurerm_resource_group.main.id}"], "write"),
        "azurerm_linux_virtual_machine.build": (["Contributor"], ["*"], "write"),
    }
    assert not found.of(Gap)


def test_identities_declared_elsewhere_are_known_by_the_reference(declared):
    found = declared(
        {
            "infra/az.tf": """\
        resource "azuread_application_password" "a" { application_id = azuread_application.ci.id }
        resource "azurerm_role_assignment" "a" {
          scope                = "/subscriptions/7d7c5d4e-2f0b-4a55-8a86-2a3b0a8f3f11"
          role_definition_name = "Owner"
          principal_id         = azuread_service_principal.other.object_id
        }
        """
        }
    )
    assert {i.name: i.attrs["declared_by"] for i in found.of(Identity)} == {
        "azuread_application.ci": "reference",
        "azuread_service_principal.other": "reference",
    }
    assert [c.expiry for c in found.of(Credential)] == ["unknown"]  # the tenant decides


def test_what_is_not_understood_is_one_gap_with_its_types(declared):
    found = declared(
        {
            "a/main.tf": """\
        variable "principal" {}
        resource "google_service_account_iam_member" "ci" {
          role   = "roles/iam.workloadIdentityUser"
          member = "principalSet://iam.googleapis.com/x/attribute.repository/acme/web"
        }
        resource "google_project_iam_policy" "all" { policy_data = data.google_iam_policy.all.policy_data }
        """,
            "b/main.tf": """\
        resource "azurerm_role_assignment" "a" {
          scope                = "/subscriptions/x"
          role_definition_name = "Owner"
          principal_id         = var.principal
        }
        resource "google_storage_bucket" "b" { name = "logs" }
        """,
        }
    )
    (gap,) = found.of(Gap)
    assert (gap.subject, gap.reason, gap.incomplete) == ("acme/web#google-azure", "unsupported", False)
    assert gap.detail.startswith("3 identity resources")
    assert "azurerm_role_assignment, google_project_iam_policy, google_service_account_iam_member" in gap.detail


def test_a_role_under_a_condition_is_not_taken_for_the_whole_project(declared):
    found = declared(
        {
            "gcp.tf": """\
        resource "google_project_iam_member" "a" {
          project = "p"
          role    = "roles/owner"
          member  = google_service_account.bot.member
          condition {
            title      = "weekdays"
            expression = "request.time.getDayOfWeek() > 0"
          }
        }
        """
        }
    )
    (grant,) = found.of(Grant)
    assert "getDayOfWeek" in (grant.conditions or "")


def test_instances_and_what_they_are_launched_from_state_their_metadata_service(declared):
    found = declared(
        {
            "ec2.tf": """\
        resource "aws_iam_role" "web" { assume_role_policy = "{}" }
        resource "aws_iam_instance_profile" "web" { role = aws_iam_role.web.name }
        resource "aws_instance" "old" {
          iam_instance_profile = aws_iam_instance_profile.web.name
          metadata_options { http_tokens = "optional" }
        }
        resource "aws_instance" "new" {
          metadata_options { http_tokens = "required" }
        }
        resource "aws_instance" "silent" { ami = "ami-1" }
        resource "aws_launch_template" "fleet" {
          name = "fleet"
          iam_instance_profile { name = aws_iam_instance_profile.web.name }
          metadata_options { http_tokens = "optional" }
        }
        resource "aws_launch_template" "quiet" { name = "quiet" }
        """
        }
    )
    role = "repo:acme/web:iam-role/aws_iam_role.web"
    assert {r.name: (r.attrs.get("imds"), r.attrs.get("role")) for r in found.of(Resource)} == {
        "aws_instance.old": ("optional", role),
        "aws_instance.new": ("required", None),
        "aws_instance.silent": (None, None),
        "fleet": ("optional", role),
    }


FEDERATED = """\
    resource "azuread_application" "ci" { display_name = "ci" }
    resource "azurerm_user_assigned_identity" "job" { name = "job" }
    resource "azuread_application_federated_identity_credential" "main" {
      application_id = azuread_application.ci.id
      display_name   = "main"
      audiences      = ["api://AzureADTokenExchange"]
      issuer         = "https://token.actions.githubusercontent.com"
      subject        = "repo:acme/web:ref:refs/heads/main"
    }
    resource "azurerm_federated_identity_credential" "pod" {
      name      = "pod"
      parent_id = azurerm_user_assigned_identity.job.id
      audience  = ["api://AzureADTokenExchange"]
      issuer    = "https://northeurope.oic.prod-aks.azure.com/t/c/"
      subject   = "system:serviceaccount:web:app"
    }
    resource "azuread_application_flexible_federated_identity_credential" "any" {
      application_id             = azuread_application.ci.id
      display_name               = "any"
      audience                   = "api://AzureADTokenExchange"
      issuer                     = "https://token.actions.githubusercontent.com"
      claims_matching_expression = "claims['sub'] matches 'repo:acme/*'"
    }
    resource "azuread_application_federated_identity_credential" "computed" {
      application_id = azuread_application.ci.id
      issuer         = var.issuer
      subject        = "x"
    }
"""


def test_azure_federated_credentials_are_trust_documents(declared):
    found = declared({"infra/fic.tf": FEDERATED})
    documents = {policy.name.rpartition(".")[2]: (policy.targets, json.loads(policy.document)) for policy in found.of(Policy)}
    assert set(documents) == {"main", "pod", "any"}
    assert documents["main"] == (
        [APP],
        {
            "name": "main",
            "issuer": "https://token.actions.githubusercontent.com",
            "audiences": ["api://AzureADTokenExchange"],
            "subject": "repo:acme/web:ref:refs/heads/main",
        },
    )
    assert documents["pod"][0] == ["repo:acme/web:azure-managed-identity/infra/azurerm_user_assigned_identity.job"]
    assert documents["pod"][1]["audiences"] == ["api://AzureADTokenExchange"]
    assert documents["any"][1]["claimsMatchingExpression"] == {
        "value": "claims['sub'] matches 'repo:acme/*'",
        "languageVersion": 1,
    }
    assert "subject" not in documents["any"][1]
    assert [gap.detail for gap in found.of(Gap)]
