"""IAM Roles Anywhere: authorities whose certificates become roles, the roles they may become, and who was seen.

Shapes: IAM Roles Anywhere API Reference, ListTrustAnchors, ListProfiles, ListCrls, ListSubjects. How a certificate's names become
conditions of the role's trust policy: User Guide, "Trust model in IAM Roles Anywhere" (``aws:PrincipalTag/x509Subject/CN``,
``.../x509Issuer/...``, ``.../x509SAN/...`` and ``aws:SourceArn`` for the trust anchor).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from keyrack.providers.aws.api import Call
from keyrack.providers.aws.certificates import Body, parsed_certificate
from keyrack.providers.aws.raw import Raw, flag, known, number, part, text, texts, when, yes
from keyrack.providers.aws.scan import Scan
from keyrack.records import Credential, Gap, Identity, Record, Resource, Trust, Usage
from keyrack.records.uids import aws_arn, aws_uid, credential_uid, row_uid
from keyrack.sdk.aws_document import Conditions
from keyrack.sdk.aws_policy import Document, parse_document

MECHANISM = "aws:roles-anywhere"
SERVICE = "rolesanywhere.amazonaws.com"
_NAMES = ("x509subject/", "x509issuer/", "x509san/")
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_MOST = 100
"""Certificates of one bundle that are looked at; AWS takes fewer."""


def _call(operation: str, action: str, member: str) -> Call:
    return Call("aws.roles_anywhere", "rolesanywhere", operation, f"rolesanywhere:{action}", (member,))


ANCHORS = _call("list_trust_anchors", "ListTrustAnchors", "trustAnchors")
PROFILES = _call("list_profiles", "ListProfiles", "profiles")
CRLS = _call("list_crls", "ListCrls", "crls")
SUBJECTS = _call("list_subjects", "ListSubjects", "subjects")


@dataclass(slots=True)
class Doors:
    """What one region has: anchors by ARN, profiles, and the anchors with an enabled revocation list."""

    anchors: dict[str, Raw] = field(default_factory=dict)
    profiles: list[Raw] = field(default_factory=list)
    revoking: set[str] = field(default_factory=set)


def roles_anywhere(scan: Scan, region: str, roles: Sequence[Raw]) -> Iterator[Record]:
    """Four listings; ``roles`` are the account's, with their trust policies."""
    anchors = yield from scan.collected(ANCHORS.at(region))
    profiles = yield from scan.collected(PROFILES.at(region))
    doors = Doors({arn: raw for raw in anchors if (arn := text(raw, "trustAnchorArn"))}, profiles)
    if doors.anchors:
        crls = yield from scan.collected(CRLS.at(region))
        doors.revoking |= {arn for raw in crls if flag(raw, "enabled") and (arn := text(raw, "trustAnchorArn"))}
    found = list(mapped(doors, roles, scan.account))
    yield from found
    if doors.anchors or doors.profiles:
        trusts = [record for record in found if isinstance(record, Trust)]
        for item in scan.listing(SUBJECTS.at(region)):
            yield from (item,) if isinstance(item, Gap) else subject(item, trusts, scan.account)


def mapped(doors: Doors, roles: Sequence[Raw], account: str) -> Iterator[Record]:
    """Records of anchors, their certificates, profiles, and the trusts between them and the roles. Pure."""
    for arn, raw in doors.anchors.items():
        yield from _anchor(arn, raw, account, revokes=arn in doors.revoking)
    for raw in doors.profiles:
        if profile := text(raw, "profileArn"):
            limited = bool(text(raw, "sessionPolicy") or texts(raw, "managedPolicyArns"))
            yield Resource(
                uid=aws_uid(profile), type="aws:roles-anywhere-profile", name=text(raw, "name") or profile, provider="aws",
                scope=account,
                attrs=known(
                    enabled=yes(flag(raw, "enabled")), session_policy=yes(limited), duration=_number(raw, "durationSeconds")
                ),
            )  # fmt: skip
    yield from admitted(doors, roles)


def _anchor(arn: str, raw: Raw, account: str, *, revokes: bool) -> Iterator[Record]:
    source = part(raw, "source")
    bundle = text(part(source, "sourceData"), "x509CertificateData")
    enabled = flag(raw, "enabled")
    yield Resource(
        uid=aws_uid(arn), type="aws:trust-anchor", name=text(raw, "name") or arn, provider="aws", scope=account,
        attrs=known(enabled=yes(enabled), source="bundle" if bundle else "private-ca", crl=yes(revokes)),
    )  # fmt: skip
    for body in bodies(bundle):
        yield Credential(
            uid=credential_uid("x509", public_id=body.thumbprint), kind="certificate", issuer="x509",
            name=f"authority of trust anchor {text(raw, 'name') or arn}", public_id=body.thumbprint,
            status="active" if enabled else "inactive", created_at=body.starts_at, rotated_at=body.starts_at,
            expires_at=body.expires_at, expiry="set", algorithm=body.algorithm, bits=body.bits,
            attrs={**body.attrs, "ca": "true", "trust_anchor": aws_uid(arn)},
        )  # fmt: skip


