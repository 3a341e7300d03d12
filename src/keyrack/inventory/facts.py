"""Facts the inventory needs beside the observed records: the clock, and what people told us about themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from keyrack.records import Person, Vendor


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """``now`` is the run's clock; ``accounts`` are cloud accounts known to be our own.

    ``refused`` are pairs of uids that a person says are not one thing, in either order.
    """

    now: datetime
    people: tuple[Person, ...] = ()
    vendors: tuple[Vendor, ...] = ()
    accounts: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
