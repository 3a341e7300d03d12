"""Replay logged calls against changed permissions: what would fail, what would not, and what cannot be told. Pure.

A replay is differential. The log says that a call was allowed; a call *breaks* when present permissions explain that and
changed ones no longer allow it. Where the log or the inventory leaves something open (a condition key without a value, an
unnamed resource), every way it could have been is tried in which the call was allowed, as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

Outcome = Literal["kept", "breaks", "unexplained", "undecided"]


@dataclass(frozen=True, slots=True)
class Call:
    """Every call of one kind: the same identity, permission, resource and relevant context. Only calls that were allowed.

    Attributes:
        resource: as logged; empty: the log does not say.
        context: condition key in lower case and its value, sorted; only keys that some policy asks for.
        times: how many there were; ``days``: on how many days.
    """

    identity: str
    action: str
    resource: str
    context: tuple[tuple[str, str], ...]
    times: int
    days: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a call.

    Attributes:
        outcome: ``kept``, ``breaks``; ``unexplained``: present permissions as we know them do not allow it although it was
            allowed, and the change touches what is said about it; ``undecided``: it hangs on ``assumed``.
        because: what decides under the changed permissions.
        assumed: condition keys without a value (``resource``: the log names none) that decide or might.
    """

    outcome: Outcome
    because: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()


class Replay(Protocol):
    """One change in one permission language, for one identity."""

    def fate(self, call: Call) -> Fate:
        """What becomes of a call; the same answer for the same call, whatever came before it."""
        ...


class Gone:
    """The identity, or the credential the calls were made with, does not exist any more: nothing it did would work."""

    def __init__(self, what: str) -> None:
        self._fate = Fate("breaks", (what,))

    def fate(self, call: Call) -> Fate:  # noqa: ARG002 - the protocol's shape
        """Every call breaks."""
        return self._fate


@dataclass(frozen=True, slots=True)
class Replayed:
    """A call and what becomes of it."""

    call: Call
    fate: Fate


def replay(calls: Iterable[Call], change: Replay) -> Iterator[Replayed]:
    """Fates of calls, one for each, in the order given."""
    for call in calls:
        yield Replayed(call, change.fate(call))
