"""One Google Cloud audit log entry to one Event. Pure.

Shape: LogEntry with an AuditLog ``protoPayload`` ("Understand audit logs", "AuditLog" in the Cloud Logging documentation). The
entry itself lists the permissions that were checked (``authorizationInfo``), so nothing needs to be mapped.
"""

from __future__ import annotations

from keyrack.records import Event
from keyrack.records.event import EventOutcome
from keyrack.records.uids import credential_uid, row_uid
from keyrack.sdk.fields import Raw, number, part, rows, text, when

SOURCE = "gcp:audit"
_DENIED = frozenset({7, 16})
"""google.rpc.Code: PERMISSION_DENIED and UNAUTHENTICATED."""


def event(raw: Raw, scope: str | None) -> Event | None:
    """The call, or ``None`` for entries of other logs.

    Raises:
        ValueError: an audit entry without time, method or caller.
    """
    payload = part(raw, "protoPayload")
    method, at = text(payload, "methodName"), when(raw, "timestamp") or when(raw, "receiveTimestamp")
    if not payload:
        return None
    if not method or at is None:
        raise ValueError("no methodName or timestamp")
    checked = [row for row in rows(payload, "authorizationInfo") if text(row, "permission")]
    needs = dict.fromkeys((text(row, "permission") or "", text(row, "resource") or "") for row in checked)
    if not needs and method.startswith("storage."):  # Cloud Storage names its methods as it names its permissions
        needs = {(method, text(payload, "resourceName") or ""): None}
    known = {name for name, resource in needs if resource}
    pairs = [(name, resource) for name, resource in needs if resource or name not in known]
    ip, agent = _client(payload)
    return Event(
        id=row_uid("gcp", text(raw, "logName"), text(raw, "insertId"), at.isoformat(), method),
        at=at,
        source=SOURCE,
        scope=_project(raw) or scope,
        region=text(raw, "resource", "labels", "location"),
        identity_uid=_who(payload),
        credential_uid=_key(payload),
        caller=_behind(payload),
        api=f"{text(payload, 'serviceName') or '?'} {method}",
        service=(text(payload, "serviceName") or "").partition(".")[0] or None,
        actions=[name for name, _ in pairs],
        resources=[resource for _, resource in pairs],
        source_ip=ip,
        user_agent=agent,
        outcome=_outcome(payload, checked),
    )


def _client(payload: Raw) -> tuple[str | None, str | None]:
    meta = part(payload, "requestMetadata")
    return text(meta, "callerIp") or text(meta, "callerIP"), text(meta, "callerSuppliedUserAgent")


def _who(payload: Raw) -> str | None:
    info = part(payload, "authenticationInfo")
    email, subject = text(info, "principalEmail"), text(info, "principalSubject")
    if email:
        return principal_uid(email)
    return f"gcp:principal/{subject.partition('://')[2] or subject}" if subject else None


def principal_uid(email: str) -> str:
    """Uid of an e-mail principal: service accounts live in Google's own domain, anybody else is a user."""
    return f"gcp:{'sa' if email.endswith('gserviceaccount.com') else 'user'}/{email.lower()}"


def _key(payload: Raw) -> str | None:
    """``//iam.googleapis.com/projects/P/serviceAccounts/E/keys/K``: which key of the account signed the request."""
    name = text(payload, "authenticationInfo", "serviceAccountKeyName")
    key = name.rpartition("/keys/")[2] if name and "/keys/" in name else ""
    return credential_uid("gcp", public_id=key) if key else None


def _behind(payload: Raw) -> str | None:
    """Whoever impersonated the account: the first of the delegation chain."""
    for link in rows(payload, "authenticationInfo", "serviceAccountDelegationInfo"):
        email = text(link, "firstPartyPrincipal", "principalEmail")
        subject = text(link, "principalSubject")
        if email or subject:
            return principal_uid(email) if email else f"gcp:principal/{(subject or '').partition('://')[2] or subject}"
    return None


def _project(raw: Raw) -> str | None:
    """The project, folder or organisation whose log it is."""
    named = (text(raw, "logName") or "").split("/")
    return named[1] if len(named) > 2 else text(raw, "resource", "labels", "project_id")


def _outcome(payload: Raw, checked: list[Raw]) -> EventOutcome:
    code = number(payload, "status", "code") or 0
    refused = bool(checked) and all(row.get("granted") is False for row in checked)
    if code in _DENIED or (refused and code == 0):
        return "denied"
    return "failed" if code else "allowed"
