"""Security descriptors: who may do what with an entry. Pure and total.

Layout: MS-DTYP 2.4.6 (SECURITY_DESCRIPTOR), 2.4.5 (ACL), 2.4.4 (ACE). Rights: MS-ADTS 5.1.3.2; property and control-access GUIDs:
MS-ADTS 5.1.3.2.1 and the Active Directory schema reference.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from keyrack.providers.ldap.raw import sid

_GENERIC_ALL, _GENERIC_WRITE = 0x1000_0000, 0x4000_0000
_FULL = 0x000F_01FF
_WRITE_DAC, _WRITE_OWNER, _WRITE_PROPERTY, _CONTROL = 0x0004_0000, 0x0008_0000, 0x20, 0x100
_INHERIT_ONLY = 0x08
_ALLOW, _ALLOW_OBJECT = 0x00, 0x05
_PROPERTIES = {
    "f3a64788-5306-11d1-a9c5-0000f80367c1": "ad:acl-write-spn",
    "5b47d60f-6090-40b2-9f37-2a4de88f3063": "ad:acl-write-keys",
    "3f78c3e5-f79a-46bd-a0b8-9d18116ddc79": "ad:acl-write-rbcd",
}
_WAYS = (
    (_GENERIC_ALL, "ad:acl-full-control"),
    (_FULL, "ad:acl-full-control"),
    (_WRITE_DAC, "ad:acl-write-dacl"),
    (_WRITE_OWNER, "ad:acl-write-owner"),
    (_GENERIC_WRITE, "ad:acl-write-all"),
    (_WRITE_PROPERTY, "ad:acl-write-all"),
)
_RESET = "00299570-246d-11d0-a768-00aa006e0529"
REPLICATE = frozenset({"1131f6aa-9c07-11d1-f79f-00c04fc2dcd2", "1131f6ad-9c07-11d1-f79f-00c04fc2dcd2"})
"""DS-Replication-Get-Changes and -All: together they copy every password hash of the domain (MS-ADTS 5.1.3.2.1)."""


@dataclass(frozen=True, slots=True)
class Ace:
    """One entry that allows: to whom, which rights, on which property or control (``None``: all)."""

    trustee: str
    mask: int
    kind: str | None

    def gains(self) -> str | None:
        """Mechanism by which the trustee comes to control the entry; ``None``: none we know."""
        if self.kind is None:  # with an object type, the general rights below mean that object alone
            found = next((way for held, way in _WAYS if self.mask & held == held), None)
            if found:
                return found
        if self.mask & (_WRITE_PROPERTY | _GENERIC_WRITE) and self.kind in _PROPERTIES:
            return _PROPERTIES[self.kind]
        return "ad:acl-reset-password" if self.mask & _CONTROL and self.kind in {None, _RESET} else None

    def replicates(self) -> frozenset[str]:
        """Which of the two replication rights it gives."""
        if self.mask & _GENERIC_ALL or self.mask & _FULL == _FULL or (self.mask & _CONTROL and self.kind is None):
            return REPLICATE
        return REPLICATE & {self.kind} if self.mask & _CONTROL and self.kind else frozenset()


@dataclass(frozen=True, slots=True)
class Descriptor:
    """Owner, and what is allowed; a list that cannot be read whole is ``broken``."""

    owner: str | None
    allowed: tuple[Ace, ...]
    broken: bool = False


def parse(data: bytes) -> Descriptor | None:
    """A self-relative descriptor; ``None``: not one at all."""
    if len(data) < 20:
        return None
    owner, _, _, dacl = struct.unpack_from("<4I", data, 4)
    entries, broken = _aces(data, dacl) if 0 < dacl < len(data) - 8 else ([], dacl != 0)
    return Descriptor(_sid_at(data, owner) if owner else None, tuple(entries), broken)


def _aces(data: bytes, start: int) -> tuple[list[Ace], bool]:
    size, count = struct.unpack_from("<HH", data, start + 2)
    position, end = start + 8, min(start + size, len(data))
    found: list[Ace] = []
    for _ in range(count):
        if position + 8 > end:
            return found, True
        kind, flags, length = struct.unpack_from("<BBH", data, position)
        if length < 8 or position + length > end:
            return found, True
        if not flags & _INHERIT_ONLY and kind in {_ALLOW, _ALLOW_OBJECT}:
            found += _ace(data[position : position + length], kind)
        position += length
    return found, False


def _ace(data: bytes, kind: int) -> Iterator[Ace]:
    mask, position, about = struct.unpack_from("<I", data, 4)[0], 8, None
    if kind == _ALLOW_OBJECT:
        if len(data) < 12:
            return
        present = struct.unpack_from("<I", data, 8)[0]
        position = 12
        if present & 1 and len(data) >= 28:
            about, position = str(UUID(bytes_le=data[12:28])), 28
        position += 16 if present & 2 else 0
    trustee = _sid_at(data, position)
    if trustee:
        yield Ace(trustee, mask, about)


def _sid_at(data: bytes, position: int) -> str | None:
    if position + 8 > len(data):
        return None
    return sid(data[position : position + 8 + 4 * data[position + 1]])