def bodies(bundle: str | None) -> list[Body]:
    """The readable certificates of a PEM bundle."""
    found = [match.group(0) for match in _PEM.finditer(bundle or "")][:_MOST]
    return [body for pem in found if (body := parsed_certificate(pem))]


def admitted(doors: Doors, roles: Sequence[Raw]) -> Iterator[Trust]:
    """A trust for each role and anchor that an enabled profile and the role's trust policy let in. Pure."""
    by_role: dict[str, list[str]] = {}
    for profile in doors.profiles:
        if flag(profile, "enabled"):
            for role in texts(profile, "roleArns"):
                by_role.setdefault(role, []).append(text(profile, "profileArn") or "")
    for raw in roles:
        arn = text(raw, "Arn")
        if arn is None or arn not in by_role:
            continue
        document = parse_document(raw.get("AssumeRolePolicyDocument"))
        for pinned, names, conditions in _statements(document) if isinstance(document, Document) else ():
            for anchor, found in doors.anchors.items():
                if flag(found, "enabled") and (not pinned or any(fnmatchcase(anchor, one) for one in pinned)):
                    yield _trust(arn, anchor, by_role[arn], _Pins(names, conditions, bool(pinned)))


@dataclass(frozen=True, slots=True)
class _Pins:
    """What a trust policy asks of a certificate; ``anchored``: of a trust anchor it names."""

    names: Mapping[str, str]
    conditions: str | None
    anchored: bool


def _trust(role: str, anchor: str, profiles: list[str], pins: _Pins) -> Trust:
    return Trust(
        uid=row_uid("trust", role, MECHANISM, anchor, pins.conditions),
        identity_uid=aws_uid(role),
        subject=aws_uid(anchor),
        subject_kind="federated",
        mechanism=MECHANISM,
        issuer=aws_uid(anchor),
        subs=[value for key, value in pins.names.items() if key.startswith("x509subject/cn")],
        conditions=pins.conditions,
        attrs=known(
            profile=",".join(aws_uid(profile) for profile in profiles if profile),
            x509="; ".join(f"{key}={value}" for key, value in pins.names.items()) or None,
            source_condition=anchor if pins.anchored else None,
        ),
    )


def _statements(document: Document) -> Iterator[tuple[tuple[str, ...], dict[str, str], str | None]]:
    """Per Allow for Roles Anywhere: trust anchor patterns it pins, conditions on the certificate, the whole condition block."""
    for statement in document.statements:
        services = {name for kind, name in statement.principals if kind.lower() == "service"}
        if statement.effect == "allow" and SERVICE in services and statement.allows("sts:AssumeRole"):
            pinned, names = _pins(statement.conditions)
            yield pinned, names, statement.conditions_json


def _pins(conditions: Conditions) -> tuple[tuple[str, ...], dict[str, str]]:
    pinned: tuple[str, ...] = ()
    names: dict[str, str] = {}
    for operator, keys in conditions.items():
        bare = operator.lower().rpartition(":")[2]
        if bare not in {"stringequals", "stringlike", "arnequals", "arnlike", "stringequalsignorecase"}:
            continue  # a negative or optional operator lets in what the certificate does not say
        for key, values in keys.items():
            name = key.lower().removeprefix("aws:principaltag/")
            if key.lower() == "aws:sourcearn":
                pinned = tuple(values)
            elif name.startswith(_NAMES) and not all(set(value) <= {"*"} for value in values):
                names[name] = "|".join(sorted(values))
    return pinned, dict(sorted(names.items()))


def subject(raw: Raw, trusts: Sequence[Trust], account: str) -> Iterator[Record]:
    """Somebody whose certificate was used: an identity, when it was last seen, and the roles its name fits. Pure."""
    arn, name = text(raw, "subjectArn"), text(raw, "x509Subject")
    if not arn or not name:
        return
    uid, seen = aws_uid(arn), when(raw, "lastSeenAt")
    yield Identity(
        uid=uid, kind="certificate", type="aws:roles-anywhere-subject", name=name, provider="aws", scope=account,
        status="disabled" if flag(raw, "enabled") is False else "active", created_at=when(raw, "createdAt"),
        attrs={"arn": aws_arn(uid), "x509_subject": name},
    )  # fmt: skip
    source = "rolesanywhere:last-seen"
    if seen:
        yield Usage(
            uid=row_uid("use", uid, source), identity_uid=uid, grade="reported", source=source, used_at=seen,
            since=when(raw, "createdAt"),
        )  # fmt: skip
    common = _common_name(name)
    for role in sorted({t.identity_uid for t in trusts if t.subs and common and any(_fits(common, sub) for sub in t.subs)}):
        yield Trust(
            uid=row_uid("trust", role, MECHANISM, uid), identity_uid=role, subject=uid, subject_kind="identity",
            mechanism=MECHANISM,
        )  # fmt: skip


def _common_name(subject_name: str) -> str | None:
    found = re.search(r"(?:^|[,+]\s*)CN=((?:\\.|[^,+\\])+)", subject_name)
    return found[1].strip() if found else None


def _fits(common: str, patterns: str) -> bool:
    return any(fnmatchcase(common, pattern) for pattern in patterns.split("|"))


def _number(raw: Raw, name: str) -> str | None:
    value = number(raw, name)
    return None if value is None else str(value)
