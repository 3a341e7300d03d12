"""From what a report tells of a secret to a Credential and a Placement: the value ends here, only its keyed fingerprint goes on.

The credential gets the uid our own scanners give it: by the issuer's id where the value shows one, else by fingerprint, so that
one secret seen by us and by another tool is one credential. A value the report hides has the uid of its place, and its placement
says ``hidden``; the inventory joins it with the credential that lies there, when exactly one does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha1
from typing import Final

from keyrack.providers.reports.mapping import About
from keyrack.providers.reports.placing import Spot, spot
from keyrack.providers.reports.settings import Settings
from keyrack.providers.reports.told import Told, attrs
from keyrack.records import Credential, Placement, Record
from keyrack.records.credential import CredentialKind, Expiry
from keyrack.records.placement import Liveness
from keyrack.records.uids import credential_uid, row_uid
from keyrack.sdk import Context, Material
from keyrack.sdk.detect import is_test_path
from keyrack.sdk.detection import keys, naming
from keyrack.sdk.formats.base import clean
from keyrack.sdk.formats.pem import private_key
from keyrack.sdk.git_remotes import public_url
from keyrack.sdk.material import credential_of
from keyrack.sdk.placeholders import hashed, placeholder
from keyrack.sdk.shapes import anonymous, classify

_WORDS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[\s_:/]+")
_GENERIC: Final = frozenset(
    """
    api auth base64 basic company credential credentials custom detected entropy generic hardcoded hex high java
    javascript key keyword kingfisher lang np password private python secret secrets token unknown uri url username
    """.split()  # noqa: SIM905 - a list of thirty quoted words is harder to read
)
"""First words of detector names that name no vendor."""

_EXPIRY: Final[dict[str, Expiry]] = {"AKIA": "never", "ASIA": "set"}
_AWS: Final[dict[str, CredentialKind]] = {"AKIA": "access_key", "ASIA": "session_token"}
"""AWS key ids: the second kind is temporary (IAM User Guide, "IAM identifiers")."""


@dataclass(slots=True)
class Sheet:
    """One report while it is read: what stands behind every record of it."""

    name: str
    made: datetime | None
    stale: bool
    settings: Settings
    about: About | None
    unplaced: int = 0
    digests: dict[bytes, str] = field(default_factory=dict, repr=False)
    """SHA-1 of values that reports of this run state, to the credential's uid; in memory only, for detect-secrets baselines."""


def records(told: Told, sheet: Sheet, ctx: Context) -> Iterator[Record]:
    """Credential and placement of one finding."""
    place = spot(told, sheet.settings, sheet.about)
    sheet.unplaced += not place.known
    material = _material(told)
    known = sheet.digests.get(_digest(told.mark)) if told.hidden == "sha1" else None
    if known is not None:
        yield _placement(told, place, sheet, known, named=False)
        return
    credential = _credential(told, material, place, ctx)
    _remember(told, credential.uid, sheet)
    yield credential
    yield _placement(told, place, sheet, credential.uid, named=_named(told, credential))


def _named(told: Told, credential: Credential) -> bool:
    """Only the credential's id was seen, and nothing says that its value lies there too: an AWS key id that stands alone."""
    return told.hidden is None and credential.fingerprint is None and credential.public_id is not None


def _digest(mark: str) -> bytes:
    try:
        return bytes.fromhex(mark)
    except ValueError:
        return b""


def _remember(told: Told, uid: str, sheet: Sheet) -> None:
    if told.value is not None:
        sheet.digests[sha1(told.value.reveal(), usedforsecurity=False).digest()] = uid
    if told.public_id:
        sheet.digests[sha1(told.public_id.encode(), usedforsecurity=False).digest()] = uid


def slug(rule: str) -> str:
    """A detector's name in the form of our rule ids: ``SlackWebhook`` and ``Slack Webhook`` are ``slack-webhook``."""
    return "-".join(word for word in _WORDS.split(clean(rule, 120)) if word).lower() or "secret"


def _material(told: Told) -> Material:
    if told.value is None:
        return _unvalued(told)
    value = told.value.reveal().decode("utf-8", "replace")
    if told.public_id and told.public_id[:4] in _EXPIRY:
        return _plain(told, kind=_AWS[told.public_id[:4]])
    if "-----BEGIN" in value[:200]:
        block = keys.block(value)
        material = private_key(block) if block is not None and not block.startswith(b"-----BEGIN PGP") else None
        if material is not None:
            return replace(material, detector=slug(told.rule))
    return _shaped(told, value)


