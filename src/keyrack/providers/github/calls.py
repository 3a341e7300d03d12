"""Every REST call this provider makes, with the permission it takes. ``{}`` in a path stands for what is asked about.

Source: docs.github.com REST API reference and "Permissions required for GitHub Apps"; a test holds each permission here against
the packaged list of the access room.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

from keyrack.sdk.web import Call, by_link_header

_ADMIN = "organization_administration:read"


def _one(capability: str, path: str, permission: str, what: str, *, optional: bool = False) -> Call:
    return Call(
        capability=f"github.{capability}", path=path, permission=permission, what=what, name=path.strip("/"), optional=optional
    )


def _list(capability: str, path: str, permission: str, what: str, *items: str, size: int = 100, optional: bool = False) -> Call:
    call = _one(capability, path, permission, what, optional=optional)
    return replace(call, items=items, params={"per_page": str(size)}, next=by_link_header, must=items or ("",))


def at(call: Call, *names: str) -> Call:
    """The call about things of these names, percent-encoded, each in the place of a ``{}``."""
    return replace(call, path=call.path.format(*(quote(name, safe="") for name in names)))


ORGANIZATION = _one("organization", "orgs/{}", _ADMIN, "settings of the organisation")
ACTIONS = _one("organization", "orgs/{}/actions/permissions", _ADMIN, "which Actions may run")
WORKFLOW_TOKEN = _one("organization", "orgs/{}/actions/permissions/workflow", _ADMIN, "default permission of the workflow token")
FORKS = _one(
    "organization", "orgs/{}/actions/permissions/fork-pr-workflows-private-repos", _ADMIN, "workflows of forks", optional=True
)
FORK_APPROVAL = _one(
    "organization",
    "orgs/{}/actions/permissions/fork-pr-contributor-approval",
    _ADMIN,
    "approval of forks' workflows",
    optional=True,
)
OIDC = _one("oidc", "orgs/{}/actions/oidc/customization/sub", _ADMIN, "OIDC subject of the organisation")
RULESETS = _list("organization", "orgs/{}/rulesets", _ADMIN, "rulesets of the organisation", optional=True)
OUTSIDE = _list("people", "orgs/{}/outside_collaborators", "members:read", "outside collaborators")
PROPERTIES = _list(
    "repositories", "orgs/{}/properties/values", "organization_custom_properties:read", "custom properties", optional=True
)
INSTALLATIONS = _list("apps", "orgs/{}/installations", _ADMIN, "installed Apps", "installations")
APP = _one("apps", "apps/{}", "metadata:read", "who makes an App", optional=True)
TOKENS = _list(
    "fine_grained_tokens", "orgs/{}/personal-access-tokens", "organization_personal_access_tokens:read", "fine-grained tokens"
)
REQUESTS = _list(
    "fine_grained_tokens", "orgs/{}/personal-access-token-requests", "organization_personal_access_token_requests:read",
    "requests for fine-grained tokens",
)  # fmt: skip
AUTHORIZATIONS = _list(
    "sso_credentials", "orgs/{}/credential-authorizations", _ADMIN, "credentials authorised for SSO", optional=True
)
ORG_SECRETS = {
    "actions": _list(
        "secrets", "orgs/{}/actions/secrets", "organization_secrets:read", "the organisation's Actions secrets", "secrets"
    ),
    "dependabot": _list(
        "secrets", "orgs/{}/dependabot/secrets", "organization_dependabot_secrets:read", "the organisation's Dependabot secrets",
        "secrets",
    ),
    "codespaces": _list(
        "secrets", "orgs/{}/codespaces/secrets", "organization_codespaces_secrets:read", "the organisation's Codespaces secrets",
        "secrets", optional=True,
    ),
}  # fmt: skip
ORG_SECRET_REPOSITORIES = {
    store: _list("secrets", f"orgs/{{}}/{store}/secrets/{{}}/repositories", call.permission, "who gets a secret", "repositories")
    for store, call in ORG_SECRETS.items()
}
ORG_VARIABLES = _list(
    "variables", "orgs/{}/actions/variables", "organization_actions_variables:read", "the organisation's variables", "variables",
    size=30,
)  # fmt: skip
REPO_SECRETS = {
    "actions": _list("secrets", "repos/{}/{}/actions/secrets", "secrets:read", "Actions secrets of repositories", "secrets"),
    "dependabot": _list(
        "secrets", "repos/{}/{}/dependabot/secrets", "dependabot_secrets:read", "Dependabot secrets of repositories", "secrets"
    ),
    "codespaces": _list(
        "secrets", "repos/{}/{}/codespaces/secrets", "codespaces_secrets:read", "Codespaces secrets of repositories", "secrets",
        optional=True,
    ),
}  # fmt: skip
REPO_VARIABLES = _list(
    "variables", "repos/{}/{}/actions/variables", "actions_variables:read", "variables of repositories", "variables", size=30
)
KEYS = _list("deploy_keys", "repos/{}/{}/keys", "administration:read", "deploy keys")
ENVIRONMENTS = _list("environments", "repos/{}/{}/environments", "actions:read", "environments", "environments")
ENVIRONMENT_SECRETS = _list(
    "secrets", "repos/{}/{}/environments/{}/secrets", "environments:read", "secrets of environments", "secrets"
)
ENVIRONMENT_VARIABLES = _list(
    "variables", "repos/{}/{}/environments/{}/variables", "environments:read", "variables of environments", "variables", size=30
)
ORG_HOOKS = _list("webhooks", "orgs/{}/hooks", "organization_hooks:read", "webhooks of the organisation")
REPO_HOOKS = _list("webhooks", "repos/{}/{}/hooks", "repository_hooks:read", "webhooks of repositories")
REPO_OIDC = _one("oidc", "repos/{}/{}/actions/oidc/customization/sub", "actions:read", "OIDC subjects of repositories")
REPO_WORKFLOW_TOKEN = _one(
    "organization",
    "repos/{}/{}/actions/permissions/workflow",
    "administration:read",
    "the workflow token's default in repositories",
)
RUNNERS = _list("runners", "orgs/{}/actions/runners", "organization_self_hosted_runners:read", "self-hosted runners", "runners")
RUNNER_GROUPS = _list(
    "runners", "orgs/{}/actions/runner-groups", "organization_self_hosted_runners:read", "groups of runners", "runner_groups",
    optional=True,
)  # fmt: skip
ALERTS = _list(
    "secret_scanning", "orgs/{}/secret-scanning/alerts", "secret_scanning_alerts:read", "secret-scanning alerts", optional=True
)
