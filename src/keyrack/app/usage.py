"""Ingest: logs become events in the lake, each once, in steps that a crash cannot tear."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import forkserver, get_context
from typing import cast

from ulid import ULID

from keyrack.app.home import Home
from keyrack.app.usage_inputs import Input, inputs
from keyrack.app.usage_worker import Done, Refused, Share, Task, prepare, run
from keyrack.errors import KeyrackError, UsageError
from keyrack.lake.engines.duckdb import connect
from keyrack.lake.event_store import EventStore
from keyrack.lake.journal import Rejected
from keyrack.sdk import Progress, Silent
from keyrack.sdk.usage import LiveLog, UsageLog, live, load, logs

SHARE_BYTES = 8 << 20
"""Bytes of files in one task: about 60,000 CloudTrail events when compressed."""

ALONE_BYTES = 4 << 20
"""Up to this much work a second process costs more than it brings."""

COMMIT_ROWS = 1_000_000
"""Events between two commits: what a crash may cost at most is reading these again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A live log, or all of a provider, and the options to ask with."""

    word: str
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestRequest:
    """What to ingest.

    Attributes:
        targets: paths, ``s3://`` URLs, or a provider with a live log (``aws``).
        asks: live logs with options of their own, as configured sources have them.
        log: take every file for that log; ``None``: each is recognised by its content.
        scope: whose log it is, where a log does not say (the name of a cluster).
        options: of the live logs among ``targets``, e.g. ``region``.
    """

    targets: Sequence[str]
    now: datetime
    asks: Sequence[Ask] = ()
    log: str | None = None
    scope: str | None = None
    options: dict[str, str] = field(default_factory=dict)
    processes: int = 0


@dataclass(slots=True)
class IngestResult:
    """What became of it. ``known`` are files taken before and unchanged since."""

    files: int = 0
    known: int = 0
    events: int = 0
    new: int = 0
    unmapped: int = 0
    denied: int = 0
    quarantined: list[Rejected] = field(default_factory=list)
    problems: Counter[str] = field(default_factory=Counter)
    by_source: Counter[str] = field(default_factory=Counter)

    @property
    def duplicates(self) -> int:
        """Events read that were there already, or twice."""
        return self.events - self.new


def ingest(home: Home, request: IngestRequest, progress: Progress | None = None) -> IngestResult:
    """Take in logs. Repeats, overlaps and late files change nothing; bad files are set aside and the rest go on.

    Raises:
        UsageError: a target does not exist, or a log of that name.
        KeyrackError: the home is unusable, another ingest is running, or a live log cannot be asked.
    """
    home.prepare()
    observer = progress or Silent()
    if request.log:
        load(request.log)
    asks = [*(Ask(word=word, options=request.options) for word in request.targets if live(word)), *request.asks]
    found = [item for target in request.targets if not live(target) for item in inputs(target, skips=_skips)]
    if _processes(request, found) > 1:
        _start_server()  # it imports while this process opens the lake
    store = EventStore(home.lake, connect(home.scratch), request.now)
    with store.journal.lock():
        store.open()
        step = _Step(store, request)
        _files(step, list(dict.fromkeys(found)), observer)
        try:
            for ask in asks:
                _ask(step, ask, observer)
        finally:
            step.commit()  # what a live log gave before it refused is kept, and its cursor with it
        store.close()
        return step.result


class _Step:
    """What was read since the last commit, and the sum of it all."""

    def __init__(self, store: EventStore, request: IngestRequest) -> None:
        self.store = store
        self.request = request
        self.result = IngestResult()
        self.pending = Done()
        self.cursors: dict[str, str] = {}

    def add(self, done: Done) -> None:
        """Add a task's outcome; commits when enough has come together."""
        pending = self.pending
        pending.written += done.written
        pending.taken += done.taken
        pending.refused += done.refused
        pending.problems = dict(Counter(pending.problems) + Counter(done.problems))
        for credential, told in done.sessions.items():
            pending.sessions[credential] = max(pending.sessions.get(credential, (0, "")), told)
        if sum(file.rows for file in pending.written) >= COMMIT_ROWS:
            self.commit()

    def commit(self) -> None:
        """Put what is pending in force."""
        pending, self.pending = self.pending, Done()
        cursors, self.cursors = self.cursors, {}
        rejected = [_rejected(item, self.request.now) for item in pending.refused]
        if not (pending.written or pending.taken or rejected or cursors):
            return
        files = Counter(item.source for item in pending.taken)
        parts = self.store.commit(
            pending.written,
            taken=[(item.file.key, item.file.size, item.file.stamp, item.events) for item in pending.taken],
            sessions=pending.sessions,
            rejected=rejected,
            cursors=cursors,
            files=files,
            problems=pending.problems,
        )
        result = self.result
        result.files += len(pending.taken) + len(rejected)
        result.events += sum(file.rows for file in pending.written)
        result.new += sum(part.rows for part in parts)
        result.unmapped += sum(span.unmapped for part in parts for span in part.spans)
        result.denied += sum(span.denied for part in parts for span in part.spans)
        result.quarantined += rejected
        result.problems.update(pending.problems)
        for part in parts:
            result.by_source[part.source] += part.rows


