"""Active Directory's binary values: identifiers, access lists and times, as Microsoft's documents lay them out."""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

FULL: Final = 0xF01FF
RESET: Final = "00299570-246d-11d0-a768-00aa006e0529"
KEYS: Final = "5b47d60f-6090-40b2-9f37-2a4de88f3063"
REPLICATE: Final = ("1131f6aa-9c07-11d1-f79f-00c04fc2dcd2", "1131f6ad-9c07-11d1-f79f-00c04fc2dcd2")
ADMINISTRATORS: Final = "S-1-5-32-544"


def sid(text: str) -> bytes:
    """A security identifier (MS-DTYP 2.4.2.2)."""
    parts = [int(part) for part in text.split("-")[1:]]
    tail = b"".join(struct.pack("<I", part) for part in parts[2:])
    return bytes([parts[0], len(parts) - 2]) + parts[1].to_bytes(6, "big") + tail


def ace(trustee: str, mask: int, kind: str | None = None, *, flags: int = 0, deny: bool = False) -> bytes:
    """An entry of an access list (MS-DTYP 2.4.4.2, and 2.4.4.3 with a ``kind``)."""
    body = struct.pack("<I", mask)
    if kind:
        body += struct.pack("<I", 1) + UUID(kind).bytes_le
    body += sid(trustee)
    form = (6 if deny else 5) if kind else (1 if deny else 0)
    return struct.pack("<BBH", form, flags, len(body) + 4) + body


def descriptor(*aces: bytes, owner: str = ADMINISTRATORS) -> bytes:
    """A self-relative security descriptor (MS-DTYP 2.4.6)."""
    acl = struct.pack("<BBHHH", 4, 0, 8 + sum(map(len, aces)), len(aces), 0) + b"".join(aces)
    mine = sid(owner)
    return struct.pack("<BBHIIII", 1, 0, 0x8004, 20, 0, 0, 20 + len(mine)) + mine + acl


def filetime(moment: datetime) -> str:
    """A moment in units of 100 ns since 1601 (MS-DTYP 2.3.3)."""
    return str(int((moment - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10_000_000)
