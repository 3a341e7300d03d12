"""Long-lived keys that code creates: no value lies in the code, but each apply makes one and puts it into the tool's state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from keyrack.providers.repository.iac.origin import Origin
from keyrack.records import Credential, Placement
from keyrack.records.credential import CredentialKind
from keyrack.records.uids import credential_uid, row_uid


@dataclass(frozen=True, slots=True)
class Key:
    """A key as code declares it: whose, where, of which kind, and until when.

    ``expires_at`` of ``None`` means without an end, unless ``open_ended`` says that the code leaves the end to the issuer.
    """

    holder: str
    address: str
    origin: Origin
    line: int
    kind: CredentialKind
    issuer: str
    created_at: datetime | None = None
    expires_at: datetime | None = None
    open_ended: bool = False
    encrypted: bool = False
    """Its secret is encrypted for somebody before it reaches the state."""


def declared_key(key: Key) -> tuple[Credential, Placement]:
    """The credential (known by its holder and address, ``referenced``) and the declaration as its placement."""
    never = key.expires_at is None and not key.open_ended
    credential = Credential(
        uid=credential_uid(key.issuer, holder=key.holder, name=key.address),
        kind=key.kind,
        issuer=key.issuer,
        name=key.address,
        identity_uid=key.holder,
        created_at=key.created_at,
        expires_at=key.expires_at,
        expiry="never" if never else "set" if key.expires_at else "unknown",
        protected=True if key.encrypted else None,
        attrs={"referenced": "true"} | ({"cloud": key.issuer} if key.issuer in {"aws", "gcp", "azure"} else {}),
    )
    origin = key.origin
    placement = Placement(
        uid=row_uid("place", origin.repository, "iac", origin.path, key.line, key.address, credential.uid),
        credential_uid=credential.uid,
        system="iac",
        exposure="config",
        scope=origin.repository,
        path=origin.path,
        line=key.line,
        consumer_uid=key.holder,
        detector="iac-parser",
        attrs={"referenced": "true", "field": key.address},
    )
    return credential, placement
