"""Secrets and certificates of applications and service principals, and what the sign-in report says of their use. Pure.

Shapes: ``passwordCredential`` and ``keyCredential`` resources (Graph v1.0). A password's ``hint`` is its first three
characters: it is never read. Ids are the ``keyId`` that sign-in logs name.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from keyrack.providers.entra.names import guid, known, named
from keyrack.records import Credential, Record, Usage
from keyrack.records.credential import CredentialKind, CredentialStatus
from keyrack.records.uids import credential_uid, row_uid
from keyrack.sdk.fields import Raw, rows, text, when

KEPT: Final = timedelta(days=30)
"""What the sign-in reports surely cover: as long as sign-in logs are kept with a premium licence ("Entra data retention")."""
KEY_REPORT, PRINCIPAL_REPORT = "entra:credential-sign-in-report", "entra:sign-in-report"


def credentials(holder: str, raw: Raw, now: datetime) -> Iterator[Credential]:
    """Every password and key of one object, as credentials of the identity ``holder``."""
    for item in rows(raw, "passwordCredentials"):
        if (found := _credential(holder, item, now, "oauth_secret", "client secret")) is not None:
            yield found
    for item in rows(raw, "keyCredentials"):
        signing = text(item, "usage") == "Sign"
        kind: CredentialKind = "signing_key" if signing else "certificate"
        if (found := _credential(holder, item, now, kind, "signing key" if signing else "certificate")) is not None:
            yield found


def _credential(holder: str, raw: Raw, now: datetime, kind: CredentialKind, what: str) -> Credential | None:
    key = guid(text(raw, "keyId"))
    if key is None:
        return None
    end = when(raw, "endDateTime")
    attrs = known(sha1=thumbprint(raw), use=(text(raw, "usage") or "").lower() or None, cloud="azure")
    return Credential(
        uid=credential_uid("azure", public_id=key),
        kind=kind,
        issuer="azure",
        name=named(raw, "displayName", fallback=what),
        identity_uid=holder,
        public_id=key,
        status=_status(when(raw, "startDateTime"), end, now),
        created_at=when(raw, "startDateTime"),
        expires_at=end,
        expiry="set" if end else "unknown",
        attrs=attrs,
    )


def _status(start: datetime | None, end: datetime | None, now: datetime) -> CredentialStatus:
    if end is not None and end <= now:
        return "expired"
    return "inactive" if start is not None and start > now else "active"


def thumbprint(raw: Raw) -> str | None:
    """SHA-1 thumbprint in hex: ``customKeyIdentifier`` is 20 bytes in base64, or in hex by older tools; a note otherwise."""
    value = text(raw, "customKeyIdentifier") or ""
    if raw.get("usage") is None:  # a password's is free text of its maker
        return None
    if len(value) == 40 and all(char in "0123456789abcdefABCDEF" for char in value):
        return value.lower()
    try:
        data = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data.hex() if len(data) == 20 else None


def key_use(raw: Raw, holder: str | None) -> Usage | None:
    """One row of the report on credentials: last use as Microsoft reports it."""
    key, used = guid(text(raw, "keyId")), when(raw, "signInActivity", "lastSignInDateTime")
    if key is None or used is None:
        return None
    return Usage(
        uid=row_uid("use", key, KEY_REPORT),
        identity_uid=holder,
        credential_uid=credential_uid("azure", public_id=key),
        grade="reported",
        source=KEY_REPORT,
        used_at=used,
    )


_FLOWS: Final[Mapping[str, str]] = {
    "applicationAuthenticationClientSignInActivity": "application",
    "delegatedClientSignInActivity": "delegated",
    "applicationAuthenticationResourceSignInActivity": "resource",
    "delegatedResourceSignInActivity": "resource-delegated",
}
"""Part of a row -> how it signed in: by itself, for a person, or as the API that others called."""


def principal_use(raw: Raw, holder: str) -> Iterator[Usage]:
    """One row of the report on service principals: last sign-in by flow. Being called as an API proves use only by inference."""
    for name, flow in _FLOWS.items():
        used = when(raw, name, "lastSignInDateTime")
        if used is not None:
            yield Usage(
                uid=row_uid("use", holder, PRINCIPAL_REPORT, flow),
                identity_uid=holder,
                grade="inferred" if flow.startswith("resource") else "reported",
                source=PRINCIPAL_REPORT,
                used_at=used,
                attrs={"flow": flow},
            )


def unused(holder: str, key: str | None, source: str, now: datetime) -> Record:
    """The report was read whole and does not know it: no use in the period it surely covers."""
    return Usage(
        uid=row_uid("use", key or holder, source),
        identity_uid=holder,
        credential_uid=key,
        grade="absent",
        source=source,
        since=now - KEPT,
    )
