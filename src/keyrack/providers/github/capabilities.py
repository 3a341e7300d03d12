"""What GitHub shows, with which permissions, at which cost, and what it hides."""

from __future__ import annotations

import json
from collections.abc import Sequence

from keyrack.providers.github.words import WORDS
from keyrack.records import Credential, Grant, Identity, Ownership, Person, Placement, Record, Resource, Usage
from keyrack.sdk import Capability, Manifest, Option, Permission

_ADMIN = "organization_administration:read"


def _needs(why: str, *names: str, optional: bool = False) -> tuple[Permission, ...]:
    return tuple(Permission(name, why, optional) for name in names)


def _sees(
    name: str, title: str, yields: tuple[type[Record], ...], permissions: tuple[Permission, ...], calls: str, *blind: str
) -> Capability:
    return Capability(f"github.{name}", title, yields, permissions, blind, calls)


_CAPABILITIES = (
    _sees(
        "organization", "settings of the organisation and of its Actions", (Resource,),
        (*_needs("settings that decide what machines may do", _ADMIN),
         *_needs("the workflow token's default where repositories may widen it", "administration:read", optional=True)),
        "7; 1 per asked repository with workflows where the workflow token writes by default; 2 an hour to sign in as an App",
        "settings of the enterprise above it; IP allow lists; settings shown to owners only are absent for others",
    ),
    _sees(
        "people", "members, outside collaborators, machine users", (Identity, Person, Ownership),
        (*_needs("who is in the organisation, and who left it", "members:read"),
         *_needs("addresses of single sign-on", _ADMIN, optional=True)),
        "pages of 100: SSO identities + members (GraphQL) + outside collaborators",
        "addresses outside SSO and verified domains; whether an account with an ordinary name is a machine's",
    ),
    _sees(
        "repositories", "repositories, branch protection, workflow files, owners", (Resource, Identity, Grant, Ownership),
        (*_needs("workflow files, CODEOWNERS and counts of all repositories in bulk", "contents:read", "metadata:read"),
         *_needs("owners and environments stated as custom properties", "organization_custom_properties:read", optional=True)),
        "1 per 50 repositories (GraphQL) + pages of 100 of custom properties",
        "what a workflow declares about its own permissions: the repository provider reads that",
        "rulesets beyond 20 in a repository; owners of a part of the files",
    ),
    _sees(
        "apps", "installed Apps, their permissions, suspension and makers", (Identity, Grant),
        _needs("Apps of the organisation", _ADMIN),
        "pages of 100 + 1 per App",
        "which repositories were selected; private keys of Apps; when an App last did anything (the audit log tells)",
        "OAuth apps: no API lists them", "who makes a private App of somebody else",
    ),
    _sees(
        "fine_grained_tokens", "fine-grained personal access tokens and requests", (Credential, Identity, Usage, Grant),
        _needs("tokens of people that reach the organisation; GitHub tells Apps only",
               "organization_personal_access_tokens:read", "organization_personal_access_token_requests:read"),
        "pages of 100 of tokens + of requests",
        "which repositories a token with a subset reaches; tokens of GitHub Enterprise Server before 3.10",
    ),
    _sees(
        "sso_credentials", "classic tokens and SSH keys authorised for single sign-on", (Credential, Identity, Usage),
        _needs("credentials of people that pass single sign-on", _ADMIN),
        "pages of 100",
        "classic tokens and SSH keys of organisations without SAML single sign-on, and those nobody authorised",
        "when a token was made: only when it was authorised",
    ),
    _sees(
        "deploy_keys", "deploy keys", (Identity, Credential, Usage, Grant, Ownership),
        _needs("keys of single repositories", "administration:read"),
        "1 per repository that has deploy keys",
        "where the private half lies, until another source shows it; keys of user accounts",
    ),
    _sees(
        "secrets", "secrets of Actions, Dependabot and Codespaces: names, ages, who gets them", (Credential, Placement),
        (*_needs("names and ages of secrets", "organization_secrets:read", "secrets:read", "environments:read",
                 "organization_dependabot_secrets:read", "dependabot_secrets:read"),
         *_needs("names and ages of Codespaces secrets", "organization_codespaces_secrets:read", "codespaces_secrets:read",
                 optional=True)),
        "3 + 1 per secret for selected repositories + 1 (3 with --github-repositories all) per asked repository and environment",
        "values: GitHub shows them to nobody; whether two secrets of one name hold one value",
        "which job uses a secret: the repository provider reads that; secrets of single users' Codespaces",
    ),
    _sees(
        "variables", "secrets that lie readable in variables", (Credential, Placement),
        _needs("values of variables, fingerprinted", "organization_actions_variables:read", "actions_variables:read",
               "environments:read"),
        "1 per 30 of the organisation + 1 per asked repository + 1 per environment",
        "secrets under names and in shapes that tell nothing",
    ),
    _sees(
        "environments", "deployment environments and what protects them", (Resource,),
        _needs("who may deploy where", "actions:read"),
        "1 per asked repository that has environments",
        "which branches a listed policy names; custom protection rules are counted, not judged",
    ),
    _sees(
        "runners", "self-hosted runners and their groups", (Identity, Resource),
        _needs("machines that run the organisation's jobs", "organization_self_hosted_runners:read"),
        "pages of 100 of runners + of groups",
        "runners of single repositories and of the enterprise; which repositories a group was given; what else runs there",
    ),
    _sees(
        "webhooks", "webhooks", (Resource,),
        (*_needs("where the organisation's events go", "organization_hooks:read"),
         *_needs("where repositories' events go", "repository_hooks:read")),
        "1 + 1 per asked repository",
        "path and query of the address, which may hold a token, are dropped; webhooks of Apps",
    ),
    _sees(
        "oidc", "OIDC subjects of the tokens that workflows get", (Identity, Resource),
        (*_needs("the organisation's template", _ADMIN), *_needs("what repositories put into the subject", "actions:read")),
        "1 + 1 per asked repository with workflows",
        "who trusts the subject: the clouds' providers read that",
    ),
    _sees(
        "secret_scanning", "secret-scanning alerts", (Credential, Placement),
        _needs("secrets that GitHub found; fingerprinted and dropped", "secret_scanning_alerts:read"),
        "pages of 100",
        "repositories without secret scanning; places of a secret after the first; whether the file still holds it",
    ),
)  # fmt: skip


