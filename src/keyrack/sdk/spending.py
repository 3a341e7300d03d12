"""What a scan costs the systems it asks: calls made, time waited for rate limits, and what is left of them.

The house hands every source a ``progress`` that is a :class:`Meter`, too; :mod:`keyrack.sdk.web` tells it what it spends, and a
provider with a client of its own calls :func:`note`. Shown by `keyrack sources`, the report and `keyrack serve`'s metrics.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from threading import Lock
from typing import Protocol, runtime_checkable

import msgspec

from keyrack.sdk.provider import Progress


class Spent(msgspec.Struct, frozen=True, kw_only=True):
    """One system's account. ``left`` of ``limit`` calls until ``resets``, as the system last said; ``None``: it does not say.

    ``system`` is the host of an API, ``waited`` seconds spent waiting because the system asked for it.
    """

    system: str
    calls: int = 0
    waited: float = 0.0
    left: int | None = None
    limit: int | None = None
    resets: datetime | None = None


@runtime_checkable
class Meter(Protocol):
    """Who keeps the account of one source; thread-safe."""

    def spend(self, system: str, *, calls: int = 0, waited: float = 0.0) -> None:
        """So many calls more were made, and so many seconds waited."""
        ...

    def allow(self, system: str, *, left: int, limit: int | None, resets: datetime | None) -> None:
        """The system said what is left of its budget."""
        ...


class Purse:
    """The account of one source, in memory."""

    def __init__(self) -> None:
        self._spent: dict[str, Spent] = {}
        self._lock = Lock()

    def spend(self, system: str, *, calls: int = 0, waited: float = 0.0) -> None:
        """Add up."""
        with self._lock:
            old = self._spent.get(system) or Spent(system=system)
            self._spent[system] = msgspec.structs.replace(old, calls=old.calls + calls, waited=round(old.waited + waited, 3))

    def allow(self, system: str, *, left: int, limit: int | None, resets: datetime | None) -> None:
        """Keep the last word."""
        with self._lock:
            old = self._spent.get(system) or Spent(system=system)
            self._spent[system] = msgspec.structs.replace(old, left=left, limit=limit, resets=resets)

    def all(self) -> list[Spent]:
        """Every system's account, by name."""
        with self._lock:
            return [self._spent[system] for system in sorted(self._spent)]


def note(progress: Progress, system: str, *, calls: int = 1, waited: float = 0.0) -> None:
    """Tell the house of calls made by a client that is not :mod:`keyrack.sdk.web`'s; nothing, where nobody counts."""
    if isinstance(progress, Meter):
        progress.spend(system, calls=calls, waited=waited)


def together(accounts: Iterable[Spent]) -> list[Spent]:
    """Accounts of several sources as one for each system: calls and waiting add up; of budgets the least that is left counts."""
    found: dict[str, Spent] = {}
    for one in accounts:
        other = found.get(one.system)
        if other is None:
            found[one.system] = one
            continue
        tight = min(other, one, key=lambda item: float("inf") if item.left is None else item.left)
        found[one.system] = msgspec.structs.replace(
            tight, calls=other.calls + one.calls, waited=round(other.waited + one.waited, 3)
        )
    return [found[system] for system in sorted(found)]
