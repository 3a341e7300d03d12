"""Environments, runners, webhooks and OIDC subjects: where deployments are let through, and where events go. Pure.

Sources: REST "List environments", "List self-hosted runner groups for an organization", "List organization webhooks", "Get the
customization template for an OIDC subject claim"; "Managing environments for deployment" (where no branch of the repository is
protected, "protected branches only" lets every branch deploy); "OpenID Connect reference" (subjects, immutable subjects).
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from keyrack.providers.github.scan import SINCE_IMMUTABLE, Repo
from keyrack.records import Identity, Record, Resource
from keyrack.sdk.ci_names import environment_of
from keyrack.sdk.fields import Raw, part, rows, text, texts


def environment(raw: Raw, repo: Repo, org: str, secrets: int | None) -> Iterator[Record]:
    """An environment: which branches may deploy, who must approve, how many secrets wait behind it (``None``: not known)."""
    name = text(raw, "name")
    if not name:
        return
    rules = rows(raw, "protection_rules")
    reviewers = sum(len(rows(rule, "reviewers")) for rule in rules if text(rule, "type") == "required_reviewers")
    own = [rule for rule in rules if text(rule, "type") not in {"required_reviewers", "wait_timer", "branch_policy"}]
    attrs = {
        "repository": repo.name,
        "branches": _branches(raw, repo),
        "reviewers": str(reviewers),
        "rules": str(len(own)),
        "secrets": "" if secrets is None else str(secrets),
    }
    yield Resource(
        uid=f"github:{org}:environment/{repo.name}/{name}",
        type="github:environment",
        name=name,
        provider="github",
        scope=f"{org}/{repo.name}",
        environment=environment_of(name),
        attrs={key: value for key, value in attrs.items() if value},
    )


def _branches(raw: Raw, repo: Repo) -> str:
    """any, listed, protected, or protected-none: protected ones only, of which there are none, so that any may."""
    policy = part(raw, "deployment_branch_policy")
    if policy.get("custom_branch_policies") is True:
        return "listed"
    if policy.get("protected_branches") is True:
        return "protected-none" if repo.protected == "none" else "protected"
    return "any" if "deployment_branch_policy" in raw else ""


def runner(raw: Raw, org: str, groups: dict[str, str]) -> Iterator[Record]:
    """A self-hosted runner: a machine that runs whatever its group's repositories send."""
    name = text(raw, "name")
    if not name:
        return
    group = groups.get(text(raw, "runner_group_id") or "", "")
    labels = sorted(label for item in rows(raw, "labels") if (label := text(item, "name")))
    attrs = {
        "runner_group": group,
        "online": "true" if text(raw, "status") == "online" else "false",
        "ephemeral": "true" if raw.get("ephemeral") is True else "false" if raw.get("ephemeral") is False else "",
        "labels": ",".join(labels),
        "version": text(raw, "version") or "",
    }
    yield Identity(
        uid=f"github:{org}:runner/{name}",
        kind="cicd",
        type="github:runner",
        name=name,
        provider="github",
        scope=org,
        attrs={key: value for key, value in attrs.items() if value},
    )


def runner_group(raw: Raw, org: str, runners: int | None) -> Iterator[Record]:
    """A group of runners: which repositories may use it, whether those open to everybody are among them."""
    name = text(raw, "name")
    if not name:
        return
    attrs = {
        "visibility": text(raw, "visibility") or "",
        "public_repositories": _yes(raw.get("allows_public_repositories")),
        "restricted_to_workflows": _yes(raw.get("restricted_to_workflows")),
        "runners": "" if runners is None else str(runners),
    }
    yield Resource(
        uid=f"github:{org}:runner-group/{name}",
        type="github:runner-group",
        name=name,
        provider="github",
        scope=org,
        attrs={key: value for key, value in attrs.items() if value},
    )


def webhook(raw: Raw, org: str, repository: str = "") -> Iterator[Record]:
    """A webhook: where events are sent, whether the receiver can tell that they are ours, and whether the way is private."""
    number, config = text(raw, "id"), part(raw, "config")
    if not number:
        return
    host, secure = _target(text(config, "url") or "")
    insecure = text(config, "insecure_ssl") == "1" or config.get("insecure_ssl") in (1, 1.0)
    code = part(raw, "last_response").get("code")
    attrs = {
        "repository": repository,
        "url": host,
        "tls": "none" if not secure else "unverified" if insecure else "verified",
        "signed": "true" if text(config, "secret") else "false",
        "events": ",".join(sorted(texts(raw, "events"))),
        "status": "active" if raw.get("active") is True else "off",
        "last_response": str(code) if isinstance(code, int) else "",
    }
    yield Resource(
        uid=f"github:{org}:webhook/{repository or org}/{number}",
        type="github:webhook",
        name=f"webhook to {host or 'nowhere'}",
        provider="github",
        scope=f"{org}/{repository}" if repository else org,
        attrs={key: value for key, value in attrs.items() if value},
    )


def _target(url: str) -> tuple[str, bool]:
    """Scheme and host of a URL; user, path and query may hold secrets and stay behind."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return "", False
    return (f"{parts.scheme}://{host}" if host else "", parts.scheme == "https")


def subject(own: Raw | None, org: Raw, repo: Repo) -> dict[str, str]:
    """Attributes of the OIDC subject of a repository's tokens: its claims and whether it holds ids that nobody can take over.

    ``own`` is what the repository says (``None``: not asked), ``org`` the organisation's template, which holds only for
    repositories that opted in by ``use_default: false`` without claims of their own.
    """
    found = {
        "subject_claims": "" if own is None else _claims(own, org),
        "subject_immutable": _yes(_immutable(own or {}, org, repo)),
    }
    return {name: value for name, value in found.items() if value}


def _claims(own: Raw, org: Raw) -> str:
    if own.get("use_default") is not False:
        return "default"
    return ",".join(texts(own, "include_claim_keys") or texts(org, "include_claim_keys")) or "default"


def _immutable(own: Raw, org: Raw, repo: Repo) -> bool | None:
    """As the repository's prefix shows, else as repository or organisation chose, else by the day GitHub changed its default."""
    prefix = text(own, "sub_claim_prefix")
    if prefix:
        return "@" in prefix
    for value in (own.get("use_immutable_subject"), org.get("use_immutable_subject")):
        if isinstance(value, bool):
            return value
    return True if repo.created_at is not None and repo.created_at > SINCE_IMMUTABLE else None


def _yes(value: object) -> str:
    return "" if not isinstance(value, bool) else "true" if value else "false"
