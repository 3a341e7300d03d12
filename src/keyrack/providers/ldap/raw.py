"""Total reading of raw LDAP attributes: bytes in, a typed value or nothing out.

Formats: RFC 4517 section 3.3.13 (Generalized Time), MS-DTYP 2.3.3 (FILETIME) and 2.4.2 (SID), MS-ADTS 3.1.1.3.1.3.3 (ranges).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:[.,]\d+)?(Z|[+-]\d{4})?")
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_NEVER = {0, 0x7FFF_FFFF_FFFF_FFFF}
_RANGE = re.compile(r"(?i)([^;]+);range=(\d+)-(\d+|\*)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. Attribute names are in lower case; values are bytes."""

    dn: str
    values: Mapping[str, Sequence[bytes]]

    def all(self, name: str) -> list[bytes]:
        """Values of an attribute; also of its first range."""
        found = self.values.get(name.lower())
        if found is None:
            found = next((held for key, held in self.values.items() if key.startswith(f"{name.lower()};range=")), ())
        return list(found)

    def texts(self, name: str) -> list[str]:
        """Values as text, whatever their bytes."""
        return [value.decode("utf-8", "replace") for value in self.all(name) if value]

    def text(self, name: str) -> str | None:
        """First value as text."""
        return next(iter(self.texts(name)), None)

    def number(self, name: str) -> int | None:
        """First value as a whole number."""
        found = self.text(name)
        if found is None or len(found) > 20:
            return None
        sign, digits = (-1, found[1:]) if found.startswith("-") else (1, found)
        return sign * int(digits) if digits.isascii() and digits.isdigit() else None

    def moment(self, name: str) -> datetime | None:
        """First value as a Generalized Time."""
        return generalized(self.text(name))

    def filetime(self, name: str) -> datetime | None:
        """First value as a FILETIME: units of 100 ns since 1601; ``None`` for zero and for never."""
        return filetime(self.number(name))

    def flag(self, name: str) -> bool:
        """Whether the first value says TRUE."""
        return (self.text(name) or "").upper() == "TRUE"

    def rest(self) -> tuple[str, int] | None:
        """Attribute of which more values are to be asked for, and from where."""
        for key in self.values:
            match = _RANGE.fullmatch(key)
            if match and match[3] != "*":
                return match[1], int(match[3]) + 1
        return None


def generalized(text: str | None) -> datetime | None:
    """A Generalized Time in UTC."""
    match = _TIME.fullmatch(text) if text and len(text) < 40 else None
    if match is None:
        return None
    year, month, day, hour, minute = (int(part) for part in match.groups()[:5])
    try:
        moment = datetime(year, month, day, hour, minute, int(match[6] or 0), tzinfo=UTC)
        zone = match[7] or "Z"
        if zone != "Z":
            sign = -1 if zone[0] == "+" else 1
            moment += sign * timedelta(hours=int(zone[1:3]), minutes=int(zone[3:5]))
    except (ValueError, OverflowError):
        return None
    return moment


def filetime(value: int | None) -> datetime | None:
    """A FILETIME as a moment."""
    if value is None or value in _NEVER or value < 0:
        return None
    try:
        return _EPOCH + timedelta(microseconds=value // 10)
    except OverflowError:
        return None


def interval_days(value: int | None) -> int | None:
    """A negative FILETIME interval in whole days; 0: none; ``None``: not stated."""
    if value is None:
        return None
    return 0 if value == 0 or value <= -0x7FFF_FFFF_FFFF_FFFF else abs(value) // 864_000_000_000


def sid(data: bytes | None) -> str | None:
    """A security identifier as text, ``S-1-5-21-...``."""
    if not data or len(data) < 8 or len(data) != 8 + 4 * data[1]:
        return None
    parts = struct.unpack_from(f"<{data[1]}I", data, 8)
    return "-".join(["S", str(data[0]), str(int.from_bytes(data[2:8], "big")), *map(str, parts)])


def dn_key(dn: str) -> str:
    """A DN for comparing: lower case, no blanks after separators."""
    return re.sub(r"(?<!\\),\s+", ",", dn.strip()).lower()
