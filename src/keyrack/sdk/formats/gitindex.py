"""Which paths git tracks, read from the index file itself. Source: git's Documentation/gitformat-index.txt, versions 2 to 4."""

from __future__ import annotations

import struct

_HEADER = struct.Struct(">4sII")
_FIXED = 62  # ten 32-bit stat fields, a SHA-1 and the flags
_EXTENDED = 0x4000
_MOST = 2_000_000


def tracked(data: bytes) -> frozenset[bytes] | None:
    """Tracked paths, relative to the work tree; ``None`` when the index is damaged or of a kind not known (SHA-256)."""
    if len(data) < _HEADER.size:
        return None
    magic, version, count = _HEADER.unpack_from(data)
    if magic != b"DIRC" or version not in (2, 3, 4) or count > _MOST:
        return None
    found: list[bytes] = []
    at, name = _HEADER.size, b""
    for _ in range(count):
        entry = _entry(data, at, name, version)
        if entry is None:
            return None
        name, at = entry
        found.append(name)
    return frozenset(found)


def _entry(data: bytes, start: int, previous: bytes, version: int) -> tuple[bytes, int] | None:
    """Name of the entry at ``start`` and where the next one begins."""
    at = start + _FIXED
    if at > len(data):
        return None
    flags = int.from_bytes(data[at - 2 : at], "big")
    if flags & _EXTENDED:
        at += 2
    kept = 0
    if version == 4:
        strip, at = _varint(data, at)
        kept = len(previous) - strip
    end = data.find(b"\0", at)
    if end < 0 or kept < 0 or (version < 4 and end == at):
        return None
    name = previous[:kept] + data[at:end]
    following = end + 1 if version == 4 else start + (end - start + 8) // 8 * 8
    return name, following


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Git's offset encoding (pack-format.txt): seven bits a byte, each continuation adds one."""
    value = -1
    while at < len(data):
        byte = data[at]
        at += 1
        value = ((value + 1) << 7) | (byte & 0x7F)
        if byte < 0x80 or value > _MOST:
            break
    return value, at
