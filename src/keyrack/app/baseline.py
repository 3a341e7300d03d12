"""The baseline: secrets a team knows of and tolerates for now, named in a file that may be committed.

An entry's id is scrypt (RFC 7914) over path and value with the file's own random salt: who reads the file learns no value, cannot
see that two files hold the same one, and pays a tenth of a second and 32 MiB for every guess. Ids are cut to 64 bits, which tells
apart all that one repository holds. No deployment key is involved, so that every clone and CI job agrees.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal

import msgspec

from keyrack.errors import KeyrackError
from keyrack.sdk import Secret
from keyrack.sdk.fingerprint import normalise

NAME: Final = ".keyrack-baseline.json"
_COST: Final = 2**15
_BLOCK: Final = 8
_MEMORY: Final = 64 * 1024 * 1024

Hex = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]+$")]


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One tolerated secret; ``reason`` is the team's own words and survives updates."""

    id: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")]
    path: str
    detector: str = ""
    reason: str = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: Literal[1]
    salt: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
    entries: list[Entry] = []


@dataclass(slots=True)
class Baseline:
    """Entries by path; empty for a repository without a baseline."""

    salt: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    entries: dict[str, dict[str, Entry]] = field(default_factory=dict)

    def holds(self, path: str, secret: Secret) -> bool:
        """Whether this secret at this path is tolerated. Costs nothing for a path without entries."""
        known = self.entries.get(path)
        return bool(known) and self.id(path, secret) in (known or {})

    def id(self, path: str, secret: Secret) -> str:
        """Id of a secret at a path."""
        text = path.encode("utf-8", "backslashreplace") + b"\0" + normalise(secret.reveal())
        return hashlib.scrypt(text, salt=self.salt, n=_COST, r=_BLOCK, p=1, maxmem=_MEMORY, dklen=8).hex()

    def add(self, path: str, secret: Secret, detector: str, reasons: Baseline | None = None) -> None:
        """Tolerate a secret, with the reason an earlier baseline gave for it."""
        key = self.id(path, secret)
        before = reasons.entries.get(path, {}).get(key) if reasons else None
        self.entries.setdefault(path, {})[key] = Entry(key, path, detector, before.reason if before else "")

    def __len__(self) -> int:
        """Number of entries."""
        return sum(len(known) for known in self.entries.values())

    def encode(self) -> bytes:
        """The file: sorted, one entry a line, so that a review sees what was added."""
        rows = sorted((entry for known in self.entries.values() for entry in known.values()), key=lambda e: (e.path, e.id))
        lines = b",\n".join(b"    " + msgspec.json.encode(entry) for entry in rows)
        body = b"[\n" + lines + b"\n  ]" if rows else b"[]"
        return b'{\n  "version": 1,\n  "salt": "' + self.salt.hex().encode() + b'",\n  "entries": ' + body + b"\n}\n"


def decode(data: bytes, name: str = NAME) -> Baseline:
    """Read a baseline file.

    Raises:
        KeyrackError: it is none; going on without it would block every commit.
    """
    try:
        file = msgspec.json.decode(data, type=_File)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        hint = "restore it from git, or write a new one with `keyrack hook --update-baseline`"
        raise KeyrackError("baseline.malformed", f"{name} is no baseline of this version", hint=hint) from error
    found = Baseline(bytes.fromhex(file.salt))
    for entry in file.entries:
        found.entries.setdefault(entry.path, {})[entry.id] = entry
    return found


def valid(data: bytes) -> bool:
    """Whether the bytes are a baseline and nothing else (then they hold ids, which scanners take for secrets)."""
    try:
        decode(data)
    except KeyrackError:
        return False
    return True
