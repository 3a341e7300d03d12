"""A usage log whose records are JSON objects, one for each event: all but CloudTrail, whose speed wants its own reader."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from keyrack.records import Event
from keyrack.sdk.fields import Raw
from keyrack.sdk.usage import LogFacts, NotALogError, Page, Rows, Shape

WRAPPERS = ("value", "records", "Records", "items", "entries", "events")
"""Members under which exports and REST replies put their list."""


@dataclass(frozen=True, slots=True)
class JsonLog:
    """One log format, from a function that reads one record.

    Attributes:
        event: one record to one Event; ``None`` for records that are no call; raises ValueError with a reason.
        marks: groups of member names; a record that has all of one group is of this log.
        unmapped: whether an Event without actions needed one all the same.
    """

    name: str
    title: str
    facts: LogFacts
    event: Callable[[Raw, str | None], Event | None]
    marks: tuple[tuple[str, ...], ...]
    unmapped: Callable[[Event], bool] = lambda event: not event.actions and "sign_in" not in event.context

    def recognises(self, name: str, head: bytes) -> Shape | None:
        """By the members of the first record, wherever the file comes from."""
        del name
        stripped = head.lstrip(b"\xef\xbb\xbf \t\r\n")
        line = _decoded(stripped.partition(b"\n")[0])
        if line is not None:
            first = next(_listed(line), None) if isinstance(line, Mapping | list) else None
            lone = first is line
            return ("lines" if lone else "document") if first is not None and self._is_mine(first) else None
        names = frozenset(_names(stripped[:65_536]))
        return "document" if any(names.issuperset(leaf(group)) for group in self.marks) else None

    def skips(self, name: str) -> bool:
        """Nothing lies beside these logs."""
        del name
        return False

    def read(self, raw: bytes, rows: Rows) -> None:
        """See :class:`keyrack.sdk.usage.UsageLog`."""
        for record in _records(raw, rows):
            try:
                event = self.event(record, rows.scope)
            except ValueError as error:
                rows.problem(str(error))
                continue
            if event is not None:
                rows.add(event, unmapped=self.unmapped(event))

    def _is_mine(self, record: Raw) -> bool:
        return any(all(has(record, path) for path in group) for group in self.marks)


@dataclass(frozen=True, slots=True)
class LiveJsonLog(JsonLog):
    """A :class:`JsonLog` that can also be asked for; see :class:`keyrack.sdk.usage.LiveLog`.

    Attributes:
        ask: the pages after a cursor, given the time and the options; it imports what it needs when it is called.
        reads: names of the options that ``ask`` takes.
    """

    ask: Callable[[str | None, datetime, Mapping[str, str]], Iterator[Page]] = field(kw_only=True)
    reads: tuple[str, ...] = field(default=(), kw_only=True)

    def pages(self, cursor: str | None, *, now: datetime, options: dict[str, str]) -> Iterator[Page]:
        """See :class:`keyrack.sdk.usage.LiveLog`."""
        return self.ask(cursor, now, options)


def has(record: object, path: str) -> bool:
    """Whether a dotted path leads to a value."""
    for name in path.split("|"):
        if not isinstance(record, Mapping) or name not in record:
            return False
        record = record[name]
    return True


def leaf(group: tuple[str, ...]) -> set[str]:
    """All names of a group of paths."""
    return {name for path in group for name in path.split("|")}


def _names(head: bytes) -> Iterator[str]:
    """Quoted words before a colon: the member names that a cut-off head still shows."""
    pieces = head.decode("utf-8", "replace").split('"')
    for word, after in zip(pieces[1::2], pieces[2::2], strict=False):
        if after.lstrip()[:1] == ":":
            yield word


def _records(raw: bytes, rows: Rows) -> Iterator[Raw]:
    whole = _decoded(raw)
    if whole is not None:
        yield from _listed(whole)
        return
    read = False
    for line in raw.splitlines():
        if not line.strip():
            continue
        value = _decoded(line)
        if isinstance(value, Mapping):
            read = True
            yield value
        else:
            rows.problem("a line is not a JSON object")
    if not read:
        raise NotALogError("neither a JSON document nor JSON Lines")


def _listed(whole: object) -> Iterator[Raw]:
    if isinstance(whole, Mapping):
        for name in WRAPPERS:
            if isinstance(whole.get(name), list):
                whole = whole[name]
                break
        else:
            yield whole
            return
    if not isinstance(whole, list):
        raise NotALogError("neither a JSON object nor a list of them")
    yield from (item for item in whole if isinstance(item, Mapping))


def _decoded(raw: bytes) -> object | None:
    """Parsed JSON; ``None`` for what is none (a bare ``null`` is no log either)."""
    try:
        value: object = msgspec.json.decode(raw)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
    return value
