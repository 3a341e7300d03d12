"""Granted against used: from logged events and declared grants to a graded verdict for each identity, service and action.

The work is done in ``sql/``, set-wise and in file order; this module feeds it. Denied calls are not use; calls that were
allowed and then failed are. An action that no event shows is ``unused`` only where the log would have shown it: the
account's log reaches over the whole window, every region the account is known to use, and that class of event.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fnmatch import translate
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

from keyrack.lake.engines.duckdb import create
from keyrack.records.grant import Privilege

if TYPE_CHECKING:
    import duckdb

EventClass = Literal["always", "optional", "never"]
"""Whether a log has an action's calls always, only where somebody switched that on (AWS: data events), or never."""

SLOTS = 120
"""Days of use are kept as bits of a 128-bit number; a longer window has bits of several days."""

DEFAULT_DAYS = 90


@dataclass(frozen=True, slots=True)
class Window:
    """The period looked at: from ``since`` to before ``until``, both aware."""

    since: datetime
    until: datetime

    @property
    def days(self) -> float:
        """Length in days."""
        return (self.until - self.since) / timedelta(days=1)

    @property
    def stride(self) -> int:
        """Days that one bit of use stands for."""
        return max(1, math.ceil(self.days / SLOTS))


@dataclass(frozen=True, slots=True)
class Action:
    """One action of a permission language that has a catalogue."""

    language: str
    name: str
    service: str
    privilege: Privilege
    event_class: EventClass

    @property
    def reads(self) -> bool:
        """Whether it only looks."""
        return self.privilege in {"read", "list"}


@dataclass(frozen=True, slots=True)
class Log:
    """The log that shows the use of a permission language, and how late its events may come."""

    language: str
    source: str
    title: str
    late: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Question:
    """What to compare.

    Attributes:
        stated: services (or ``all``) of which a person says that their optional events are all logged.
        only: identities asked about; then only the logs of their accounts are read. ``None``: everybody.
    """

    window: Window
    actions: tuple[Action, ...]
    logs: tuple[Log, ...]
    stated: frozenset[str] = field(default_factory=frozenset)
    only: tuple[str, ...] | None = None


def prepare(connection: duckdb.DuckDBPyConnection, question: Question) -> None:
    """Create the ``evidence_*`` tables.

    Needs ``events``, ``event_coverage``, ``identities``, ``grants`` and the raw views. Afterwards ``evidence_identities`` has
    a row per identity and language (granted, used, unused, unknown) and ``evidence_verdicts`` a row per identity, service,
    event class and kind of access.
    """
    _variables(connection, question)
    _inputs(connection, question)
    _events(connection, question.only)
    for script in sorted(files("keyrack.evidence").joinpath("sql").iterdir(), key=lambda item: item.name):
        if script.name[0].isdigit():
            connection.execute(literal(script.read_text("utf-8"), question.window))


def literal(script: str, window: Window) -> str:
    """A script with the window's numbers written out: DuckDB looks a variable up for every row it is used on."""
    for name, value in _numbers(window).items():
        script = script.replace(f"getvariable('evidence_{name}')", str(value))
    return script


def set_window(connection: duckdb.DuckDBPyConnection, window: Window) -> None:
    """Set the variables by which the scripts know the window."""
    for name, moment in (("since", window.since), ("until", window.until)):
        text = moment.astimezone(UTC).isoformat()
        connection.execute(f"SET VARIABLE evidence_{name} = TIMESTAMPTZ '{text}'")
    for name, value in _numbers(window).items():
        connection.execute(f"SET VARIABLE evidence_{name} = {value}")


def _numbers(window: Window) -> dict[str, int]:
    """The window in seconds and days, as the scripts count."""
    return {
        "start": math.floor(window.since.timestamp()),
        "stride": 86_400 * window.stride,
        "slots": math.ceil(window.days / window.stride),
        "length": max(1, round(window.days)),
    }


def _variables(connection: duckdb.DuckDBPyConnection, question: Question) -> None:
    set_window(connection, question.window)
    stated = ", ".join("'" + name.replace("'", "''") + "'" for name in sorted(question.stated))
    connection.execute(f"SET VARIABLE evidence_stated = CAST([{stated}] AS VARCHAR[])")


def _events(connection: duckdb.DuckDBPyConnection, only: tuple[str, ...] | None) -> None:
    """Events to read; of whole accounts, for the neighbours' events tell what a log can show."""
    import pyarrow as pa

    if only is None:
        connection.execute("CREATE OR REPLACE VIEW evidence_events AS SELECT * FROM events")
        return
    create(connection, "evidence_only", pa.table({"uid": pa.array(only, pa.string())}))
    connection.execute(
        "CREATE OR REPLACE VIEW evidence_events AS SELECT * FROM events "
        "WHERE scope IN (SELECT scope FROM identities WHERE uid IN (SELECT uid FROM evidence_only)) "
        "OR identity_uid IN (SELECT uid FROM evidence_only)"
    )


def _inputs(connection: duckdb.DuckDBPyConnection, question: Question) -> None:
    import pyarrow as pa

    names = ("language", "name", "service", "privilege", "event_class")
    columns = {name: [getattr(action, name) for action in question.actions] for name in names}
    known = {("action" if name == "name" else name): pa.array(values, pa.string()) for name, values in columns.items()}
    known["reads"] = pa.array([action.reads for action in question.actions], pa.bool_())
    create(connection, "known_actions", pa.table(known))
    logs = question.logs
    create(
        connection,
        "evidence_logs",
        pa.table(
            {
                "language": pa.array([log.language for log in logs], pa.string()),
                "source": pa.array([log.source for log in logs], pa.string()),
                "title": pa.array([log.title for log in logs], pa.string()),
                "late": pa.array([log.late.total_seconds() for log in logs], pa.float64()),
            }
        ),
    )


def classes(names: Iterable[str], optional: Iterable[str], never: Iterable[str]) -> dict[str, EventClass]:
    """Event class of each action name, from a log's patterns (``*`` wildcards, any case); ``never`` wins."""

    def matcher(patterns: Iterable[str]) -> re.Pattern[str] | None:
        texts = [translate(pattern.lower()) for pattern in patterns]
        return re.compile("|".join(texts)) if texts else None

    kinds: tuple[tuple[EventClass, re.Pattern[str] | None], ...] = (("never", matcher(never)), ("optional", matcher(optional)))
    return {name: next((kind for kind, text in kinds if text and text.match(name.lower())), "always") for name in names}
