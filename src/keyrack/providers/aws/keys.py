"""Passwords, access keys and signing certificates of users: credential report and key listings joined. Pure.

The report knows when a key was last used but not its id; ``ListAccessKeys`` knows the id. The two are joined by the
creation time, then by status, then by being the only one left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from keyrack.providers.aws.raw import Raw, known, part, text, when
from keyrack.providers.aws.report import Row, Slot
from keyrack.records import Credential, Usage
from keyrack.records.credential import CredentialStatus
from keyrack.records.uids import aws_uid, credential_uid, row_uid

PASSWORD_TRACKING = datetime(2014, 10, 20, tzinfo=UTC)
KEY_TRACKING = datetime(2015, 4, 22, tzinfo=UTC)
"""When AWS began to track use ("Getting credential reports for your AWS account", IAM User Guide)."""
_SAME = timedelta(seconds=2)
REPORT = "iam:credential-report"
KEY_LAST_USED = "iam:access-key-last-used"


def password(row: Row) -> Iterator[Credential | Usage]:
    """The console password of a user, and what the report says of its use. The root user's is in ``root.py``."""
    if not row.console:
        return
    yield from password_of(row, "active")


def password_of(row: Row, status: CredentialStatus) -> Iterator[Credential | Usage]:
    """See :func:`password`."""
    holder = aws_uid(row.arn)
    uid = credential_uid("aws", holder=holder, name="password")
    yield Credential(
        uid=uid,
        kind="password",
        issuer="aws",
        name="console password",
        identity_uid=holder,
        status=status,
        rotated_at=row.password_changed,
        expires_at=row.password_expires,
        expiry="set" if row.password_expires else "never" if row.password_never_expires else "unknown",
    )
    if row.password_used or row.password_silent:
        since = max(filter(None, (row.created, row.password_changed, PASSWORD_TRACKING)))
        yield _usage(holder, uid, REPORT, row.password_used, since)


def slots_with_ids(row: Row | None, listed: Sequence[Raw]) -> list[tuple[Slot | None, Raw | None]]:
    """Pairs of report slot and listed key; either side may be missing."""
    free = list(row.keys) if row else []
    pairs: list[tuple[Slot | None, Raw | None]] = []
    rest = list(listed)
    for test in (_same_second, _same_time, _same_status, _anything):
        for key in list(rest):
            fitting = [slot for slot in free if test(slot, key)]
            alone = len(fitting) == 1 and (test is not _anything or (len(free) == 1 and len(rest) == 1))
            if alone or (fitting and test is not _anything and _alike(fitting)):
                pairs.append((fitting[0], key))
                free.remove(fitting[0])
                rest.remove(key)
    pairs += [(None, key) for key in rest]
    taken = bool(rest)  # keys that match no slot may be these very slots: a slot without id would count them twice
    pairs += [] if taken else [(slot, None) for slot in free]
    return pairs


def access_key(holder: str, slot: Slot | None, key: Raw | None, last_used: Raw | None = None) -> Iterator[Credential | Usage]:
    """One access key and its reported use; ``last_used`` is the reply of GetAccessKeyLastUsed, when it was asked."""
    key_id = text(key, "AccessKeyId") if key else None
    number = f"-{slot.number}" if slot else ""
    uid = credential_uid("aws", public_id=key_id, holder=holder, name=f"access-key{number}")
    created = (when(key, "CreateDate") if key else None) or (slot.rotated if slot else None)
    yield Credential(
        uid=uid,
        kind="access_key",
        issuer="aws",
        name=f"access key {slot.number}" if slot else "access key",
        identity_uid=holder,
        public_id=key_id,
        status=_status(text(key, "Status") if key else None, slot),
        created_at=created,
        rotated_at=(slot.rotated if slot else None) or created,
        expiry="never",
        attrs=known(slot=str(slot.number) if slot else None, cloud="aws"),
    )
    since = max(created, KEY_TRACKING) if created else KEY_TRACKING
    if last_used is not None:
        used = part(last_used, "AccessKeyLastUsed")
        yield _usage(
            holder,
            uid,
            KEY_LAST_USED,
            when(used, "LastUsedDate"),
            since,
            _real(text(used, "ServiceName")),
            _real(text(used, "Region")),
        )
    elif slot and (slot.used or slot.silent):
        yield _usage(holder, uid, REPORT, slot.used, since, slot.service, slot.region)


def signing_certificate(holder: str, slot: Slot) -> Credential:
    """A signing certificate known from the report alone."""
    return Credential(
        uid=credential_uid("aws", holder=holder, name=f"signing-certificate-{slot.number}"),
        kind="certificate",
        issuer="aws",
        name=f"signing certificate {slot.number}",
        identity_uid=holder,
        status="active" if slot.active else "inactive",
        created_at=slot.rotated,
        rotated_at=slot.rotated,
    )


def _usage(
    holder: str,
    uid: str,
    source: str,
    at: datetime | None,
    since: datetime,
    service: str | None = None,
    region: str | None = None,
) -> Usage:
    return Usage(
        uid=row_uid("use", uid, source),
        identity_uid=holder,
        credential_uid=uid,
        grade="reported" if at else "absent",
        source=source,
        used_at=at,
        since=since,
        service=service,
        attrs=known(region=region),
    )


def _status(listed: str | None, slot: Slot | None) -> CredentialStatus:
    by_name: Mapping[str, CredentialStatus] = {"active": "active", "inactive": "inactive", "expired": "expired"}
    if listed:
        return by_name.get(listed.lower(), "unknown")
    return ("active" if slot.active else "inactive") if slot else "unknown"


def _same_second(slot: Slot, key: Raw) -> bool:
    """The report cuts fractions of a second."""
    created = when(key, "CreateDate")
    return created is not None and slot.rotated == created.replace(microsecond=0)


def _same_time(slot: Slot, key: Raw) -> bool:
    created = when(key, "CreateDate")
    return created is not None and slot.rotated is not None and abs(created - slot.rotated) <= _SAME


def _same_status(slot: Slot, key: Raw) -> bool:
    return _same_age(slot, key) and slot.active == (text(key, "Status") == "Active")


def _same_age(slot: Slot, key: Raw) -> bool:
    """The report's date is the creation or the last change, so it cannot be earlier than the key."""
    created = when(key, "CreateDate")
    return created is None or slot.rotated is None or slot.rotated >= created - _SAME


def _anything(slot: Slot, key: Raw) -> bool:
    return _same_age(slot, key)


def _alike(slots: Sequence[Slot]) -> bool:
    """Slots that say the same of their key: either may be taken (two keys made within one second)."""
    return len({replace(slot, number=0) for slot in slots}) == 1


def _real(word: str | None) -> str | None:
    return None if word in {None, "", "N/A"} else word