def app_manifest(permissions: Sequence[Permission]) -> str:
    """The App to create: what GitHub's "Registering a GitHub App from a manifest" takes, read-only, without webhook."""
    names = dict.fromkeys(permission.name for permission in permissions)
    levels = {name.partition(":")[0]: name.partition(":")[2] or "read" for name in names}
    manifest = {
        "name": "keyrack-read-only",
        "url": "https://example.com/keyrack",
        "public": False,
        "default_events": [],
        "hook_attributes": {"url": "https://example.com/unused", "active": False},
        "default_permissions": dict(sorted(levels.items())),
    }
    return json.dumps(manifest, indent=2)


MANIFEST = Manifest(
    name="github",
    title="GitHub organisation",
    summary="Apps, tokens, deploy keys, secrets, environments, runners and webhooks of an organisation or enterprise, read-only.",
    capabilities=_CAPABILITIES,
    options=(
        Option("organization", "--github-organization", "organisation; several with commas"),
        Option("enterprise", "--github-enterprise", "enterprise (its slug), for all its organisations"),
        Option("app_id", "--github-app-id", "number of the GitHub App to sign in as (recommended)"),
        Option("app_key", "--github-app-key", "file of the App's private key (PEM)", "path"),
        Option("token_env", "--github-token-env", "variable that holds a token (default: GITHUB_TOKEN, then GH_TOKEN)"),
        Option("repositories", "--github-repositories", "asked one by one: active (have workflows or environments), all, none"),
        Option("wait", "--github-wait", "wait up to an hour when the rate limit is used up", "switch"),
        Option("endpoint", "--github-endpoint", "REST address of a server or of data residency (https://HOST/api/v3)"),
        Option("timeout", "--github-timeout", "seconds to wait for an answer (default 30)"),
    ),
    libraries=("joserfc",),
    extra="github",
    words=WORDS,
    grant=app_manifest,
)