def _unvalued(told: Told) -> Material:
    known: CredentialKind | None = _AWS.get((told.public_id or "")[:4])
    return _plain(told, kind=known or naming.kind(slug(told.rule)))


def _plain(told: Told, kind: CredentialKind) -> Material:
    aws = (told.public_id or "")[:4] in _EXPIRY
    return Material(
        kind=kind,
        issuer="aws" if aws else _issuer(told.rule),
        name=clean(told.rule),
        detector=slug(told.rule),
        secret=told.value,
        public_id=told.public_id,
        expiry=_EXPIRY.get((told.public_id or "")[:4], "unknown"),
    )


def _shaped(told: Told, value: str) -> Material:
    shape = classify(value.encode(), told.rule)
    found = {name: text for name, text in shape.attrs().items() if name != "entropy"}
    why = placeholder(value) or ("a hash" if hashed(value) else None) or ("made for everybody" if anonymous(value) else None)
    why = why or ("its checksum is wrong: nobody issued it" if shape.genuine is False else None)
    issuer = shape.issuer if shape.known or shape.issuer != "unknown" else _issuer(told.rule)
    return Material(
        kind=shape.kind if shape.known or shape.kind != "secret" else naming.kind(slug(told.rule)),
        issuer=issuer,
        name=clean(told.rule),
        detector=slug(told.rule),
        secret=shape.secret if len(shape.secret) else None,
        public_id=shape.public_id or told.public_id,
        created_at=shape.created_at,
        expires_at=shape.expires_at,
        expiry=shape.expiry,
        attrs={**found, **({"placeholder": clean(why)} if why else {})},
    )


def _issuer(rule: str) -> str:
    name = slug(rule)
    return "unknown" if name.split("-")[0].split(".")[0] in _GENERIC else clean(naming.issuer(name), 60)


def _credential(told: Told, material: Material, place: Spot, ctx: Context) -> Credential:
    print_ = ctx.fingerprint.of(material.secret) if material.secret is not None and len(material.secret) else None
    where = f"line {told.line}" if told.line else material.detector
    uid = credential_uid(
        material.issuer, public_id=material.public_id, fingerprint=print_, holder=f"{place.scope}:{place.path}", name=where
    )
    return credential_of(replace(material, name=_name(material, place)), uid, print_)


def _name(material: Material, place: Spot) -> str:
    """What a person reads: the detector, and the file it is in; a private key's own description needs no more."""
    if material.algorithm is not None:
        return material.name
    file = place.path.rstrip("/").rpartition("/")[2] or place.scope
    return clean(f"{material.name} in {clean(file, 60)}")


def _placement(told: Told, place: Spot, sheet: Sheet, uid: str, *, named: bool) -> Placement:
    stated: dict[bool | None, str | None] = {True: "true", False: "false", None: None}
    return Placement(
        uid=row_uid("place", place.scope, place.system, place.path, told.line, told.commit, told.tool, told.rule, uid),
        credential_uid=uid,
        system=place.system,
        exposure=place.exposure,
        scope=place.scope,
        path=place.path,
        line=told.line,
        commit=told.commit,
        author=told.author.lower() if told.author else None,
        seen_at=told.at,
        state=_state(told, sheet),
        detector=clean(f"{told.tool}:{told.rule}"),
        attrs=attrs({
            "seen_by": clean(told.seen_by),
            "report": sheet.name,
            "reported_at": sheet.made.isoformat() if sheet.made else None,
            "verified": stated[told.live],
            "hidden": told.hidden,
            "link": clean(public_url(told.link), 1000) if told.link else None,
            "detected_as": slug(told.rule),
            "test_path": "true" if is_test_path(place.path) else None,
            "referenced": "true" if named else None,
        }),
    )  # fmt: skip


def _state(told: Told, sheet: Sheet) -> Liveness:
    """The tool's verdict counts while its report is fresh; afterwards it is evidence only."""
    if told.live is None or sheet.stale:
        return "unknown"
    return "live" if told.live else "dead"
