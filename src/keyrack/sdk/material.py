"""Material: a credential just parsed out of a file, still with its value; turned into records before it leaves."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from keyrack.records import Credential, Placement
from keyrack.records.credential import CredentialKind, CredentialStatus, Expiry
from keyrack.records.identity import Environment
from keyrack.records.placement import Exposure, Liveness, PlacementSystem, Readers
from keyrack.records.uids import credential_uid, row_uid
from keyrack.sdk.fingerprint import Fingerprinter
from keyrack.sdk.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a parser or detector found.

    ``public_id`` is the issuer's own name of the credential (AWS key id, SSH ``SHA256:`` fingerprint, X.509 SHA-256
    thumbprint); ``field`` is where in the document it stood (``mcpServers.github.env.TOKEN``).
    """

    kind: CredentialKind
    issuer: str
    name: str
    detector: str
    secret: Secret | None = None
    public_id: str | None = None
    line: int | None = None
    field: str | None = None
    status: CredentialStatus = "unknown"
    created_at: datetime | None = None
    expires_at: datetime | None = None
    expiry: Expiry = "unknown"
    algorithm: str | None = None
    bits: int | None = None
    protected: bool | None = None
    attrs: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The place material was read from; the fields are those of :class:`~keyrack.records.placement.Placement`."""

    system: PlacementSystem
    exposure: Exposure
    scope: str
    path: str
    line: int | None = None
    consumer_uid: str | None = None
    commit: str | None = None
    author: str | None = None
    seen_at: datetime | None = None
    environment: Environment | None = None
    mode: str | None = None
    readers: Readers | None = None
    state: Liveness = "unknown"
    attrs: Mapping[str, str] = dataclasses.field(default_factory=dict)


def observe(
    material: Material, place: Place, fingerprinter: Fingerprinter, *, identity_uid: str | None = None
) -> tuple[Credential, Placement]:
    """Records of one sighting. The value ends here: only its keyed fingerprint goes on."""
    fingerprint = fingerprinter.of(material.secret) if material.secret is not None and len(material.secret) else None
    holder = f"{place.scope}:{place.path}"
    name = material.field or material.name
    uid = credential_uid(material.issuer, public_id=material.public_id, fingerprint=fingerprint, holder=holder, name=name)
    return credential_of(material, uid, fingerprint, identity_uid), _placement(material, place, uid)


def credential_of(material: Material, uid: str, fingerprint: str | None, identity_uid: str | None = None) -> Credential:
    """The record of a credential as its material describes it, without the value."""
    return Credential(
        uid=uid,
        kind=material.kind,
        issuer=material.issuer,
        name=material.name,
        identity_uid=identity_uid,
        public_id=material.public_id,
        fingerprint=fingerprint,
        status=material.status,
        created_at=material.created_at,
        expires_at=material.expires_at,
        expiry=material.expiry,
        algorithm=material.algorithm,
        bits=material.bits,
        protected=material.protected,
        attrs=dict(material.attrs),
    )


def _placement(material: Material, place: Place, uid: str) -> Placement:
    line = place.line if place.line is not None else material.line
    field_attr = {"field": material.field} if material.field else {}
    return Placement(
        uid=row_uid("place", place.scope, place.system, place.path, line, place.commit, material.field, uid),
        credential_uid=uid,
        system=place.system,
        exposure=place.exposure,
        scope=place.scope,
        path=place.path,
        line=line,
        consumer_uid=place.consumer_uid,
        commit=place.commit,
        author=place.author,
        seen_at=place.seen_at,
        environment=place.environment,
        mode=place.mode,
        readers=place.readers,
        state=place.state,
        detector=material.detector,
        attrs={**place.attrs, **field_attr},
    )
