"""What every part of a scan shares: the namespace it is in, its mounts, the person's wishes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from keyrack.providers.openbao.api import Api
from keyrack.providers.openbao.map_policies import Held
from keyrack.providers.openbao.map_roles import Mount
from keyrack.providers.openbao.names import Home
from keyrack.records import Record
from keyrack.sdk import Context, gap

Found = Record | Held
"""Held policies travel with the records until the policies themselves are known."""


@dataclass(frozen=True, slots=True)
class Engine:
    """A secrets engine: ``path`` without slash at the end, its type, and the version of a key-value engine (1 or 2)."""

    path: str
    type: str
    version: int = 1
    max_ttl: int = 0


@dataclass(slots=True)
class Scan:
    """One namespace."""

    api: Api
    home: Home
    ctx: Context
    limit: int = 0
    values: bool = False
    leases: bool = False
    thumbprints: bool = False
    mounts: list[Mount] = field(default_factory=list)
    engines: list[Engine] = field(default_factory=list)

    def within(self, capability: str, what: str, keys: tuple[str, ...]) -> tuple[tuple[str, ...], Iterator[Record]]:
        """At most ``limit`` of the keys, and the Gap that says what was left out."""
        if not self.limit or len(keys) <= self.limit:
            return keys, iter(())
        said = gap(
            capability,
            f"{self.home.prefix}{what}",
            "too_large",
            f"Only {self.limit} of {len(keys)} were looked at, as `limit` asks.",
            hint="raise `limit`",
            incomplete=True,
        )
        return keys[: self.limit], iter((said,))
