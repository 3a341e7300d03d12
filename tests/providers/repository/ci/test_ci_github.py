"""GitHub Actions: what a workflow may do, what it is handed, what it runs, and what only looks wrong."""

from __future__ import annotations

import subprocess

from definitions_kit import CONTEXT, SHA

from keyrack.providers.repository import ci
from keyrack.providers.repository.git import Blobs, Git
from keyrack.providers.repository.tree import GitTree
from keyrack.records import Credential, Grant, Identity, Placement

DEPLOY = "repo:acme/web:workflow/deploy.yml"
PATH = ".github/workflows/deploy.yml"


def test_identity_states_triggers_permissions_and_jobs(pipelines):
    found = pipelines(
        {
            PATH: """\
        # deploys
        name: Deploy
        on:
          push:
            branches: [main]
          workflow_dispatch:
        permissions:
          contents: read
          id-token: write
        jobs:
          a: {runs-on: ubuntu-latest, steps: []}
          b: {runs-on: ubuntu-latest, steps: []}
        """
        }
    )
    identity = found.identity(DEPLOY)
    assert (identity.kind, identity.type, identity.name, identity.scope) == ("cicd", "github:workflow", "deploy.yml", "acme/web")
    assert identity.attrs == {
        "path": PATH, "line": "2", "triggers": "push,workflow_dispatch", "jobs": "2",
        "permissions": "contents=read,id-token=write", "oidc": "true", "untrusted_checkout": "false",
    }  # fmt: skip
    (grant,) = found.of(Grant)
    assert (grant.language, grant.actions, grant.policy, grant.attrs["line"]) == (
        "github", ["contents:read", "id-token:write"], "permissions", "7",
    )  # fmt: skip
    assert grant.privilege == "read"


def test_triggers_in_all_three_forms(pipelines):
    found = pipelines(
        {
            ".github/workflows/a.yml": "on: push\njobs: {}\n",
            ".github/workflows/b.yaml": "on: [push, pull_request]\njobs: {}\n",
            ".github/workflows/c.yml": "'on':\n  schedule:\n    - cron: '0 0 * * *'\njobs: {}\n",
        }
    )
    triggers = {i.name: i.attrs["triggers"] for i in found.of(type(found.identity("repo:acme/web:workflow/a.yml")))}
    assert triggers == {"a.yml": "push", "b.yaml": "push,pull_request", "c.yml": "schedule"}


def permissions(pipelines, text: str) -> tuple[str, str, list[tuple[str | None, list[str], str]]]:
    found = pipelines({PATH: text})
    attrs = found.identity(DEPLOY).attrs
    return attrs["permissions"], attrs["oidc"], [(g.policy, g.actions, g.privilege) for g in found.of(Grant)]


def test_write_all_is_admin_and_may_mint_tokens(pipelines):
    assert permissions(pipelines, "on: push\npermissions: write-all\njobs: {a: {steps: []}}\n") == (
        "write-all", "true", [("permissions", ["*:write"], "admin")],
    )  # fmt: skip


def test_absent_permissions_are_the_default_and_no_grant(pipelines):
    assert permissions(pipelines, "on: push\njobs: {a: {steps: []}}\n") == ("default", "false", [])


def test_empty_permissions_are_none(pipelines):
    assert permissions(pipelines, "on: push\npermissions: {}\njobs: {a: {steps: []}}\n") == ("none", "false", [])


def test_jobs_that_all_restrict_themselves_are_not_the_default(pipelines):
    text = """\
        on: push
        jobs:
          a: {permissions: {contents: read}, steps: []}
          b: {permissions: {id-token: write}, steps: []}
        """
    assert permissions(pipelines, text) == (
        "contents=read,id-token=write", "true",
        [("jobs.a.permissions", ["contents:read"], "read"), ("jobs.b.permissions", ["id-token:write"], "read")],
    )  # fmt: skip


def test_top_level_id_token_that_every_job_overrides_mints_nothing(pipelines):
    text = "on: push\npermissions: {id-token: write}\njobs: {a: {permissions: {contents: read}, steps: []}}\n"
    assert permissions(pipelines, text)[1] == "false"


