"""Passwords of accounts, from /etc/shadow: that there is one, how it is hashed, when it changed and when it ends. Never the hash.

Source: shadow(5) (days since 1970-01-01; empty maximum age: none; ``!`` or ``*`` in front: no password login) and crypt(5).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from keyrack.providers.machine.accounts import Account
from keyrack.providers.machine.emit import Holder, Setting, place_of
from keyrack.providers.machine.root import File, Root, reason_of
from keyrack.records import Credential, Placement, Record
from keyrack.records.uids import credential_uid, row_uid
from keyrack.sdk import gap
from keyrack.sdk.formats.base import clean, text_of

_LIMIT = 8 * 1024 * 1024
_METHODS = {
    "1": "MD5-crypt",
    "2a": "bcrypt",
    "2b": "bcrypt",
    "2y": "bcrypt",
    "5": "SHA-256-crypt",
    "6": "SHA-512-crypt",
    "7": "scrypt",
}
_NEVER = 99_999
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def discover(root: Root, setting: Setting, accounts: Mapping[str, Account]) -> Iterator[Record]:
    """One password credential for each account that can log in with one."""
    try:
        file = root.read("/etc/shadow", _LIMIT)
    except OSError as error:
        if reason_of(error) != "missing":
            yield gap(
                "machine.accounts",
                "/etc/shadow",
                reason_of(error),
                "ages of account passwords could not be read",
                permission="read permission on /etc/shadow",
                hint="run as root",
            )
        return
    for number, line in enumerate(text_of(file.data).split("\n"), start=1):
        parts = line.split(":")
        if len(parts) >= 8 and parts[1] and parts[1][0] not in "!*x":
            yield from _password(clean(parts[0]), parts, number, file, setting, accounts)


def _password(
    name: str, parts: list[str], line: int, file: File, setting: Setting, accounts: Mapping[str, Account]
) -> Iterator[Record]:
    account = accounts.get(name, Account(name, "/"))
    identity = account.uid(setting.host)
    changed, longest, ends = _day(parts[2]), _number(parts[4]), _day(parts[7])
    lasts = changed + timedelta(days=longest) if changed and longest is not None and longest < _NEVER else None
    expires = min((moment for moment in (lasts, ends) if moment), default=None)
    uid = credential_uid("unix", holder=identity, name="password")
    place = place_of(file, setting, Holder())
    yield Credential(
        uid=uid,
        kind="password",
        issuer="unix",
        name=f"password of {name}",
        identity_uid=identity,
        status="expired" if expires and expires <= setting.ctx.now else "active",
        rotated_at=changed,
        expires_at=expires,
        expiry="set" if expires else "never",
        algorithm=_method(parts[1]),
        protected=True,
        attrs={"login": name},
    )
    yield Placement(
        uid=row_uid("place", place.scope, place.path, line, uid),
        credential_uid=uid,
        system="file",
        exposure="sanctioned" if file.readers != "world" else "config",
        scope=place.scope,
        path=place.path,
        line=line,
        seen_at=place.seen_at,
        mode=place.mode,
        readers=place.readers,
        detector="shadow",
        attrs=dict(place.attrs),
    )


def _method(value: str) -> str:
    if not value.startswith("$"):
        return "DES-crypt"
    tag = value[1:].partition("$")[0]
    return {"y": "yescrypt", "gy": "gost-yescrypt"}.get(tag, _METHODS.get(tag, "unknown"))


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 7 else None


def _day(text: str) -> datetime | None:
    days = _number(text)
    return _EPOCH + timedelta(days=days) if days else None