def _files(step: _Step, found: list[Input], progress: Progress) -> None:
    fresh = step.store.unknown([(item.key, item.size, item.stamp) for item in found])
    rejected = step.store.state.rejected
    still = [rejected[item.key] for item in found if item.key in rejected and item.key not in fresh]
    step.result.quarantined += still
    step.result.known = len(found) - len(fresh) - len(still)
    pending = [item for item in found if item.key in fresh]
    stem = str(ULID())
    tasks = [
        Task(
            root=str(step.store.journal.root),
            stem=f"{stem}-{number}",
            files=files,
            log=step.request.log,
            scope=step.request.scope,
        )
        for number, files in enumerate(_shares(pending))
    ]
    done = 0
    for outcome in _run(tasks, _processes(step.request, pending)):
        step.add(outcome)
        done += len(outcome.taken) + len(outcome.refused)
        progress.update("reading logs", done, len(pending))


def _processes(request: IngestRequest, pending: list[Input]) -> int:
    if request.processes:
        return request.processes
    return 1 if sum(item.size for item in pending) <= ALONE_BYTES else os.cpu_count() or 1


def _shares(pending: list[Input]) -> Iterator[list[Input]]:
    """Neighbours in time together, so that a task's events fall on few days."""
    share: list[Input] = []
    size = 0
    for item in pending:
        if share and size + item.size > SHARE_BYTES:
            yield share
            share, size = [], 0
        share.append(item)
        size += item.size
    if share:
        yield share


def _run(tasks: list[Task], processes: int) -> Iterator[Done]:
    """Outcomes as they come; at most a few tasks wait, so that a long list costs no memory."""
    if processes == 1 or len(tasks) < 2:
        yield from map(run, tasks)
        return
    waiting: set[Future[Done]] = set()
    _start_server()
    with ProcessPoolExecutor(processes, mp_context=get_context("forkserver"), initializer=prepare) as pool:
        queue = iter(tasks)
        try:
            for task in queue:
                waiting.add(pool.submit(run, task))
                if len(waiting) < 2 * processes:
                    continue
                finished, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in finished)
            while waiting:
                finished, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in finished)
        except BrokenProcessPool as error:
            raise KeyrackError(
                "usage.worker",
                "a reading process died (out of memory?)",
                hint="run it again: what was committed stays",
                retry="later",
            ) from error


def _start_server() -> None:
    """Start the process that reading processes are forked from, if it does not run yet."""
    get_context("forkserver").set_forkserver_preload(["keyrack.app.usage_imports"])
    forkserver.ensure_running()


def _ask(step: _Step, ask: Ask, progress: Progress) -> None:
    """Every live log a word means; what one gave before another refuses is kept."""
    names = live(ask.word)
    if not names:
        known = ", ".join(name for name, log in logs().items() if isinstance(log, LiveLog))
        raise UsageError("usage.live", f"{ask.word} has no log that can be asked for", hint=f"live logs: {known}")
    refused: list[KeyrackError] = []
    for name in names:
        log = load(name)
        if isinstance(log, LiveLog):
            try:
                _pages(step, log, {key: ask.options[key] for key in log.reads if ask.options.get(key)}, progress)
            except KeyrackError as error:
                refused.append(error)
    if refused:
        raise refused[0]


def _pages(step: _Step, log: LiveLog, options: dict[str, str], progress: Progress) -> None:
    """A live log page by page; its cursor is kept with the events it stands for, so a crash asks for no gap."""
    reader = cast("UsageLog", log)
    place = f"{reader.name} {' '.join(f'{k}={v}' for k, v in sorted(options.items()))}".strip()
    cursor = step.store.state.cursors.get(place)
    stem = str(ULID())
    for number, page in enumerate(log.pages(cursor, now=step.request.now, options=options)):
        share = Share(step.store.journal.root, f"{stem}-{number}", step.request.scope)
        reader.read(page.raw, share.rows(reader))
        step.cursors[place] = page.cursor
        step.add(share.close())
        progress.update(f"asking {reader.title}", number + 1)
        if number % 50 == 49:
            step.commit()


def _skips(name: str) -> bool:
    return any(log.skips(name) for log in logs().values())


def _rejected(item: Refused, now: datetime) -> Rejected:
    file = item.file
    return Rejected(
        key=file.key, source=item.source, size=file.size, stamp=file.stamp, code=item.code, reason=item.reason, at=now
    )