def test_one_secret_of_two_workflows_is_one_credential(pipelines):
    step = "on: push\njobs:\n  a:\n    environment: %s\n    steps:\n      - run: publish\n        env:\n          TOKEN: ${{ secrets.npm_token }}\n"
    found = pipelines({PATH: step % "production", ".github/workflows/ci.yml": step % "{name: staging, url: x}"})
    (credential,) = found.of(Credential)
    assert credential.uid == "cred:at:repo:acme/web/secrets/NPM_TOKEN"
    assert (credential.kind, credential.issuer, credential.name) == ("secret", "github-actions", "NPM_TOKEN")
    assert credential.attrs == {"referenced": "true", "variable": "NPM_TOKEN"}
    places = {p.consumer_uid: p for p in found.of(Placement)}
    assert places[DEPLOY].environment == "prod"
    assert places["repo:acme/web:workflow/ci.yml"].environment == "nonprod"
    assert (places[DEPLOY].system, places[DEPLOY].exposure, places[DEPLOY].line) == ("ci_file", "sanctioned", 8)
    assert places[DEPLOY].attrs == {"referenced": "true", "field": "jobs.a.steps[0].env.TOKEN"}


def test_long_lived_cloud_keys_by_name_and_by_use(pipelines):
    found = pipelines(
        {
            PATH: """\
        on: push
        jobs:
          a:
            steps:
              - uses: aws-actions/configure-aws-credentials@v4
                with:
                  aws-access-key-id: ${{ secrets.DEPLOY_ID }}
                  aws-secret-access-key: ${{ secrets.DEPLOY_KEY }}
                  aws-region: eu-west-1
              - uses: google-github-actions/auth@v2
                with:
                  credentials_json: ${{ secrets.ROBOT }}
              - uses: azure/login@v2
                with:
                  creds: ${{ secrets.AZURE_CREDENTIALS }}
              - run: terraform apply
                env:
                  ARM_CLIENT_SECRET: ${{ secrets.TF_AZ }}
                  AWS_ROLE_ARN: ${{ secrets.AWS_ROLE_ARN }}
                  AZURE_CLIENT_ID: ${{ secrets.AZURE_CLIENT_ID }}
                  GOOGLE_MAPS_API_KEY: ${{ secrets.GOOGLE_MAPS_API_KEY }}
        """
        }
    )
    assert found.names(cloud="aws") == {"DEPLOY_ID", "DEPLOY_KEY"}
    assert found.names(cloud="gcp") == {"ROBOT"}
    assert found.names(cloud="azure") == {"AZURE_CREDENTIALS", "TF_AZ"}
    assert {c.kind for c in found.of(Credential) if c.attrs.get("cloud") == "aws"} == {"access_key"}
    assert not found.trusts("ci:assumes-role")


def test_oidc_roles_become_trusts_and_no_credentials(pipelines):
    found = pipelines(
        {
            PATH: """\
        on: push
        permissions: {id-token: write}
        env: {ACCOUNT: "111122223333"}
        jobs:
          a:
            strategy:
              matrix:
                include:
                  - role: arn:aws:iam::111122223333:role/blue
                  - role: arn:aws:iam::444455556666:role/path/green
            steps:
              - uses: aws-actions/configure-aws-credentials@v4
                with:
                  role-to-assume: ${{ matrix.role }}
              - uses: aws-actions/configure-aws-credentials@v4
                with:
                  role-to-assume: arn:aws:iam::${{ env.ACCOUNT }}:role/deploy
              - uses: aws-actions/configure-aws-credentials@v4
                with:
                  role-to-assume: ${{ vars.ROLE }}
              - uses: google-github-actions/auth@v2
                with:
                  workload_identity_provider: projects/1/locations/global/workloadIdentityPools/p/providers/g
                  service_account: deploy@acme-prod.iam.gserviceaccount.com
              - uses: azure/login@v2
                with:
                  client-id: 00000000-1111-2222-3333-444444444444
                  tenant-id: 99999999-1111-2222-3333-444444444444
                  subscription-id: ${{ vars.SUBSCRIPTION }}
              - run: aws sts assume-role --role-arn arn:aws-us-gov:iam::777788889999:role/gov --role-session-name x
        """
        }
    )
    trusts = found.trusts("ci:assumes-role")
    assert {t.identity_uid for t in trusts} == {
        "aws:iam::111122223333:role/blue",
        "aws:iam::444455556666:role/path/green",
        "aws:iam::111122223333:role/deploy",
        "aws-us-gov:iam::777788889999:role/gov",
        "gcp:sa/deploy@acme-prod.iam.gserviceaccount.com",
        "entra:99999999-1111-2222-3333-444444444444:app/00000000-1111-2222-3333-444444444444",
    }
    assert {(t.subject, t.subject_kind) for t in trusts} == {(DEPLOY, "identity")}
    assert not found.of(Credential)


