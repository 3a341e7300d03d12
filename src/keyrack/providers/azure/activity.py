"""One Azure activity log record to one Event. Pure.

Two shapes: the REST API's ("Activity Logs - List") and the export to storage or Event Hubs ("Azure activity log event schema").
Only control-plane writes, deletes and actions are logged; reads are not.
"""

from __future__ import annotations

from keyrack.records import Event
from keyrack.records.event import EventOutcome
from keyrack.records.uids import row_uid
from keyrack.sdk.fields import Raw, part, text, when

SOURCE = "azure:activity"
_OBJECT = "http://schemas.microsoft.com/identity/claims/objectidentifier"
_TENANT = "http://schemas.microsoft.com/identity/claims/tenantid"
_STARTED = frozenset({"start", "started"})
_DENIED = frozenset({"authorizationfailed", "linkedauthorizationfailed", "forbidden", "unauthorized", "403", "401"})


def event(raw: Raw, scope: str | None) -> Event | None:
    """The operation's outcome, or ``None`` for its start and for categories nobody caused (health, alerts).

    The phases of one operation share an id, so that they count once.

    Raises:
        ValueError: no operation or time.
    """
    operation = _value(raw, "operationName")
    at = when(raw, "eventTimestamp") or when(raw, "time")
    category = (_value(raw, "category") or "Administrative").lower()
    state = (_value(raw, "status") or text(raw, "resultType") or "").lower()
    if category not in {"administrative", "action", "write", "delete"} or state in _STARTED:
        return None
    if not operation or at is None:
        raise ValueError("no operationName or time")
    claims = part(raw, "claims") or part(raw, "identity", "claims")
    tenant = text(raw, "tenantId") or text(claims, _TENANT)
    resource = text(raw, "resourceId") or text(raw, "authorization", "scope") or ""
    action = text(raw, "authorization", "action") or text(raw, "identity", "authorization", "action") or operation
    return Event(
        id=row_uid("azure", text(raw, "correlationId") or text(raw, "eventDataId"), operation.lower(), resource.lower()),
        at=at,
        source=SOURCE,
        scope=text(raw, "subscriptionId") or _subscription(resource) or scope,
        region=text(raw, "location"),
        identity_uid=_who(raw, claims, tenant),
        session=text(claims, "uti"),
        api=operation,
        service=action.partition("/")[0],
        actions=[action],
        resources=[resource],
        source_ip=text(raw, "httpRequest", "clientIpAddress") or text(raw, "callerIpAddress") or text(claims, "ipaddr"),
        user_agent=None,
        outcome=_outcome(raw, state),
    )


def _value(raw: Raw, name: str) -> str | None:
    """REST replies wrap names as ``{value, localizedValue}``, exports write them plainly."""
    return text(raw, name, "value") or text(raw, name)


def _who(raw: Raw, claims: Raw, tenant: str | None) -> str | None:
    evidence = part(raw, "identity", "authorization", "evidence")
    subject = text(claims, _OBJECT) or text(claims, "oid") or text(evidence, "principalId")
    if not subject:
        return None
    person = text(claims, "name") or "@" in (text(raw, "caller") or "") or text(evidence, "principalType") == "User"
    kind = "sp" if text(claims, "idtyp") == "app" or not person else "user"
    if text(claims, "xms_mirid"):  # the resource id of a managed identity ("Access token claims reference")
        kind = "managed-identity"
    return f"entra:{(tenant or 'unknown').lower()}:{kind}/{subject}".lower()


def _subscription(resource: str) -> str | None:
    parts = resource.split("/")
    return parts[2].lower() if len(parts) > 2 and parts[1].lower() == "subscriptions" else None


def _outcome(raw: Raw, state: str) -> EventOutcome:
    codes = {
        (text(raw, "properties", "statusCode") or "").lower(),
        (_value(raw, "subStatus") or "").lower(),
        (text(raw, "resultSignature") or "").lower().rpartition(".")[2],
        (text(raw, "properties", "error", "code") or "").lower(),
    }
    if codes & _DENIED:
        return "denied"
    return "failed" if state in {"failed", "failure", "canceled"} else "allowed"
