"""Objects of GitHub's REST API in full, from the few facts that matter: validated against githubkit's models in a test.

Source: the REST description that githubkit's models are generated from (github/rest-api-description).
"""

from __future__ import annotations

import zlib
from datetime import datetime
from typing import Any

API = "https://api.github.com"
WEB = "https://github.com"


def stamp(moment: datetime | None) -> str | None:
    """A moment as GitHub writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def number(text: str) -> int:
    """A stable number for a name."""
    return zlib.crc32(text.encode()) % 90_000_000 + 10_000_000


_USER = (
    ("followers_url", "/followers"), ("following_url", "/following{/other_user}"), ("gists_url", "/gists{/gist_id}"),
    ("starred_url", "/starred{/owner}{/repo}"), ("subscriptions_url", "/subscriptions"), ("organizations_url", "/orgs"),
    ("repos_url", "/repos"), ("events_url", "/events{/privacy}"), ("received_events_url", "/received_events"),
)  # fmt: skip
_REPO = (
    "archive", "assignees", "blobs", "branches", "collaborators", "comments", "commits", "compare", "contents", "contributors",
    "deployments", "downloads", "events", "forks", "git_commits", "git_refs", "git_tags", "issue_comment", "issue_events",
    "issues",
    "keys", "labels", "languages", "merges", "milestones", "notifications", "pulls", "releases", "stargazers", "statuses",
    "subscribers", "subscription", "tags", "teams", "trees", "hooks",
)  # fmt: skip


def user(login: str, kind: str = "User") -> dict[str, Any]:
    """``simple-user``."""
    base = f"{API}/users/{login}"
    return {
        "login": login,
        "id": number(login),
        "node_id": f"U_{number(login)}",
        "avatar_url": f"https://avatars.githubusercontent.com/u/{number(login)}?v=4",
        "gravatar_id": "",
        "url": base,
        "html_url": f"{WEB}/{login}",
        "type": kind,
        "site_admin": False,
        **{name: base + tail for name, tail in _USER},
    }


def repository(org: str, name: str, visibility: str) -> dict[str, Any]:
    """``minimal-repository``, which holds all of ``simple-repository``."""
    base = f"{API}/repos/{org}/{name}"
    return {
        "id": number(f"{org}/{name}"),
        "node_id": f"R_{number(f'{org}/{name}')}",
        "name": name,
        "full_name": f"{org}/{name}",
        "owner": user(org, "Organization"),
        "private": visibility != "public",
        "visibility": visibility,
        "html_url": f"{WEB}/{org}/{name}",
        "description": None,
        "fork": False,
        "url": base,
        **{f"{part}_url": f"{base}/{part}" for part in _REPO},
    }


def installation(org: str, slug: str, permissions: dict[str, str], **more: Any) -> dict[str, Any]:
    """``installation``; ``more``: created_at, repository_selection, suspended_at, suspended_by, events."""
    ident = number(f"{org}/{slug}")
    return {
        "id": ident,
        "account": user(org, "Organization"),
        "repository_selection": "all",
        "access_tokens_url": f"{API}/app/installations/{ident}/access_tokens",
        "repositories_url": f"{API}/installation/repositories",
        "html_url": f"{WEB}/organizations/{org}/settings/installations/{ident}",
        "app_id": number(slug),
        "app_slug": slug,
        "target_id": number(org),
        "target_type": "Organization",
        "permissions": {"metadata": "read", **permissions},
        "events": [],
        "created_at": "2025-01-01T00:00:00Z",
        "updated_at": "2025-01-01T00:00:00Z",
        "single_file_name": None,
        "suspended_by": None,
        "suspended_at": None,
        **more,
    }


def app(slug: str, name: str, owner: str, permissions: dict[str, str], kind: str = "Organization") -> dict[str, Any]:
    """``integration``: what ``GET /apps/{slug}`` tells."""
    return {
        "id": number(slug),
        "slug": slug,
        "node_id": f"A_{number(slug)}",
        "owner": user(owner, kind),
        "name": name,
        "description": None,
        "external_url": f"https://{owner}.example",
        "html_url": f"{WEB}/apps/{slug}",
        "created_at": "2022-01-01T00:00:00Z",
        "updated_at": "2022-01-01T00:00:00Z",
        "permissions": {"metadata": "read", **permissions},
        "events": [],
    }


def token_grant(login: str, ident: int, name: str, permissions: dict[str, dict[str, str]], **more: Any) -> dict[str, Any]:
    """``organization-programmatic-access-grant``; ``more``: access_granted_at, token_expires_at, token_last_used_at, ..."""
    return {
        "id": ident,
        "owner": user(login),
        "repository_selection": "all",
        "repositories_url": f"{API}/organizations/1/personal-access-tokens/{ident}/repositories",
        "permissions": permissions,
        "access_granted_at": "2025-01-01T00:00:00Z",
        "token_id": ident + 500_000,
        "token_name": name,
        "token_expired": False,
        "token_expires_at": None,
        "token_last_used_at": None,
        **more,
    }


def authorization(login: str, ident: int, kind: str, **more: Any) -> dict[str, Any]:
    """``credential-authorization`` (Enterprise Cloud)."""
    return {
        "login": login,
        "credential_id": ident,
        "credential_type": kind,
        "credential_authorized_at": "2025-01-01T00:00:00Z",
        "credential_accessed_at": None,
        "authorized_credential_id": ident + 7,
        **more,
    }


def deploy_key(ident: int, key: str, title: str, **more: Any) -> dict[str, Any]:
    """``deploy-key``."""
    return {
        "id": ident,
        "key": key,
        "url": f"{API}/repos/o/r/keys/{ident}",
        "title": title,
        "verified": True,
        "created_at": "2025-01-01T00:00:00Z",
        "read_only": True,
        "added_by": None,
        "last_used": None,
        "enabled": True,
        **more,
    }


def hook(ident: int, url: str, *, secret: bool, insecure: bool = False, org: str = "", **more: Any) -> dict[str, Any]:
    """``org-hook`` or (without ``org``) ``hook``."""
    config = {"url": url, "content_type": "json", "insecure_ssl": "1" if insecure else "0"}
    base = f"{API}/orgs/{org}/hooks/{ident}" if org else f"{API}/repos/o/r/hooks/{ident}"
    tail = {} if org else {"test_url": f"{base}/test", "last_response": {"code": 200, "status": "active", "message": "OK"}}
    return {
        "id": ident,
        "url": base,
        "ping_url": f"{base}/pings",
        "name": "web",
        "events": ["push"],
        "active": True,
        "config": {**config, **({"secret": "********"} if secret else {})},
        "updated_at": "2025-01-01T00:00:00Z",
        "created_at": "2025-01-01T00:00:00Z",
        "type": "Organization" if org else "Repository",
        **tail,
        **more,
    }


def environment(repo: str, name: str, *, reviewers: int = 0, branches: str = "any") -> dict[str, Any]:
    """``environment``; ``branches``: any, listed or protected."""
    ident = number(f"{repo}/{name}")
    rules: list[dict[str, Any]] = []
    if reviewers:
        people = [{"type": "User", "reviewer": user(f"reviewer-{index}")} for index in range(reviewers)]
        rules.append(
            {"id": ident + 1, "node_id": "x", "type": "required_reviewers", "prevent_self_review": False, "reviewers": people}
        )
    if branches != "any":
        rules.append({"id": ident + 2, "node_id": "x", "type": "branch_policy"})
    policy = {"protected_branches": branches == "protected", "custom_branch_policies": branches == "listed"}
    return {
        "id": ident,
        "node_id": "EN_x",
        "name": name,
        "url": f"{API}/repos/{repo}/environments/{name}",
        "html_url": f"{WEB}/{repo}/deployments/activity_log?environments_filter={name}",
        "created_at": "2025-01-01T00:00:00Z",
        "updated_at": "2025-01-01T00:00:00Z",
        "protection_rules": rules,
        "deployment_branch_policy": None if branches == "any" else policy,
    }


def runner_group(ident: int, name: str, *, public: bool, visibility: str = "all", workflows: bool = False) -> dict[str, Any]:
    """``runner-groups-org``."""
    base = f"{API}/orgs/o/actions/runner-groups/{ident}"
    return {
        "id": ident,
        "name": name,
        "visibility": visibility,
        "default": ident == 1,
        "runners_url": f"{base}/runners",
        "inherited": False,
        "allows_public_repositories": public,
        "restricted_to_workflows": workflows,
        "selected_workflows": [],
    }


def runner(ident: int, name: str, group: int, *, online: bool = True, ephemeral: bool = False) -> dict[str, Any]:
    """``runner``."""
    return {
        "id": ident,
        "runner_group_id": group,
        "name": name,
        "os": "linux",
        "status": "online" if online else "offline",
        "busy": False,
        "labels": [{"id": 1, "name": "self-hosted", "type": "read-only"}, {"id": 2, "name": "linux", "type": "custom"}],
        "ephemeral": ephemeral,
    }


def alert(org: str, repo: str, ident: int, kind: str, secret: str, location: dict[str, Any], **more: Any) -> dict[str, Any]:
    """``organization-secret-scanning-alert``; ``more``: state, resolution, validity, publicly_leaked, created_at."""
    base = f"{API}/repos/{org}/{repo}/secret-scanning/alerts/{ident}"
    return {
        "number": ident,
        "created_at": "2026-01-01T00:00:00Z",
        "updated_at": None,
        "url": base,
        "html_url": f"{WEB}/{org}/{repo}/security/secret-scanning/{ident}",
        "locations_url": f"{base}/locations",
        "state": "open",
        "resolution": None,
        "secret_type": kind,
        "secret_type_display_name": kind.replace("_", " ").capitalize(),
        "secret": secret,
        "repository": repository(org, repo, "private"),
        "push_protection_bypassed": False,
        "validity": "unknown",
        "publicly_leaked": False,
        "multi_repo": False,
        "first_location_detected": location,
        "has_more_locations": False,
        **more,
    }


def commit_location(org: str, repo: str, path: str, line: int) -> dict[str, Any]:
    """``secret-scanning-location-commit``."""
    sha = f"{number(path):040x}"
    base = f"{API}/repos/{org}/{repo}/git"
    return {
        "path": path,
        "start_line": line,
        "end_line": line,
        "start_column": 1,
        "end_column": 40,
        "blob_sha": sha,
        "blob_url": f"{base}/blobs/{sha}",
        "commit_sha": sha,
        "commit_url": f"{base}/commits/{sha}",
    }


def stored(name: str, created: datetime, updated: datetime, visibility: str = "", org: str = "") -> dict[str, Any]:
    """A secret; of an organisation when ``visibility`` is given."""
    base = {"name": name, "created_at": stamp(created), "updated_at": stamp(updated)}
    if not visibility:
        return base
    chosen = {"selected_repositories_url": f"{API}/orgs/{org}/actions/secrets/{name}/repositories"}
    return {**base, "visibility": visibility, **(chosen if visibility == "selected" else {})}
