"""A commit with the events beside it, and the question of what was used of what is granted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from keyrack.app.evaluation import open_commit
from keyrack.app.home import Home
from keyrack.errors import KeyrackError
from keyrack.evidence.used import Action, Log, Question, Window, classes
from keyrack.lake import Commit
from keyrack.lake.events import attach_events
from keyrack.lake.journal import Journal
from keyrack.sdk import usage

if TYPE_CHECKING:
    import duckdb

LOGS = {
    "aws-iam": "aws:cloudtrail",
    "kubernetes-rbac": "kubernetes:audit",
    "openbao": "openbao:audit",
    "github": "github:audit",
    "gcp-iam": "gcp:audit",
    "azure-rbac": "azure:activity",
}
"""Permission language -> the log that shows its use."""


@dataclass(frozen=True, slots=True)
class Period:
    """How far to look back: ``days`` before ``until``, else before the last event that was ingested."""

    days: int
    until: datetime | None = None
    stated: frozenset[str] = frozenset()
    """Services of which somebody says that their optional events are all logged; ``all`` for every one."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """An open commit with ``events``; ``log_end`` is the moment of the last event."""

    connection: duckdb.DuckDBPyConnection
    window: Window
    log_start: datetime
    log_end: datetime
    chosen: bool
    """Whether somebody chose the window's end."""
    unmapped: frozenset[str] = frozenset()
    """Calls (``Event.api``) that need a permission nobody could tell."""

    def question(self, period: Period, only: tuple[str, ...] | None = None) -> Question:
        """What :func:`keyrack.evidence.used.prepare` needs."""
        return Question(self.window, known_actions(), known_logs(), period.stated, only)


def open_evidence(home: Home, commit: Commit, period: Period, now: datetime) -> Evidence:
    """The commit's tables, ``events`` and ``event_coverage``.

    Raises:
        KeyrackError: no events were ingested yet, or none before the window's end.
    """
    connection = open_commit(home, commit)
    attach_events(connection, home.lake)
    first, last = connection.execute("SELECT min(first_at), max(last_at) FROM event_coverage").fetchall()[0]
    if first is None:
        raise KeyrackError("evidence.none", "no log was ingested yet", hint="`keyrack usage ingest` reads logs")
    until = period.until or min(now, last + timedelta(seconds=1))
    if until <= first:
        raise KeyrackError("evidence.none", f"no log reaches back to {until:%Y-%m-%d}", hint="choose a later --until")
    apis = frozenset(api for part in Journal(home.lake).state().parts.values() for api in part.unmapped)
    return Evidence(connection, Window(until - timedelta(days=period.days), until), first, last, period.until is not None, apis)


@cache
def known_actions() -> tuple[Action, ...]:
    """Actions of the languages that have a catalogue, each with whether its log shows it."""
    from keyrack.access.aws.catalogue import catalogue

    log = usage.logs().get(LOGS["aws-iam"])
    actions = catalogue()
    kinds = classes(actions.names, log.facts.optional if log else (), log.facts.never if log else ())
    return tuple(Action("aws-iam", name, name.partition(":")[0], actions.privilege(name), kinds[name]) for name in actions.names)


def known_logs() -> tuple[Log, ...]:
    """Logs of the languages, as the installed providers tell of them."""
    found = usage.logs()
    return tuple(
        Log(language, name, found[name].title, found[name].facts.late) for language, name in LOGS.items() if name in found
    )