def test_uses_with_publisher_pin_and_secrets(pipelines):
    found = pipelines(
        {
            PATH: f"""\
        on: push
        env: {{SHARED: "${{{{ secrets.SHARED }}}}"}}
        jobs:
          a:
            container: {{image: "node:20"}}
            services:
              db: {{image: "ghcr.io/acme/db@sha256:{"a" * 64}"}}
            steps:
              - uses: actions/checkout@v4
              - uses: acme/deploy@main
              - uses: Evil/Thing/sub/dir@{SHA}
              - uses: other/action@v1.2.3
                with: {{token: "${{{{ secrets.GITHUB_TOKEN }}}}"}}
              - uses: other/branch@release/v1
              - uses: ./.github/actions/setup
              - uses: docker://alpine
          b:
            uses: partner/shared/.github/workflows/build.yml@v2
            secrets: inherit
          c:
            uses: ./.github/workflows/reuse.yml
            secrets: {{KEY: "${{{{ secrets.KEY }}}}"}}
        """
        }
    )
    code = {t.subject: t for t in found.trusts("ci:uses-action")}
    assert {s: (t.subject_kind, t.attrs.get("pin"), t.attrs["publisher"]) for s, t in code.items()} == {
        "github:action/actions/checkout": ("service", "tag", "actions"),
        "github:action/acme/deploy": ("same_account", "branch", "acme"),
        "github:action/Evil/Thing/sub/dir": ("other_account", "sha", "Evil"),
        "github:action/other/action": ("other_account", "tag", "other"),
        "github:action/other/branch": ("other_account", "branch", "other"),
        "repo:acme/web:action/.github/actions/setup": ("same_account", None, "acme"),
        "github:action/partner/shared/.github/workflows/build.yml": ("other_account", "tag", "partner"),
        "repo:acme/web:workflow/reuse.yml": ("same_account", None, "acme"),
    }
    assert code["github:action/other/action"].attrs["secrets"] == "GITHUB_TOKEN,SHARED"
    assert code["github:action/other/branch"].attrs["secrets"] == "SHARED"
    assert code["github:action/partner/shared/.github/workflows/build.yml"].attrs["secrets"] == "inherit"
    assert code["repo:acme/web:workflow/reuse.yml"].attrs["secrets"] == "KEY"
    images = {t.subject: (t.subject_kind, t.attrs["pin"]) for t in found.trusts("ci:uses-image")}
    assert images == {
        "docker:image/docker.io/library/node": ("other_account", "tag"),
        "docker:image/ghcr.io/acme/db": ("same_account", "sha"),
        "docker:image/docker.io/library/alpine": ("other_account", "none"),
    }
    assert found.names() == {"SHARED", "KEY", "all secrets"}


def test_secrets_under_pull_request_target_are_decidable(pipelines):
    found = pipelines(
        {
            PATH: """\
        on: pull_request_target
        jobs:
          a:
            steps:
              - uses: actions/checkout@v4
                with:
                  ref: ${{ github.event.pull_request.head.sha }}
              - run: make
                env: {KEY: "${{ secrets.KEY }}"}
        """
        }
    )
    attrs = found.identity(DEPLOY).attrs
    assert (attrs["triggers"], attrs["untrusted_checkout"]) == ("pull_request_target", "true")
    assert [p.consumer_uid for p in found.of(Placement)] == [DEPLOY]


