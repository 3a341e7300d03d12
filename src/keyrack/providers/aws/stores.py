"""Where secrets are kept on purpose: Secrets Manager, SSM parameters, KMS keys. Metadata only, values are never read here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from keyrack.providers.aws.api import Call
from keyrack.providers.aws.labels import environment
from keyrack.providers.aws.raw import Raw, flag, iso, known, number, part, tags, text, when, yes
from keyrack.providers.aws.scan import Scan
from keyrack.records import Credential, Gap, Placement, Record, Resource, Usage
from keyrack.records.credential import CredentialStatus
from keyrack.records.identity import Environment
from keyrack.records.uids import aws_arn, aws_uid, credential_uid, row_uid

LIST_SECRETS = Call(
    "aws.secrets", "secretsmanager", "list_secrets", "secretsmanager:ListSecrets", ("SecretList",),
    params={"IncludePlannedDeletion": True},
)  # fmt: skip
LIST_PARAMETERS = Call("aws.parameters", "ssm", "describe_parameters", "ssm:DescribeParameters", ("Parameters",))
LIST_KEYS = Call("aws.kms", "kms", "list_keys", "kms:ListKeys", ("Keys",))
DESCRIBE_KEY = Call("aws.kms", "kms", "describe_key", "kms:DescribeKey", ("KeyMetadata",), absent_ok=True)
KEY_ROTATION = Call(
    "aws.kms", "kms", "get_key_rotation_status", "kms:GetKeyRotationStatus", ("KeyRotationEnabled",), absent_ok=True
)
_GRACE = timedelta(days=2)
"""A rotation that fails is tried again within its window; a date this far back is no hiccup."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    """A secret in a store, as its listing describes it."""

    uid: str
    type: str
    name: str
    detector: str
    created: datetime | None
    rotated: datetime | None
    rotates: bool | None = None
    rotation_days: int | None = None
    next_rotation: datetime | None = None
    rotated_by_store: datetime | None = None
    deleted: datetime | None = None
    accessed: datetime | None = None
    labels: dict[str, str]
    environment: Environment | None

    def overdue(self, now: datetime) -> bool | None:
        """Whether the store's own rotation is late; ``None``: it does not rotate, or gives no date.

        ``NextRotationDate`` is the end of the window in which Secrets Manager will rotate (DescribeSecret, API reference).
        """
        if not self.rotates or self.next_rotation is None:
            return None
        return self.next_rotation + _GRACE < now

    def records(self, scan: Scan) -> Iterator[Record]:
        """The entry as Resource, its value as Credential (never read), and the store as a sanctioned Placement."""
        yield Resource(
            uid=self.uid, type=self.type, name=self.name, provider="aws", scope=scan.account, environment=self.environment,
            tags=self.labels,
            attrs=known(
                rotation_enabled=yes(self.rotates), last_accessed=iso(self.accessed), deleted_at=iso(self.deleted),
                next_rotation=iso(self.next_rotation), rotated_last=iso(self.rotated_by_store),
            ),
        )  # fmt: skip
        status: CredentialStatus = "inactive" if self.deleted else "active"
        credential = credential_uid("aws", holder=self.uid, name="value")
        yield Credential(
            uid=credential, kind="secret", issuer="unknown", name=self.name, status=status, created_at=self.created,
            rotated_at=self.rotated or self.created,
            attrs=known(
                rotation_enabled=yes(self.rotates), rotation_days=str(self.rotation_days) if self.rotation_days else None,
                next_rotation=iso(self.next_rotation), rotation_overdue=yes(self.overdue(scan.ctx.now)),
            ),
        )  # fmt: skip
        yield Placement(
            uid=row_uid("place", scan.account, "vault", self.uid, credential), credential_uid=credential, system="vault",
            exposure="sanctioned", scope=scan.account, path=aws_arn(self.uid), environment=self.environment,
            detector=self.detector,
        )  # fmt: skip


def secrets(scan: Scan, region: str) -> Iterator[Record]:
    """Secrets Manager: rotation, last change, last read, scheduled deletion. One listing."""
    for item in scan.listing(LIST_SECRETS.at(region)):
        if isinstance(item, Gap):
            yield item
            continue
        arn = text(item, "ARN")
        if not arn:
            continue
        labels = tags(item)
        stored = _Stored(
            uid=aws_uid(arn),
            type="aws:secret",
            name=text(item, "Name") or arn,
            detector="secretsmanager",
            created=when(item, "CreatedDate"),
            rotated=_latest(when(item, "LastRotatedDate"), when(item, "LastChangedDate")),
            rotates=bool(flag(item, "RotationEnabled")),
            rotation_days=number(part(item, "RotationRules"), "AutomaticallyAfterDays"),
            next_rotation=when(item, "NextRotationDate"),
            rotated_by_store=when(item, "LastRotatedDate"),
            deleted=when(item, "DeletedDate"),
            accessed=when(item, "LastAccessedDate"),
            labels=labels,
            environment=environment(labels, text(item, "Name") or ""),
        )
        yield from stored.records(scan)
        yield _read(stored)


def _read(stored: _Stored) -> Usage:
    """``LastAccessedDate`` is left out when the secret was never retrieved (SecretListEntry, API reference)."""
    credential = credential_uid("aws", holder=stored.uid, name="value")
    return Usage(
        uid=row_uid("use", credential, "secretsmanager:last-accessed"),
        credential_uid=credential,
        grade="reported" if stored.accessed else "absent",
        source="secretsmanager:last-accessed",
        used_at=stored.accessed,
        since=stored.created,
        service="secretsmanager",
    )


def parameters(scan: Scan, region: str) -> Iterator[Record]:
    """SSM SecureString parameters, from the listing."""
    for item in scan.listing(LIST_PARAMETERS.at(region)):
        if isinstance(item, Gap):
            yield item
        elif text(item, "Type") == "SecureString" and (name := text(item, "Name")):
            labels = tags(item)
            changed = when(item, "LastModifiedDate")
            yield from _Stored(
                uid=parameter_uid(scan, region, item),
                type="aws:ssm-parameter",
                name=name,
                detector="ssm",
                created=None,
                rotated=changed,
                labels=labels,
                environment=environment(labels, name),
            ).records(scan)


def parameter_uid(scan: Scan, region: str, raw: Raw) -> str:
    """The uid of a parameter: from its ARN, which older replies leave out."""
    arn = text(raw, "ARN")
    name = (text(raw, "Name") or "").lstrip("/")
    return aws_uid(arn) if arn else f"{scan.partition}:ssm:{region}:{scan.account}:parameter/{name}"


def kms_keys(scan: Scan, region: str) -> Iterator[Record]:
    """KMS keys: who manages them, and whether they rotate. KMS has no bulk call: 1 a key, 2 a customer's own key."""
    ids: list[str] = []
    for item in scan.listing(LIST_KEYS.at(region)):
        if isinstance(item, Gap):
            yield item
        elif key_id := text(item, "KeyId"):
            ids.append(key_id)
    described: dict[str, Raw] = {}
    for reply in scan.each("aws: KMS keys", [DESCRIBE_KEY.at(region).of(KeyId=key_id) for key_id in ids]):
        if isinstance(reply, Gap):
            yield reply
        else:
            described[str(reply[0].params["KeyId"])] = part(reply[1], "KeyMetadata")
    own = [key_id for key_id, raw in described.items() if _rotatable(raw)]
    rotation: dict[str, bool | None] = {}
    for reply in scan.each("aws: KMS rotation", [KEY_ROTATION.at(region).of(KeyId=key_id) for key_id in own]):
        if isinstance(reply, Gap):
            yield reply
        else:
            rotation[str(reply[0].params["KeyId"])] = flag(reply[1], "KeyRotationEnabled")
    for key_id, raw in described.items():
        yield _kms(scan, raw, key_id, rotation.get(key_id))


def _rotatable(raw: Raw) -> bool:
    """Only symmetric customer keys with material made by KMS rotate by themselves ("Rotating AWS KMS keys")."""
    own = text(raw, "KeyManager") == "CUSTOMER" and text(raw, "Origin") in {"AWS_KMS", None}
    return own and text(raw, "KeyState") == "Enabled" and text(raw, "KeySpec") in {"SYMMETRIC_DEFAULT", None}


def _kms(scan: Scan, raw: Raw, key_id: str, rotates: bool | None) -> Resource:
    return Resource(
        uid=aws_uid(text(raw, "Arn") or key_id),
        type="aws:kms-key",
        name=text(raw, "Description") or key_id,
        provider="aws",
        scope=scan.account,
        attrs=known(
            manager=text(raw, "KeyManager"),
            origin=text(raw, "Origin"),
            status=text(raw, "KeyState"),
            rotation_enabled=yes(rotates),
            deleted_at=iso(when(raw, "DeletionDate")),
        ),
    )


def _latest(*moments: datetime | None) -> datetime | None:
    return max((moment for moment in moments if moment), default=None)
