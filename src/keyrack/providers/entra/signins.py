"""One Entra sign-in or Microsoft Graph activity record to one Event. Pure.

Sign-ins: ``signIn`` of the Graph reports API and its export to Azure Monitor (ServicePrincipalSignInLogs,
ManagedIdentitySignInLogs and the user tables). Graph calls: the ``MicrosoftGraphActivityLogs`` table of Azure Monitor.
"""

from __future__ import annotations

import re

from keyrack.records import Event
from keyrack.records.event import EventOutcome
from keyrack.records.uids import credential_uid
from keyrack.sdk.fields import Raw, number, part, text, texts, when

SIGN_INS, GRAPH = "entra:signin", "entra:graph-activity"
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_NAMED = re.compile(r"\('[^']*'\)|\([^)]*\)")
_EMAIL = re.compile(r"/[^/]+@[^/]+", re.ASCII)


def sign_in(raw: Raw, scope: str | None) -> Event | None:
    """A sign-in: use of the identity and of its credential, but of no permission.

    Raises:
        ValueError: no id, time or subject.
    """
    facts = {**raw, **part(raw, "properties")}
    at, number_ = when(facts, "createdDateTime") or when(raw, "time"), text(facts, "id")
    tenant = (
        text(raw, "tenantId") or text(facts, "homeTenantId") or text(facts, "resourceTenantId") or scope or "unknown"
    ).lower()
    who = _subject(facts, tenant, managed=_managed(raw, facts))
    if at is None or not number_ or who is None:
        raise ValueError("no id, createdDateTime or subject")
    key = text(facts, "servicePrincipalCredentialKeyId")
    code = number(facts, "status", "errorCode") or 0
    return Event(
        id=number_,
        at=at,
        source=SIGN_INS,
        scope=tenant,
        identity_uid=who,
        credential_uid=credential_uid("azure", public_id=key) if key and key != "00000000-0000-0000-0000-000000000000" else None,
        session=text(facts, "uniqueTokenIdentifier"),
        api=f"sign-in {text(facts, 'resourceDisplayName') or ''}".strip(),
        service="entra",
        source_ip=text(facts, "ipAddress"),
        user_agent=text(facts, "userAgent"),
        outcome="denied" if code else "allowed",
        context={"sign_in": "true"},
    )


def graph_call(raw: Raw, scope: str | None) -> Event | None:
    """A call of Microsoft Graph; the action is the method on the path with its ids left out.

    The log says which permissions the token carried, not which one admitted the call; they are kept in ``context``.

    Raises:
        ValueError: no request id, time or caller.
    """
    facts = {**raw, **part(raw, "properties")}
    at, request = when(facts, "timeGenerated") or when(raw, "time"), text(facts, "requestId")
    tenant = (text(raw, "tenantId") or text(facts, "tenantId") or scope or "unknown").lower()
    who = _subject(facts, tenant)
    if at is None or not request or who is None:
        raise ValueError("no requestId, time or caller")
    action = f"{text(facts, 'requestMethod') or '?'} {template(text(facts, 'requestUri') or '')}"
    roles = text(facts, "roles") or text(facts, "scopes")
    return Event(
        id=request,
        at=at,
        source=GRAPH,
        scope=tenant,
        identity_uid=who,
        session=text(facts, "signInActivityId"),
        api=action,
        service="graph",
        actions=[action],
        resources=[""],
        source_ip=text(facts, "ipAddress"),
        user_agent=text(facts, "userAgent"),
        outcome=_graph_outcome(number(facts, "responseStatusCode") or 200),
        context={"token_permissions": roles} if roles else {},
    )


def template(uri: str) -> str:
    """Path of a Graph call without version, query and ids: ``/users/{id}/messages``."""
    path = uri.partition("?")[0]
    path = path.partition("://")[2].partition("/")[2] if "://" in path else path.lstrip("/")
    rest = path.partition("/")[2] if path.partition("/")[0] in {"v1.0", "beta"} else path
    return _NAMED.sub("({id})", _EMAIL.sub("/{id}", _GUID.sub("{id}", f"/{rest.rstrip('/')}")))


def _managed(raw: Raw, facts: Raw) -> bool:
    """Whether a sign-in is a managed identity's: by the log's category, or the event's own type (``signIn`` resource)."""
    category = text(raw, "category") or text(raw, "Category") or ""
    return category == "ManagedIdentitySignInLogs" or "managedIdentity" in texts(facts, "signInEventTypes")


def _subject(facts: Raw, tenant: str, *, managed: bool = False) -> str | None:
    service = text(facts, "servicePrincipalId")
    if service:
        return f"entra:{tenant}:{'managed-identity' if managed else 'sp'}/{service.lower()}"
    person = text(facts, "userId")
    return f"entra:{tenant}:user/{person.lower()}" if person else None


def _graph_outcome(status: int) -> EventOutcome:
    if status in {401, 403}:
        return "denied"
    return "failed" if status >= 400 else "allowed"
