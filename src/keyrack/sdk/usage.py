"""The contract of a usage log: tell whether a piece of text is yours, and turn it into rows of events.

A provider's ``usage.py`` exports ``logs: tuple[UsageLog, ...]``; the entry-point group ``keyrack.usage`` names it.
A log reads bytes and knows nothing of files, buckets, cursors or the lake: the house feeds it and keeps what it makes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal, Protocol, cast, runtime_checkable

from keyrack.errors import KeyrackError, UsageError
from keyrack.records import Event

GROUP = "keyrack.usage"

Shape = Literal["document", "lines"]
"""``document``: the whole text must be read at once; ``lines``: one record a line, so that it may come in pieces."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class NotALogError(KeyrackError):
    """A piece of text is not what its log expects; the file it came from is set aside and named."""

    def __init__(self, sentence: str) -> None:
        super().__init__("usage.shape", sentence, hint="check the file; the others were taken")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFacts:
    """What a log can never show, so that a verdict over it can say how much it is worth.

    Attributes:
        late: how long after the call its event may arrive.
        kept: how far back the system itself keeps it; ``None``: as long as the files are kept.
        optional: permissions (with ``*``) whose calls the log has only where somebody switched that on.
        never: permissions (with ``*``) whose use leaves no event at all.
        note: one sentence for the reader of a verdict, with the vendor's page it comes from.
    """

    late: timedelta
    kept: timedelta | None = None
    optional: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    note: str = ""


class UsageLog(Protocol):
    """One log format, e.g. ``aws:cloudtrail``. Stateless; one instance serves every process."""

    @property
    def name(self) -> str:
        """``<provider>:<log>``; it becomes ``Event.source``."""
        ...

    @property
    def title(self) -> str:
        """The vendor's own name of the log."""
        ...

    @property
    def facts(self) -> LogFacts:
        """What it cannot show."""
        ...

    def recognises(self, name: str, head: bytes) -> Shape | None:
        """Whether a text is of this log, and how to feed it.

        Args:
            name: the file's name or path; a hint at best, content decides.
            head: the first 64 KiB or fewer, decompressed.
        """
        ...

    def skips(self, name: str) -> bool:
        """Whether a file of that name belongs beside the log and holds no events (digests, manifests)."""
        ...

    def read(self, raw: bytes, rows: Rows) -> None:
        """Append the events of one document, or of some whole lines.

        A record that cannot be read is a :meth:`Rows.problem`; the rest go on.

        Raises:
            NotALogError: the whole piece is of another shape.
        """
        ...


@dataclass(frozen=True, slots=True)
class Page:
    """One piece of a live log: text in the log's own format, and the cursor to go on from once it is kept."""

    raw: bytes
    cursor: str


@runtime_checkable
class LiveLog(Protocol):
    """A log that can also be asked for over its system's API.

    The house keeps the cursor of each page in the same commit as the page's events, one cursor for each choice of the options
    that the log ``reads``. It asks whenever a person runs `keyrack usage ingest`, or `keyrack serve` finds ``logs = true``.
    """

    @property
    def reads(self) -> tuple[str, ...]:
        """Names of the options it takes, by the names its provider has for them where it has such; never a secret."""
        ...

    def pages(self, cursor: str | None, *, now: datetime, options: dict[str, str]) -> Iterator[Page]:
        """Pages after a cursor (``None``: as far back as the system keeps), oldest position first; pages may overlap.

        Raises:
            KeyrackError: the system cannot be asked (credentials, permission, network). What was yielded before is kept.
        """
        ...


def live(word: str) -> list[str]:
    """Names of the live logs that a word means: a log's own name, or all of a provider."""
    return [name for name, log in logs().items() if isinstance(log, LiveLog) and word in {name, name.partition(":")[0]}]


COLUMNS = tuple(Event.__struct_fields__)


class Codes(dict[Any, int]):
    """Values numbered as they come: ``codes[value]`` is the value's number."""

    def __missing__(self, value: Any) -> int:
        self[value] = number = len(self)
        return number


class Group:
    """Columns that repeat together: each row has the number of a member, each member its value's number in every column.

    ``flags`` are columns of bool, kept as they are.
    """

    def __init__(self, columns: tuple[str, ...], flags: tuple[str, ...] = ()) -> None:
        self.numbers: list[int] = []
        self.columns: dict[str, list[int]] = {name: [] for name in columns}
        self.flags: dict[str, list[bool]] = {name: [] for name in flags}
        self._first: list[Any] = next(iter([*self.columns.values(), *self.flags.values()]))

    def member(self, values: tuple[int, ...], flags: tuple[bool, ...] = ()) -> int:
        """A new member's number; values and flags in the order of the columns."""
        for column, value in zip(self.columns.values(), values, strict=True):
            column.append(value)
        for flag, truth in zip(self.flags.values(), flags, strict=True):
            flag.append(truth)
        return len(self._first) - 1


