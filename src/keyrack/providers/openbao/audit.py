"""One OpenBao or Vault audit line to one Event. Pure.

Shape: "Audit devices" of the OpenBao documentation. Requests and responses are logged apart; the response has the outcome.
Tokens and accessors are HMAC'ed by the audit device; the hashed accessor is the public id of a token.
"""

from __future__ import annotations

from keyrack.records import Event
from keyrack.records.event import EventOutcome
from keyrack.records.uids import credential_uid, row_uid
from keyrack.sdk.fields import Raw, part, text, texts, when

SOURCE = "openbao:audit"
_NAMES = ("role_name", "role", "username", "cert_name")
"""Metadata of a login that names whom it was for, by type of mount."""


def event(raw: Raw, scope: str | None) -> Event | None:
    """The response, or ``None`` for the request line that came before it.

    Args:
        raw: one audit line.
        scope: name of the server; audit lines do not carry one.

    Raises:
        ValueError: no time, path or operation.
    """
    if text(raw, "type") != "response":
        return None
    at, request_id = when(raw, "time"), text(raw, "request", "id")
    path, operation = text(raw, "request", "path"), text(raw, "request", "operation")
    if at is None or not path or not operation:
        raise ValueError("no time, or no path or operation of the request")
    server = scope or "unknown"
    namespace = text(raw, "request", "namespace", "path") or ""
    accessor, entity = text(raw, "auth", "accessor"), text(raw, "auth", "entity_id")
    login = operation in {"update", "create"} and path.startswith("auth/") and "/login" in path
    return Event(
        id=request_id or row_uid("bao", at.isoformat(), path, operation, accessor),  # what the server asks itself has none
        at=at,
        source=SOURCE,
        scope=server,
        identity_uid=_who(raw, server, login=login),
        credential_uid=credential_uid("vault", public_id=accessor) if accessor and not login else None,
        caller=f"openbao:{server}:entity/{entity}" if entity else None,
        session=text(raw, "auth", "display_name"),
        api=f"{operation} {namespace}{path}",
        service=text(raw, "request", "mount_type"),
        actions=[] if login else [operation],
        resources=[] if login else [f"{namespace}{path}"],
        source_ip=text(raw, "request", "remote_address"),
        user_agent=next(iter(texts(raw, "request", "headers", "user-agent")), None),
        outcome=_outcome(raw),
        context={"sign_in": "true"} if login else {},
    )


def _who(raw: Raw, server: str, *, login: bool) -> str | None:
    """The role or user that logged in, as discovery names it; else the entity; else the name the token was made for."""
    role = _role(raw, server, login=login)
    if role:
        return role
    entity = text(raw, "auth", "entity_id")
    if entity:
        return f"openbao:{server}:entity/{entity}"
    name = text(raw, "auth", "display_name")
    return f"openbao:{server}:token/{name}" if name else None


def _role(raw: Raw, server: str, *, login: bool) -> str | None:
    """``role/<mount>/<name>``: a login's path names its mount; later lines have it in front of the display name."""
    meta = part(raw, "auth", "metadata")
    name = next((found for key in _NAMES if (found := text(meta, key))), None)
    path = text(raw, "request", "path") or ""
    mount = path.removeprefix("auth/").partition("/login")[0] if login else _mount(text(raw, "auth", "display_name") or "", meta)
    namespace = text(raw, "request", "namespace", "path") or ""
    return f"openbao:{server}:role/{namespace}{mount}/{name}" if name and mount else None


def _mount(shown: str, meta: Raw) -> str | None:
    """The mount a display name begins with: the whole of it for AppRoles, else what stands before the user or account."""
    if text(meta, "role_name"):
        return shown or None
    account = f"{text(meta, 'service_account_namespace')}-{text(meta, 'service_account_name')}"
    for tail in (text(meta, "username"), account, text(meta, "cert_name"), text(meta, "common_name")):
        if tail and shown.endswith(f"-{tail}"):
            return shown.removesuffix(f"-{tail}") or None
    return None


def _outcome(raw: Raw) -> EventOutcome:
    error = text(raw, "error") or ""
    results = raw.get("auth")
    policy = results.get("policy_results") if isinstance(results, dict) else None
    refused = isinstance(policy, dict) and policy.get("allowed") is False
    if "permission denied" in error or refused:
        return "denied"
    return "failed" if error else "allowed"
