"""One entry of GitHub's audit log (organisation or enterprise; export, stream or REST) to one Event. Pure.

Shape: "Reviewing the audit log for your organization" and "Audit log events for your organization" of the GitHub documentation.
"""

from __future__ import annotations

from keyrack.records import Event
from keyrack.records.event import EventOutcome
from keyrack.records.uids import account_uid, credential_uid, row_uid
from keyrack.sdk.fields import Raw, number, text, when

SOURCE = "github:audit"

PERMISSIONS: tuple[tuple[str, str], ...] = (
    ("git.push", "contents:write"),
    ("git.", "contents:read"),
    ("repo.download_zip", "contents:read"),
    ("repo.create_actions_secret", "secrets:write"),
    ("repo.update_actions_secret", "secrets:write"),
    ("repo.remove_actions_secret", "secrets:write"),
    ("repo.actions_enabled", "administration:write"),
    ("repo.", "administration:write"),
    ("protected_branch.", "administration:write"),
    ("repository_ruleset.", "administration:write"),
    ("public_key.", "administration:write"),
    ("deploy_key.", "administration:write"),
    ("environment.", "environments:write"),
    ("workflows.", "actions:write"),
    ("pull_request.", "pull_requests:write"),
    ("pull_request_review.", "pull_requests:write"),
    ("issue.", "issues:write"),
    ("issues.", "issues:write"),
    ("hook.", "repository_hooks:write"),
    ("packages.", "packages:write"),
    ("secret_scanning_alert.", "secret_scanning_alerts:write"),
    ("dependabot_alerts.", "vulnerability_alerts:write"),
    ("org.create_actions_secret", "organization_secrets:write"),
    ("org.update_actions_secret", "organization_secrets:write"),
    ("org.remove_actions_secret", "organization_secrets:write"),
    ("org.add_member", "members:write"),
    ("org.remove_member", "members:write"),
    ("org.update_member", "members:write"),
    ("org.invite_member", "members:write"),
    ("org.", "organization_administration:write"),
    ("team.", "members:write"),
    ("personal_access_token.", "organization_personal_access_tokens:write"),
)
"""Event, or its beginning -> App permission that call needs ("Permissions required for GitHub Apps"); the first match counts."""

DEPLOY_KEY = "deploy_key"
"""What stands for the actor of git events of deploy keys; which key it was, the log does not say."""
ACTIONS = "github-actions[bot]"
_DENIED = frozenset({401, 403, 404})
"""GitHub answers 404 where the caller may not even know that something exists."""


def event(raw: Raw, scope: str | None) -> Event | None:
    """One entry.

    Raises:
        ValueError: no action, time or actor.
    """
    action, at = text(raw, "action"), when(raw, "@timestamp") or when(raw, "created_at")
    actor = text(raw, "actor")
    repository = text(raw, "repo") or text(raw, "repository") or ""
    if not action or at is None:
        raise ValueError("no action or time")
    owner = text(raw, "org") or text(raw, "business") or scope
    needed = permission(action)
    status = number(raw, "status_code") or 200
    return Event(
        id=text(raw, "_document_id") or row_uid("github", at.isoformat(), action, actor, repository, owner),
        at=at,
        source=SOURCE,
        scope=owner,
        identity_uid=subject_uid(owner, actor, repository) if actor and actor != DEPLOY_KEY else None,
        credential_uid=_credential(raw),
        api=f"{text(raw, 'request_method')} {text(raw, 'route')}" if action == "api.request" else action,
        service=action.partition(".")[0],
        actions=[needed] if needed else [],
        resources=[repository] if needed else [],
        source_ip=text(raw, "actor_ip"),
        user_agent=text(raw, "user_agent"),
        outcome=_outcome(status),
        context={"token_kind": kind} if (kind := text(raw, "programmatic_access_type")) else {},
    )


def subject_uid(owner: str | None, actor: str, repository: str = "") -> str:
    """Uid of an actor: a workflow's job is its repository's Actions, an App's bot its installation, anybody else an account."""
    where = (owner or "unknown").lower()
    if actor == ACTIONS and repository:
        return f"github:{where}:actions/{repository.rpartition('/')[2]}"
    if actor.endswith("[bot]"):
        return f"github:{where}:app/{actor.removesuffix('[bot]').lower()}"
    return account_uid("github", actor)


def _credential(raw: Raw) -> str | None:
    """The token or key used: a fine-grained token by its number in the listing, any other by its hash, a key by its print."""
    number, hashed = text(raw, "token_id"), text(raw, "hashed_token")
    if number and (text(raw, "programmatic_access_type") or "").lower().startswith("fine-grained"):
        return credential_uid("github", public_id=f"token/{number}")
    print_ = text(raw, "deploy_key_fingerprint") or ""
    if print_.startswith("SHA256:") and text(raw, "actor") == DEPLOY_KEY:
        return credential_uid("ssh", public_id=print_)
    return credential_uid("github", public_id=hashed) if hashed else None


def permission(action: str) -> str | None:
    """Permission behind an audit event; ``None``: not mapped."""
    return next(
        (needed for start, needed in PERMISSIONS if action == start or (start.endswith(".") and action.startswith(start))), None
    )


def _outcome(status: int) -> EventOutcome:
    if status in _DENIED:
        return "denied"
    return "failed" if status >= 400 else "allowed"