def untrusted(pipelines, trigger: str, step: str) -> str:
    text = f"on: {trigger}\njobs:\n  a:\n    steps:\n      - {step}\n"
    return pipelines({PATH: text}).identity(DEPLOY).attrs["untrusted_checkout"]


def test_untrusted_checkouts_in_their_many_forms(pipelines):
    assert untrusted(pipelines, "issue_comment", "run: gh pr checkout ${{ github.event.issue.number }}") == "true"
    assert untrusted(pipelines, "pull_request_target", "run: git fetch origin pull/${{ github.event.number }}/head") == "true"
    assert untrusted(pipelines, "workflow_run", 'run: git checkout "${{ github.event.workflow_run.head_sha }}"') == "true"
    step = "uses: actions/checkout@v4\n        with: {ref: 'refs/pull/${{ github.event.number }}/merge'}"
    assert untrusted(pipelines, "pull_request_target", step) == "true"
    fork = "uses: actions/checkout@v4\n        with: {repository: '${{ github.event.pull_request.head.repo.full_name }}'}"
    assert untrusted(pipelines, "pull_request_target", fork) == "true"


def test_trusted_checkouts(pipelines):
    head = "uses: actions/checkout@v4\n        with: {ref: '${{ github.event.pull_request.head.sha }}'}"
    assert untrusted(pipelines, "pull_request", head) == "false"  # no secrets there
    assert untrusted(pipelines, "pull_request_target", "uses: actions/checkout@v4") == "false"  # the base branch
    base = "uses: actions/checkout@v4\n        with: {ref: '${{ github.event.pull_request.base.sha }}'}"
    assert untrusted(pipelines, "pull_request_target", base) == "false"
    assert untrusted(pipelines, "pull_request_target", "run: git fetch origin main && git log") == "false"


def gated(pipelines, condition: str, trigger: str = "pull_request_target") -> str:
    text = (
        f"on: {trigger}\njobs:\n  a:\n    if: {condition}\n    steps:\n      - uses: actions/checkout@v4\n"
        "        with: {ref: '${{ github.event.pull_request.head.sha }}'}\n"
    )
    return pipelines({PATH: text}).identity(DEPLOY).attrs["untrusted_checkout"]


def test_a_condition_that_keeps_forks_out_is_told_apart(pipelines):
    same = "github.event.pull_request.head.repo.full_name == github.repository"
    assert gated(pipelines, same) == "gated"
    assert gated(pipelines, f"\"${{{{ github.actor != 'bot' && {same} }}}}\"") == "gated"
    assert gated(pipelines, "github.repository == github.event.pull_request.head.repo.full_name") == "gated"
    assert gated(pipelines, "github.event.pull_request.head.repo.fork == false") == "gated"
    assert gated(pipelines, '"!github.event.pull_request.head.repo.fork"') == "gated"
    assert gated(pipelines, "github.event.workflow_run.head_repository.full_name == github.repository", "workflow_run") == "gated"
    assert gated(pipelines, f"{same} || contains(github.event.pull_request.labels.*.name, 'safe')") == "true"
    assert gated(pipelines, "github.event.pull_request.head.repo.full_name != github.repository") == "true"
    assert gated(pipelines, "github.event.pull_request.base.repo.full_name == github.repository") == "true"
    assert gated(pipelines, f'"!({same})"') == "true"
    assert gated(pipelines, f'"{same} == false"') == "true"
    assert gated(pipelines, "github.event.pull_request.head.repo.fork == true") == "true"


def test_references_that_are_no_secrets(pipelines):
    found = pipelines(
        {
            PATH: """\
        on: push
        jobs:
          a:
            steps:
              - run: |
                  # secrets.NOT_THIS is only a comment
                  echo "${{ steps.secrets.outputs.value }} ${{ vars.REGION }} ${{ github.token }}"
              - run: echo ${{ secrets.GITHUB_TOKEN }}
        """
        }
    )
    assert not found.of(Credential)


