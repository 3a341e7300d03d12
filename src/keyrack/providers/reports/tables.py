"""Rows of a table (Steampipe, CSV), read by a mapping: accounts and credentials with what the table says of them. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast, get_args

from keyrack.providers.reports.mapping import Table
from keyrack.providers.reports.told import attrs
from keyrack.records import Credential, Grant, Identity, Ownership, Record, Usage
from keyrack.records.credential import CredentialKind, CredentialStatus, Expiry
from keyrack.records.grant import Privilege
from keyrack.records.identity import Environment, IdentityKind, IdentityStatus
from keyrack.records.uids import account_uid, aws_uid, credential_uid, row_uid
from keyrack.sdk import Fingerprinter, Secret
from keyrack.sdk.fields import Raw, text, when
from keyrack.sdk.formats.base import clean

_IAM: Final = {":user/": "aws:iam-user", ":role/": "aws:iam-role"}
_KINDS: Final = frozenset(get_args(IdentityKind))
_CREDENTIALS: Final = frozenset(get_args(CredentialKind))
_PRIVILEGES: Final = frozenset(get_args(Privilege))
_ENVIRONMENTS: Final[dict[str, Environment]] = {
    "prod": "prod",
    "production": "prod",
    "nonprod": "nonprod",
    "dev": "nonprod",
    "test": "nonprod",
    "staging": "nonprod",
}
_ACCOUNT_STATUS: Final[dict[str, IdentityStatus]] = {
    "active": "active", "enabled": "active", "true": "active", "disabled": "disabled", "inactive": "disabled",
    "suspended": "disabled",
    "false": "disabled", "deleted": "deleted", "deactivated": "disabled",
}  # fmt: skip
_STATUS: Final[dict[str, CredentialStatus]] = {
    "active": "active", "enabled": "active", "valid": "active", "true": "active", "inactive": "inactive", "disabled": "inactive",
    "false": "inactive", "expired": "expired", "revoked": "revoked", "deleted": "revoked",
}  # fmt: skip
_NOTHING: Final = frozenset({"", "-", "n/a", "na", "none", "null", "<null>", "no_information", "nil"})
_NEVER: Final = frozenset({"never", "never used", "no expiry", "no expiration", "does not expire"})


@dataclass(frozen=True, slots=True)
class Row:
    """One row with its table: words in, texts out."""

    raw: Raw
    table: Table
    source: str
    made: datetime | None

    def get(self, word: str) -> str | None:
        """The text under a word, translated; ``None`` when the table has no such column or nothing in it."""
        header = self.table.columns.get(word)
        value = self.raw.get(header) if header else None
        if isinstance(value, bool):
            found = "true" if value else "false"
        else:
            found = clean(text(self.raw, header) or "", 500) if header else ""
        if found.lower() in _NOTHING:
            return None
        return self.table.values.get(word, {}).get(found.lower(), found)

    def when(self, word: str) -> datetime | None:
        """The moment under a word."""
        value = self.get(word)
        return when({"t": value.replace(" UTC", "+00:00").replace("/", "-")}, "t") if value else None

    def never(self, word: str) -> bool:
        """Whether the table says never: by a word, or by an empty cell that the mapping says means so."""
        if word not in self.table.columns:
            return False
        value = self.get(word)
        return value.lower() in _NEVER if value is not None else self.table.empty.get(word) == "never"


def records(row: Row, fingerprinter: Fingerprinter) -> Iterator[Record]:
    """Records of one row; nothing when it names nothing."""
    if row.table.record == "account":
        yield from _account(row)
    else:
        yield from _credential(row, fingerprinter)


def _account(row: Row) -> Iterator[Record]:
    named, login = row.get("uid"), row.get("id")
    uid = _uid(named) if named else account_uid(row.table.system, login) if login else None
    if uid is None:
        return
    kind = _kind(row)
    iam = next((native for mark, native in _IAM.items() if uid.startswith("aws:iam::") and mark in uid), None)
    if not named or iam:
        yield _identity(row, uid, iam or "saas:account", kind)
    yield from _said(row, uid)
    role, privilege = row.get("role"), (row.get("privilege") or "").lower()
    if role or privilege in _PRIVILEGES:
        yield Grant(
            uid=row_uid("grant", uid, row.table.system, role, privilege),
            identity_uid=uid,
            language=row.table.system,
            effect="allow",
            actions=[role or privilege],
            resources=["*"],
            via="role",
            privilege=cast("Privilege", privilege) if privilege in _PRIVILEGES else "unknown",
            attrs=attrs({"column": row.table.columns.get("role") or row.table.columns.get("privilege")}),
        )


def _uid(named: str) -> str:
    return aws_uid(named) if named.startswith("arn:") else named


def _kind(row: Row) -> IdentityKind:
    stated = (row.get("kind") or row.table.kind).lower().replace(" ", "_")
    return cast("IdentityKind", stated) if stated in _KINDS else "service_account"


def _identity(row: Row, uid: str, native: str, kind: IdentityKind) -> Identity:
    vendor = row.get("vendor") or row.table.vendor or None
    status = (row.get("status") or "").lower()
    return Identity(
        uid=uid,
        kind=kind,
        type=native,
        name=row.get("name") or row.get("id") or uid,
        provider="reports",
        scope=row.table.scope or row.table.system,
        status=_ACCOUNT_STATUS.get(status, "unknown"),
        created_at=row.when("created"),
        created_by=(row.get("created_by") or "").lower() or None,
        environment=_ENVIRONMENTS.get((row.get("environment") or "").lower()),
        third_party=vendor is not None,
        vendor=vendor,
        attrs=attrs({"email": (row.get("email") or "").lower() or None, "title": row.get("title")}),
    )


def _said(row: Row, uid: str, credential: str | None = None) -> Iterator[Record]:
    """Owner and use of an account, or use of a credential of it."""
    owner = row.get("owner")
    if owner and credential is None:
        yield Ownership(
            uid=row_uid("own", uid, owner.lower(), row.source),
            identity_uid=uid,
            owner=owner.lower(),
            evidence="owner",
            detail=f"column {clean(row.table.columns['owner'], 60)} of {row.source}",
            stated_at=row.made,
        )
    used = row.when("last_used")
    since = row.when("created") if used is None and row.never("last_used") else None
    if used is None and since is None:
        return
    yield Usage(
        uid=row_uid("use", uid, credential, row.table.system, row.source),
        identity_uid=None if credential else uid,
        credential_uid=credential,
        grade="reported" if used is not None else "absent",
        source=f"{row.table.tool}:{row.table.system}",
        used_at=used,
        since=since,
    )


def _credential(row: Row, fingerprinter: Fingerprinter) -> Iterator[Record]:
    public, value = row.get("id"), text(row.raw, row.table.columns.get("value", ""))
    holder = _holder(row)
    print_ = fingerprinter.of(Secret(value)) if value else None
    if not (public or print_):
        return
    uid = credential_uid(row.table.system, public_id=public, fingerprint=print_)
    expires = row.when("expires")
    expiry: Expiry = "set" if expires else "never" if row.never("expires") else "unknown"
    yield Credential(
        uid=uid,
        kind=cast("CredentialKind", row.table.kind) if row.table.kind in _CREDENTIALS else "api_token",
        issuer=row.table.system,
        name=row.get("name") or public or "token",
        identity_uid=holder,
        public_id=public,
        fingerprint=print_,
        status=_status(row),
        created_at=row.when("created"),
        rotated_at=row.when("rotated"),
        expires_at=expires,
        expiry=expiry,
        attrs=attrs({"scopes": row.get("scopes"), "login": None if row.table.holder_uid else row.get("holder")}),
    )
    yield from _said(row, holder or uid, uid)


def _status(row: Row) -> CredentialStatus:
    """Status of a credential. That one works is left to its own system to say, where it has an identity of a known system."""
    found = _STATUS.get((row.get("status") or "").lower(), "unknown")
    return "unknown" if found == "active" and row.table.holder_uid else found


def _holder(row: Row) -> str | None:
    """Uid of the account a credential belongs to."""
    if row.table.holder_uid:
        found = row.table.holder_uid
        for name in row.raw:
            mark = "{" + str(name) + "}"
            if mark in found:
                value = text(row.raw, str(name))
                if value is None:
                    return None
                found = found.replace(mark, clean(value, 500))
        return None if "{" in found else found
    login = row.get("holder")
    return account_uid(row.table.system, login) if login else None
