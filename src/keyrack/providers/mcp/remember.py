"""Hashes of what a server listed, kept from run to run: a tool that reads otherwise than last time is worth a look (a rug pull).

A change stays told for thirty days, so that a schedule of scans does not bury it; the moment and the hash before are kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import msgspec

from keyrack.sdk import Memory

SHOWN: Final = timedelta(days=30)
MOST: Final = 5_000
"""Things remembered of one server; those beyond it are listed and not compared, and a Gap says so."""


@dataclass(frozen=True, slots=True)
class Change:
    """``hash`` now; ``before`` and ``at`` when it changed lately; ``added``: it was not there at the last run."""

    hash: str
    before: str = ""
    at: str = ""
    added: bool = False


@dataclass(slots=True)
class Album:
    """What is remembered of one server: key -> [hash, hash before, moment of the change, or of its first being seen]."""

    memory: Memory
    key: str
    now: datetime
    old: dict[str, list[str]] = field(default_factory=dict)
    new: dict[str, list[str]] = field(default_factory=dict)
    known: bool = False
    overflown: bool = False

    @classmethod
    def of(cls, memory: Memory, server: str, now: datetime) -> Album:
        """The album of a server; what is damaged counts as empty."""
        album = cls(memory, f"listed:{server}", now)
        kept = memory.get(album.key)
        try:
            album.old = msgspec.json.decode(kept or "{}", type=dict[str, list[str]])
        except (msgspec.MsgspecError, UnicodeError):
            kept = None
        album.known = kept is not None
        return album

    def compare(self, name: str, digest: str) -> Change:
        """What became of a thing since the last run."""
        before = [*self.old.get(name, []), "", "", ""][:3]
        moment = self.now.isoformat()
        if not before[0]:
            entry = [digest, "", moment if self.known else ""]
        elif before[0] != digest:
            entry = [digest, before[0], moment]
        else:
            entry = before
        if len(self.new) < MOST:
            self.new[name] = entry
        else:
            self.overflown = True
        recent = self._recent(entry[2])
        added = recent and not entry[1]
        return Change(digest, entry[1] if recent else "", entry[2] if recent and entry[1] else "", added)

    def keep(self) -> None:
        """Remember for the next run."""
        self.memory.put(self.key, msgspec.json.encode(self.new).decode())

    def _recent(self, moment: str) -> bool:
        try:
            return bool(moment) and self.now - datetime.fromisoformat(moment) <= SHOWN
        except (ValueError, TypeError):
            return False
