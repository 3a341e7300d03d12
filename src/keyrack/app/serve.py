"""Serve: scan each configured source when it is due, in the foreground, until told to stop.

One scan runs at a time, with every source that is due in it; the lake's lock keeps other processes out. A source that cannot be
scanned backs off; a scan that died is resumed. What is remembered between starts lies in ``serve.json`` of the home.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Protocol

import msgspec
import structlog

from keyrack.app.config import Config, load
from keyrack.app.home import Home
from keyrack.app.scan import JOBS, ScanRequest, ScanResult, ScanStoppedError, scan
from keyrack.app.serve_state import Past, State
from keyrack.app.sources_config import Configured, configured
from keyrack.app.timetable import Every
from keyrack.app.usage import Ask, IngestRequest, ingest
from keyrack.errors import KeyrackError, UsageError
from keyrack.sdk.spending import Spent, together
from keyrack.sdk.usage import live

log = structlog.get_logger()

FIRST_BACKOFF = timedelta(minutes=5)
LONGEST_BACKOFF = timedelta(hours=6)
OURS = ("rules.", "config.", "home.")
"""Codes of failures that a person here mends; they are tried again soon, for nobody else is troubled by it."""
JITTER = 0.1
"""Part of the distance between two scans by which one may come later, so that many servers do not ask in step."""
MOST_JITTER = timedelta(minutes=5)
LOOK = timedelta(seconds=30)
"""How long to sleep at most: the configuration may have changed meanwhile."""


class Clock(Protocol):
    """The time, and waiting for it; tests have their own."""

    def now(self) -> datetime:
        """The time, with its zone."""
        ...

    def wait(self, seconds: float, stop: Event) -> None:
        """Sleep, but no longer than until ``stop``."""
        ...


@dataclass(slots=True)
class Server:
    """Scans what is due. ``config``: path of ``keyrack.toml``, read again before every look. ``failed``: what did, by name."""

    home: Home
    config: Path | None
    clock: Clock
    jobs: int = JOBS
    stop: Event = field(default_factory=Event)
    chance: Callable[[], float] = field(default_factory=lambda: random.Random().random)  # noqa: S311 - to spread load, not to hide
    failed: set[str] = field(default_factory=set)
    state: State = field(init=False)
    _settings: Config | None = None
    _told: str = ""

    def __post_init__(self) -> None:
        self.home.prepare()
        self.state = State.read(self.home.root)

    def run(self, *, once: bool = False) -> None:
        """Until stopped; ``once``: what is due now, then end.

        Raises:
            UsageError: the configuration is broken at the start, or has no source with a timetable.
        """
        if not any(source.timetable for source in self._configured()):
            raise UsageError(
                "serve.nothing",
                "no source has `every` or `schedule`",
                hint='e.g. every = "6h" in a [[sources]] table of keyrack.toml',
            )
        log.info("serve.started", sources=len(self._configured()), home=str(self.home.root))
        while not self.stop.is_set():
            self.state.looked_at = self.clock.now()  # before a scan, too: one that takes hours is no hang
            due = self.due()
            if due:
                self.scan(due)
            self.state.looked_at = self.clock.now()
            if once:
                break
            if due and not self.stop.is_set():
                log.info("serve.waiting", until=self._first().isoformat(timespec="seconds"))
            self.clock.wait(self._pause(), self.stop)
        log.info("serve.stopped")

    def due(self) -> list[Configured]:
        """Sources whose time has come; one never scanned is due at once."""
        now = self.clock.now()
        found = []
        for source in self._configured():
            if source.timetable is None:
                continue
            past = self.state.of(source.name)
            if past.next_at is None or past.next_at <= now or _sooner(source, past, now):
                found.append(source)
        return found

    def scan(self, sources: Sequence[Configured]) -> None:
        """Scan together what is due together, and note for each how it went and when it is due again."""
        begun = self.clock.now()
        names = [source.name for source in sources]
        log.info("scan.started", sources=names)
        request = ScanRequest(targets=[source.target for source in sources], now=begun, jobs=self.jobs, resume=True)
        try:
            result = scan(self.home, self._settings or Config(), request, stop=self.stop)
        except ScanStoppedError as error:
            log.info("scan.stopped", sources=names, next=error.hint)
            return
        except KeyrackError as error:
            self._failed_all(sources, begun, error)
            return
        for source in sources:
            self._noted(source, begun, _error(result, source), _spent(result, source))
        for part in (item for item in result.failed if item.parent):
            log.warning("source.part_failed", source=part.target.name, code=part.error.code, detail=str(part.error))
        log.info("scan.finished", run=result.commit.run, scanned=len(result.commit.scanned), resumed=result.resumed,
                 interrupted=result.interrupted, seconds=self._since(begun))  # fmt: skip
        self.state.write(self.home.root)
        self._logs([source for source in sources if source.logs])

    def _failed_all(self, sources: Sequence[Configured], begun: datetime, error: KeyrackError) -> None:
        """A scan that could not be made at all; another process at work is no failure of a source."""
        log.error("scan.failed", code=error.code, detail=str(error), hint=error.hint)
        for source in sources:
            if error.code == "lake.busy":
                self.state.keep(source.name, next_at=begun + timedelta(minutes=1))
            else:
                self._noted(source, begun, error)
                if error.code.startswith(OURS):  # nothing was asked of it, so there is nothing to spare it
                    self.state.keep(source.name, next_at=begun + FIRST_BACKOFF)
        self.state.write(self.home.root)

    def _noted(self, source: Configured, begun: datetime, error: KeyrackError | None, spent: tuple[Spent, ...] = ()) -> None:
        if error is None:
            self.failed.discard(source.name)
            took, again = self._since(begun), self._next(source, begun)
            self.state.keep(
                source.name, begun_at=begun, good_at=self.clock.now(), failures=0, error="", seconds=took, next_at=again,
                spent=spent,
            )  # fmt: skip
            for one in spent:
                log.info("source.spent", source=source.name, **msgspec.to_builtins(one))
            return
        self.failed.add(source.name)
        failures = self.state.of(source.name).failures + 1
        log.error("source.failed", source=source.name, code=error.code, detail=str(error), hint=error.hint, failures=failures)
        again = min(FIRST_BACKOFF * 2 ** min(failures - 1, 12), LONGEST_BACKOFF)
        self.state.keep(source.name, begun_at=begun, failures=failures, error=error.code, next_at=begun + self._later(again))

    def _next(self, source: Configured, begun: datetime) -> datetime:
        when = source.timetable
        due = when.after(begun) if when is not None else begun + LONGEST_BACKOFF
        return (
            begun + self._later(due - begun)
            if isinstance(when, Every)
            else due + self._later(timedelta(minutes=1)) - timedelta(minutes=1)
        )

    def _later(self, distance: timedelta) -> timedelta:
        return distance + min(distance * JITTER, MOST_JITTER) * self.chance()

    def _logs(self, sources: Sequence[Configured]) -> None:
        """Live logs of sources that want them; a log that refuses is said, and asked again next time."""
        for source in sources:
            if self.stop.is_set() or not live(source.target.provider):
                continue
            ask = Ask(word=source.target.provider, options=source.target.options)
            try:
                result = ingest(self.home, IngestRequest(targets=[], asks=[ask], now=self.clock.now()))
                log.info("logs.taken", source=source.name, events=result.events, new=result.new)
            except KeyrackError as error:
                log.error("logs.failed", source=source.name, code=error.code, detail=str(error), hint=error.hint)  # noqa: TRY400

    def _configured(self) -> list[Configured]:
        """What the file has now; while it is broken, what it had."""
        try:
            settings = load(self.config)
            found = configured(settings)
            self._settings = settings
        except UsageError as error:
            if self._settings is None:
                raise
            if str(error) != self._told:  # once for each mistake, not at every look
                log.error("config.broken", code=error.code, detail=str(error))  # noqa: TRY400 - the sentence says it all
            self._told = str(error)
            return configured(self._settings)
        self._told = ""
        self.state.only({source.name for source in found if source.timetable})
        return found

    def _pause(self) -> float:
        """Seconds until the next source is due, and no longer than a look apart."""
        return max(0.5, min((self._first() - self.clock.now()).total_seconds(), LOOK.total_seconds()))

    def _first(self) -> datetime:
        """When the next source is due."""
        times = [past.next_at for past in self.state.sources.values() if past.next_at]
        return min(times, default=self.clock.now() + LOOK)

    def _since(self, begun: datetime) -> float:
        return round((self.clock.now() - begun).total_seconds(), 1)


def _sooner(source: Configured, past: Past, now: datetime) -> bool:
    """Whether the timetable was changed since, to one that is due by now; a source that fails keeps its distance."""
    if source.timetable is None or past.begun_at is None or past.failures:
        return False
    return source.timetable.after(past.begun_at) + MOST_JITTER <= now


def _error(result: ScanResult, source: Configured) -> KeyrackError | None:
    """Why nothing of a source was scanned; one that stood for many has failed when each of them has."""
    failed = [item for item in result.failed if item.target is source.target or (item.parent and item.target.name == source.name)]
    scanned = any(result.commit.sources[name].name == source.name for name in result.commit.scanned)
    return failed[0].error if failed and (not scanned or not failed[0].parent) else None


def _spent(result: ScanResult, source: Configured) -> tuple[Spent, ...]:
    """What a source's part of a scan cost, whatever number of sources it stood for."""
    commit = result.commit
    states = (commit.sources[name] for name in commit.scanned)
    return tuple(together(one for state in states if state.name == source.name for one in state.spent))


__all__ = ["Clock", "Past", "Server", "State"]
