"""One event of Okta's System Log to one Event. Pure.

Shape: ``LogEvent`` of the System Log API; scopes are those of "OAuth 2.0 scopes" in the Okta developer documentation.
"""

from __future__ import annotations

from keyrack.records import Event
from keyrack.records.event import EventOutcome
from keyrack.records.uids import credential_uid
from keyrack.sdk.fields import Raw, rows, text, when

SOURCE = "okta:system-log"

SCOPES: tuple[tuple[str, str], ...] = (
    ("user.lifecycle.", "okta.users.manage"),
    ("user.account.update", "okta.users.manage"),
    ("user.account.reset_password", "okta.users.manage"),
    ("user.account.privilege.", "okta.roles.manage"),
    ("user.mfa.factor.", "okta.users.manage"),
    ("user.session.clear", "okta.sessions.manage"),
    ("user.session.end", "okta.sessions.manage"),
    ("group.user_membership.", "okta.groups.manage"),
    ("group.lifecycle.", "okta.groups.manage"),
    ("group.profile.", "okta.groups.manage"),
    ("group.privilege.", "okta.roles.manage"),
    ("application.user_membership.", "okta.apps.manage"),
    ("application.lifecycle.", "okta.apps.manage"),
    ("application.policy.", "okta.policies.manage"),
    ("app.oauth2.client.", "okta.clients.manage"),
    ("app.oauth2.as.", "okta.authorizationServers.manage"),
    ("policy.", "okta.policies.manage"),
    ("system.api_token.", "okta.apiTokens.manage"),
    ("system.idp.", "okta.idps.manage"),
    ("system.log_stream.", "okta.logStreams.manage"),
    ("system.hook.", "okta.eventHooks.manage"),
    ("event_hook.", "okta.eventHooks.manage"),
    ("inline_hook.", "okta.inlineHooks.manage"),
    ("zone.", "okta.networkZones.manage"),
    ("device.", "okta.devices.manage"),
    ("iam.", "okta.roles.manage"),
)
"""Beginning of an event type -> the scope that call needs; the first match counts."""

SIGN_INS = ("user.session.start", "user.authentication.", "policy.evaluate_sign_on", "app.oauth2.token.", "app.oauth2.as.token.")
"""Signing in and getting tokens: use of the identity, but of no permission."""
_PERSON = frozenset({"User", "SystemPrincipal"})


def event(raw: Raw, scope: str | None) -> Event | None:
    """One event.

    Args:
        raw: one LogEvent.
        scope: name of the Okta organisation; events do not carry one.

    Raises:
        ValueError: no uuid and published time, or no event type.
    """
    kind, at = text(raw, "eventType"), when(raw, "published")
    if not kind or at is None or not text(raw, "uuid"):
        raise ValueError("no uuid, eventType or published")
    organisation = scope or "unknown"
    signing_in = kind.startswith(SIGN_INS)
    needed = None if signing_in else next((name for start, name in SCOPES if kind.startswith(start)), None)
    token = text(raw, "transaction", "detail", "requestApiTokenId")
    target = next((f"{text(row, 'type')}/{text(row, 'id')}" for row in rows(raw, "target") if text(row, "id")), "")
    return Event(
        id=text(raw, "uuid") or "",
        at=at,
        source=SOURCE,
        scope=organisation,
        identity_uid=_who(raw, organisation),
        credential_uid=credential_uid("okta", public_id=token) if token else None,
        session=text(raw, "authenticationContext", "externalSessionId"),
        api=kind,
        service=kind.partition(".")[0],
        actions=[needed] if needed else [],
        resources=[target] if needed else [],
        source_ip=text(raw, "client", "ipAddress"),
        user_agent=text(raw, "client", "userAgent", "rawUserAgent"),
        outcome=_outcome(text(raw, "outcome", "result") or "SUCCESS"),
        context={"sign_in": "true"} if signing_in else {},
    )


def _who(raw: Raw, organisation: str) -> str | None:
    actor, kind = text(raw, "actor", "id"), text(raw, "actor", "type") or "User"
    if not actor:
        return None
    return f"okta:{organisation}:{'user' if kind in _PERSON else 'app'}/{actor}"


def _outcome(result: str) -> EventOutcome:
    if result in {"DENY", "CHALLENGE"}:
        return "denied"
    return "failed" if result in {"FAILURE", "ABANDONED", "RATE_LIMIT"} else "allowed"
