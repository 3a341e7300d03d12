"""One OpenBao or Vault audit line to one Event. Pure.

Shape: "Audit devices" of the OpenBao documentation. Requests and responses are logged apart; the response has the outcome.
Tokens and accessors are HMAC'ed by the audit device; the hashed accessor is the public id of a token.
"""

from __future__ import annotations

from keyrack.records import Event
from keyrack.records.event import EventOutcome
from keyrack.records.uids import credential_uid
from keyrack.sdk.fields import Raw, text, when

SOURCE = "openbao:audit"


def event(raw: Raw, scope: str | None) -> Event | None:
    """The response, or ``None`` for the request line that came before it.

    Args:
        raw: one audit line.
        scope: name of the server; audit lines do not carry one.

    Raises:
        ValueError: no request id, time, path or operation.
    """
    if text(raw, "type") != "response":
        return None
    at, request_id = when(raw, "time"), text(raw, "request", "id")
    path, operation = text(raw, "request", "path"), text(raw, "request", "operation")
    if at is None or not request_id or not path or not operation:
        raise ValueError("no time, or no id, path or operation of the request")
    server = scope or "unknown"
    namespace = text(raw, "request", "namespace", "path") or ""
    accessor = text(raw, "auth", "accessor")
    login = operation in {"update", "create"} and path.startswith("auth/") and "/login" in path
    return Event(
        id=request_id,
        at=at,
        source=SOURCE,
        scope=server,
        identity_uid=_who(raw, server),
        credential_uid=credential_uid("vault", public_id=accessor) if accessor and not login else None,
        session=text(raw, "auth", "display_name"),
        api=f"{operation} {namespace}{path}",
        service=text(raw, "request", "mount_type"),
        actions=[] if login else [operation],
        resources=[] if login else [f"{namespace}{path}"],
        source_ip=text(raw, "request", "remote_address"),
        user_agent=None,
        outcome=_outcome(raw),
        context={"sign_in": "true"} if login else {},
    )


def _who(raw: Raw, server: str) -> str | None:
    """The entity, else the role or name the token was made for; the root token has neither."""
    entity = text(raw, "auth", "entity_id")
    if entity:
        return f"openbao:{server}:entity/{entity}"
    role = text(raw, "auth", "metadata", "role_name") or text(raw, "auth", "metadata", "role")
    if role:
        return f"openbao:{server}:role/{role}"
    name = text(raw, "auth", "display_name")
    return f"openbao:{server}:token/{name}" if name else None


def _outcome(raw: Raw) -> EventOutcome:
    error = text(raw, "error") or ""
    results = raw.get("auth")
    policy = results.get("policy_results") if isinstance(results, dict) else None
    refused = isinstance(policy, dict) and policy.get("allowed") is False
    if "permission denied" in error or refused:
        return "denied"
    return "failed" if error else "allowed"
