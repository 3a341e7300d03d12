"""A small organisation with one of everything, and the secrets that lie in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from fakes import Fakes

from keyrack.sdk import Target
from keyrack_estate.chance import Chance
from keyrack_estate.fakes import github_shapes as shapes
from keyrack_estate.fakes.github import Github, OrgState, RepoState
from keyrack_estate.keys import SshKey

NOW = datetime(2026, 11, 25, 4, tzinfo=UTC)
ORG = "acme"


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def stamp(days: float) -> str:
    return str(shapes.stamp(ago(days)))


def seed(page: int = 50) -> tuple[Github, Fakes]:
    """The fake, signed in to by the token ``user-token`` (a person) or ``app-token``, and the values planted in it."""
    made = Fakes(11)
    org = OrgState(login=ORG)
    _settings(org)
    _people(org)
    _tokens(org)
    _repos(org, made)
    _stores(org, made)
    _delivery(org)
    org.lists["secret-scanning/alerts"] = [
        shapes.alert(
            ORG, "web", 1, "github_personal_access_token", made.github(),
            shapes.commit_location(ORG, "web", "src/app.py", 7), validity="active",
        ),
        shapes.alert(
            ORG, "web", 2, "stripe_api_key", made.stripe(),
            {"issue_body_url": f"{shapes.API}/repos/{ORG}/web/issues/12"},
        ),
        shapes.alert(
            ORG, "web", 3, "gitlab_access_token", made.gitlab(), shapes.commit_location(ORG, "web", "tests/x.py", 1),
            state="resolved", resolution="false_positive",
        ),
    ]  # fmt: skip
    fake = Github(page=page, org=org, tokens={"user-token": "user", "app-token": "app"})
    return fake, made


def _settings(org: OrgState) -> None:
    org.settings = {
        "": {
            **shapes.user(ORG, "Organization"),
            "description": None,
            "name": "Acme",
            "two_factor_requirement_enabled": True,
            "default_repository_permission": "read",
            "members_can_fork_private_repositories": False,
            "deploy_keys_enabled_for_repositories": True,
            "hooks_url": f"{shapes.API}/orgs/{ORG}/hooks",
            "issues_url": f"{shapes.API}/orgs/{ORG}/issues",
            "members_url": f"{shapes.API}/orgs/{ORG}/members{{/member}}",
            "public_members_url": f"{shapes.API}/orgs/{ORG}/public_members{{/member}}",
            "has_organization_projects": True,
            "has_repository_projects": True,
            "public_repos": 1,
            "public_gists": 0,
            "followers": 0,
            "following": 0,
            "created_at": "2020-01-01T00:00:00Z",
            "updated_at": "2026-01-01T00:00:00Z",
            "archived_at": None,
        },
        "actions/permissions": {"enabled_repositories": "all", "allowed_actions": "all", "sha_pinning_required": False},
        "actions/permissions/workflow": {
            "default_workflow_permissions": "write",
            "can_approve_pull_request_reviews": True,
        },
        "actions/permissions/fork-pr-workflows-private-repos": {
            "run_workflows_from_fork_pull_requests": False,
            "send_write_tokens_to_workflows": False,
            "send_secrets_and_variables": False,
            "require_approval_for_fork_pr_workflows": True,
        },
        "actions/permissions/fork-pr-contributor-approval": {"approval_policy": "first_time_contributors"},
        "actions/oidc/customization/sub": {"include_claim_keys": ["repo", "context"], "use_immutable_subject": False},
    }
    org.lists["rulesets"] = [{"id": 5, "name": "everywhere", "source": ORG, "enforcement": "active", "target": "branch"}]


def _people(org: OrgState) -> None:
    org.members = [
        {"login": "Anna-A", "name": "Anna Ahl", "mail": "anna@acme.example", "role": "admin"},
        {"login": "bo", "name": "Bo Berg", "saml": "bo@acme.example"},
        {"login": "acme-deploy-bot", "name": "Deploy", "two_factor": False},
    ]
    org.lists["outside_collaborators"] = [shapes.user("contractor")]
    org.lists["properties/values"] = [
        {
            "repository_id": 1,
            "repository_name": "web",
            "repository_full_name": f"{ORG}/web",
            "properties": [
                {"property_name": "owner-team", "value": "payments"},
                {"property_name": "environment", "value": "production"},
            ],
        }
    ]


def _tokens(org: OrgState) -> None:
    org.lists["installations"] = [
        shapes.installation(ORG, "watcher", {"contents": "write", "administration": "write"}, created_at=stamp(300)),
        shapes.installation(
            ORG,
            "old-app",
            {"issues": "read", "members": "read"},
            repository_selection="selected",
            suspended_at=stamp(200),
            suspended_by=shapes.user("Anna-A"),
        ),
    ]
    org.apps = {"watcher": shapes.app("watcher", "Watcher", "lumenwatch", {"contents": "write"})}
    org.lists["personal-access-tokens"] = [
        shapes.token_grant(
            "bo", 31, "deploys", {"repository": {"contents": "write"}}, token_last_used_at=stamp(3), access_granted_at=stamp(40)
        ),
        shapes.token_grant("gone-gary", 32, "forgotten", {"organization": {"members": "read"}}, token_expires_at=stamp(-90)),
    ]
    org.lists["personal-access-token-requests"] = [
        {
            **{k: v for k, v in shapes.token_grant("bo", 33, "wanted", {}).items() if k != "access_granted_at"},
            "reason": "because",
            "created_at": stamp(2),
        }
    ]
    key = SshKey(Chance(5, "laptop"), "bo@laptop")
    org.lists["credential-authorizations"] = [
        shapes.authorization(
            "bo",
            41,
            "personal access token",
            token_last_eight="12345678",
            scopes=["repo", "admin:org"],
            authorized_credential_note="ci",
            authorized_credential_expires_at=None,
            credential_accessed_at=stamp(1),
        ),
        shapes.authorization(
            "acme-deploy-bot", 42, "SSH key", fingerprint=key.fingerprint, authorized_credential_title="bo@laptop"
        ),
    ]


def _repos(org: OrgState, made: Fakes) -> None:
    first, second = SshKey(Chance(5, "one"), "ci"), SshKey(Chance(5, "two"), "backup")
    web = RepoState("web", "private", workflows=["deploy.yml", "README.md"], codeowners="* @acme/payments\n/docs @bo\n")
    web.keys = [
        shapes.deploy_key(51, first.public, "ci", read_only=False, added_by="Anna-A", last_used=stamp(2), created_at=stamp(400)),
        shapes.deploy_key(52, second.public, "backup", added_by="gone-gary", created_at=stamp(200)),
    ]
    web.environments = [
        shapes.environment(f"{ORG}/web", "production", reviewers=1, branches="protected"),
        shapes.environment(f"{ORG}/web", "staging"),
    ]
    web.secrets = {
        "actions": [shapes.stored("AWS_SECRET_ACCESS_KEY", ago(800), ago(500)), shapes.stored("NPM_TOKEN", ago(90), ago(20))],
        "dependabot": [shapes.stored("REGISTRY_PASSWORD", ago(90), ago(90))],
        "codespaces": [],
    }
    web.inside["production", "secrets"] = [shapes.stored("DB_PASSWORD", ago(10), ago(10))]
    web.inside["staging", "variables"] = [{**shapes.stored("DB_URL", ago(5), ago(5)), "value": _database(made)}]
    web.variables = [
        {**shapes.stored("REGION", ago(5), ago(5)), "value": "eu-north-1"},
        {**shapes.stored("SLACK_HOOK_TOKEN", ago(5), ago(5)), "value": made.npm()},
    ]
    web.hooks = [shapes.hook(61, f"http://ci.acme.example/hook?token={made.word()}", secret=False)]
    web.oidc = {"use_default": False, "include_claim_keys": ["environment"], "use_immutable_subject": False}
    web.token = {"default_workflow_permissions": "write", "can_approve_pull_request_reviews": True}
    site = RepoState("site", "public", workflows=["ci.yaml"], created_at="2026-09-01T00:00:00Z")
    site.rule = {"pattern": "main", "requiresApprovingReviews": True, "isAdminEnforced": True}
    quiet = RepoState("quiet", "internal")
    quiet.rulesets = [
        {
            "name": "r",
            "enforcement": "ACTIVE",
            "target": "BRANCH",
            "conditions": {"refName": {"include": ["~DEFAULT_BRANCH"], "exclude": []}},
            "rules": lambda _info, **_: {"nodes": [{"type": "PULL_REQUEST"}], "totalCount": 1},
        }
    ]
    org.repos = {
        repo.name: repo for repo in (web, site, quiet, RepoState("attic", "private", archived=True, workflows=["x.yml"]))
    }


def _database(made: Fakes) -> str:
    return f"postgresql://app:{made.word()}@db.acme.internal:5432/app"


def _stores(org: OrgState, made: Fakes) -> None:
    org.lists["actions/secrets"] = [
        shapes.stored("SHARED_TOKEN", ago(400), ago(400), "all", ORG),
        shapes.stored("SIGNING_KEY", ago(30), ago(30), "selected", ORG),
    ]
    org.chosen["actions", "SIGNING_KEY"] = ["web", "site"]
    org.lists["dependabot/secrets"] = [shapes.stored("NPM_READ", ago(30), ago(30), "private", ORG)]
    org.lists["codespaces/secrets"] = []
    org.lists["actions/variables"] = [
        {**shapes.stored("STRIPE_KEY", ago(9), ago(9), "all", ORG), "value": made.stripe()},
        {**shapes.stored("LOG_LEVEL", ago(9), ago(9), "all", ORG), "value": "debug"},
    ]


def _delivery(org: OrgState) -> None:
    org.lists["actions/runner-groups"] = [
        shapes.runner_group(1, "Default", public=False),
        shapes.runner_group(2, "gpu", public=True),
    ]
    org.lists["actions/runners"] = [shapes.runner(71, "gpu-1", 2), shapes.runner(72, "shared-1", 1, online=False)]
    org.lists["hooks"] = [shapes.hook(81, "https://siem.acme.example/gh", secret=True, org=ORG)]


def at(url: str, **options: str) -> Target:
    return Target("github", options={"organization": ORG, "endpoint": url, "timeout": "5", **options})