class Coded:
    """Rows of a fast reader. ``id`` and ``at`` (microseconds since 1970) are plain; all other columns are in groups.

    ``codes`` number the values of each column that is no flag; ``unmapped`` and ``data_event`` are flags. Every column must be
    in one group, and all lists of rows be equally long.
    """

    def __init__(self, *groups: Group) -> None:
        self.id: list[str] = []
        self.at: list[int] = []
        self.codes: dict[str, Codes] = {name: Codes() for name in COLUMNS if name not in {"id", "at"}}
        self.groups = groups


class Rows:
    """Events on their way to the lake, column by column.

    ``columns`` holds a list per column of :class:`~keyrack.records.Event` and two more, ``unmapped`` and ``data_event``
    (bool). ``at`` is in microseconds since 1970 (int); ``actions`` and ``resources`` are tuples of text, ``context`` is a
    tuple of (key, value) pairs sorted by key: hashable, for the same few come again and again. A reader whose speed matters
    fills ``coded`` itself and leaves ``columns`` alone.

    Attributes:
        scope: whose log it is, as the person who feeds it said; for logs that do not say (a cluster's audit log).
        memory: a reader's own object, from one piece of a log to the next of the same rows; see :meth:`release`.
    """

    def __init__(self, scope: str | None = None) -> None:
        self.scope = scope
        self.columns: dict[str, list[Any]] = {name: [] for name in (*COLUMNS, "unmapped", "data_event")}
        self.coded: Coded | None = None
        self.memory: Any = None
        self.sessions: dict[str, tuple[int, str]] = {}
        self.problems: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self.columns["id"]) + (len(self.coded.id) if self.coded else 0)

    def add(self, event: Event, *, unmapped: bool = False, data_event: bool = False) -> None:
        """Append one event.

        Args:
            event: as its log tells it; ``source`` must be the log's name.
            unmapped: the call needs a permission, and we could not tell which. An event with no actions that is not
                unmapped needed none (a sign-in, a call open to all).
            data_event: the log has this kind of call only where somebody switched it on.
        """
        columns = self.columns
        for name in COLUMNS:
            columns[name].append(getattr(event, name))
        columns["at"][-1] = microseconds(event.at)
        columns["actions"][-1] = tuple(event.actions)
        columns["resources"][-1] = tuple(event.resources)
        columns["context"][-1] = tuple(sorted(event.context.items()))
        columns["unmapped"].append(unmapped)
        columns["data_event"].append(data_event)

    def session(self, credential_uid: str, caller: str, *, rank: int = 1) -> None:
        """Note who was issued a session credential, so that its events find their ``caller`` whichever file comes first.

        Args:
            credential_uid: of the session, as its events carry it.
            caller: uid, else name, of whom it was issued to.
            rank: higher wins where two events tell of the same session (an ARN beats an account).
        """
        self.sessions[credential_uid] = max(self.sessions.get(credential_uid, (0, "")), (rank, caller))

    def release(self) -> None:
        """Let go of the reader and what it numbered: they refer to each other, and the collector would have to visit it all."""
        memory, self.memory, self.coded = self.memory, None, None
        if memory is not None:
            vars(memory).clear()

    def problem(self, what: str) -> None:
        """Count a record that could not be read; ``what`` says why, without the record's values."""
        self.problems[what] += 1


def microseconds(moment: datetime) -> int:
    """An aware moment as microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


@cache
def logs() -> dict[str, UsageLog]:
    """Every log that loads, by name; a module that cannot be imported leaves the others standing."""
    found: dict[str, UsageLog] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        for log in _loaded(point):
            found[log.name] = log
    return found


def broken() -> dict[str, str]:
    """Entry points that do not load, with the kind of error; for ``keyrack doctor``."""
    problems = {}
    for point in entry_points(group=GROUP):
        try:
            point.load()
        except (ImportError, AttributeError) as error:
            problems[point.name] = type(error).__name__
    return problems


def load(name: str) -> UsageLog:
    """The log of that name.

    Raises:
        UsageError: no installed provider reads such a log.
    """
    if name not in logs():
        raise UsageError("usage.log", f"no log named {name!r}", hint="known logs: " + ", ".join(logs()))
    return logs()[name]


def _loaded(point: EntryPoint) -> tuple[UsageLog, ...]:
    try:
        return cast("tuple[UsageLog, ...]", point.load())
    except (ImportError, AttributeError):
        return ()