def test_secrets_in_conditions_by_index_and_as_a_whole(pipelines):
    found = pipelines(
        {
            PATH: """\
        on: push
        jobs:
          a:
            if: secrets.GATE != ''
            steps:
              - run: echo ${{ secrets['quoted'] }} ${{ toJSON(secrets) }}
              - run: echo ${{ secrets[matrix.name] }}
        """
        }
    )
    assert found.names() == {"GATE", "QUOTED", "all secrets"}


def test_called_workflow_leaves_passed_secrets_to_its_caller(pipelines):
    found = pipelines(
        {
            PATH: """\
        on:
          workflow_call:
            secrets:
              passed: {required: true}
        jobs:
          a: {steps: [{run: "echo ${{ secrets.PASSED }} ${{ secrets.OWN }}"}]}
        """
        }
    )
    assert found.names() == {"OWN"}


def test_literal_secrets_with_their_line_and_consumer(pipelines, values):
    key, secret, token = values.aws_id(), values.aws_secret(), values.github()
    found = pipelines({PATH: f"""\
        on: push
        env:
          AWS_ACCESS_KEY_ID: {key}
          AWS_SECRET_ACCESS_KEY: {secret}
        jobs:
          a:
            environment: prod
            steps:
              - uses: some/action@v1
                with:
                  github-token: {token}
        """}, secret, token)  # fmt: skip
    places = found.committed()
    aws = places["env.AWS_SECRET_ACCESS_KEY"]
    assert (aws.line, aws.system, aws.consumer_uid, aws.credential_uid) == (4, "ci_file", DEPLOY, f"cred:aws:{key}")
    assert places["jobs.a.steps[0].with.github-token"].environment == "prod"
    issuers = {c.issuer for c in found.of(Credential)}
    assert issuers == {"aws", "github"}


def test_passwords_of_databases_that_die_with_the_job_are_no_secrets(pipelines, values):
    password = values.password()
    found = pipelines({PATH: f"""\
        on: push
        jobs:
          a:
            services:
              postgres:
                image: postgres:16
                env: {{POSTGRES_PASSWORD: {password}}}
            env:
              PGPASSWORD: {password}
              DATABASE_URL: postgres://app:{password}@localhost:5432/app
            steps: []
        """}, password)  # fmt: skip
    assert not found.of(Credential)


def test_composite_action_is_an_identity_that_hands_its_rights_on(pipelines):
    found = pipelines(
        {
            ".github/actions/setup/action.yml": "name: s\nruns:\n  using: composite\n  steps:\n    - uses: third/party@v1\n",
            "action.yml": "name: x\nruns:\n  using: docker\n  image: docker://ghcr.io/other/tool:1\n",
            "roles/x/action.yml": "something: else\n",
        }
    )
    setup = found.identity("repo:acme/web:action/.github/actions/setup")
    assert setup.type == "github:action"
    assert {(t.identity_uid, t.subject) for t in found.trusts("ci:uses-action")} == {(setup.uid, "github:action/third/party")}
    assert [t.identity_uid for t in found.trusts("ci:uses-image")] == ["repo:acme/web:action/action"]


def test_workflows_of_a_nested_folder_keep_their_place_in_the_name(pipelines):
    found = pipelines({"sub/.github/workflows/x.yml": "on: push\njobs: {}\n"})
    assert found.identity("repo:acme/web:workflow/sub/x.yml").attrs["path"] == "sub/.github/workflows/x.yml"


def test_workflows_below_the_root_of_a_git_repository_run_nowhere(tmp_path):
    for path in (".github/workflows/a.yml", "vendor/x/.github/workflows/b.yml", "sub/.circleci/config.yml", "sub/Jenkinsfile"):
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("on: push\nversion: 2.1\njobs: {}\n")
    for command in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-q", "-m", "x"],
    ):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    git = Git(tmp_path / ".git")
    commit = git.line("rev-parse", "HEAD")
    assert commit is not None
    with Blobs(git) as blobs:
        found = list(ci.discover(GitTree(git, blobs, "acme/web", commit), CONTEXT))
    assert [r.uid for r in found if isinstance(r, Identity)] == [
        "repo:acme/web:workflow/a.yml", "repo:acme/web:pipeline/sub/Jenkinsfile",
    ]  # fmt: skip
