"""Scan: look at every target, several at a time, judge what is in force, make it visible in one commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event

from keyrack.app.config import Config
from keyrack.app.crew import Crew, StoppedError
from keyrack.app.evaluation import evaluate_run
from keyrack.app.home import Home
from keyrack.app.scan_ready import ready
from keyrack.app.sources_run import Collector, Look, NotScanned
from keyrack.app.sources_wish import wish_of
from keyrack.errors import KeyrackError, NothingScannedError
from keyrack.lake import Commit, RunWriter, Unseen, Whole
from keyrack.sdk import Context, Progress, Silent, Target

JOBS = 4
"""Sources scanned at a time; each keeps the rate limits of its own system."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRequest:
    """What to scan and how. ``resume``: take over what a dead scan of the last day had whole, instead of asking again."""

    targets: Sequence[Target]
    now: datetime
    verify: bool = False
    jobs: int = JOBS
    resume: bool = False


@dataclass(slots=True)
class ScanResult:
    """The commit, the targets that could not be looked at at all, and the sources taken over from a dead scan.

    ``interrupted`` are sources whose provider gave up midway: what it saw is there, and a Gap says the rest is not.
    """

    commit: Commit
    failed: list[NotScanned] = field(default_factory=list)
    resumed: list[str] = field(default_factory=list)
    interrupted: list[str] = field(default_factory=list)


class ScanStoppedError(KeyrackError):
    """The scan was told to stop; nothing was committed."""


def scan(
    home: Home, config: Config, request: ScanRequest, progress: Progress | None = None, stop: Event | None = None
) -> ScanResult:
    """Run the main job.

    One failing target never hides the others: it becomes an error in the result. A crash at any moment leaves the
    previous commit in force, and what was whole by then can be resumed. ``stop`` ends it early, as does Ctrl-C.

    Raises:
        NothingScannedError: no target could be looked at.
        ScanStoppedError: it was stopped.
        KeyrackError: the home is unusable, or a rule is broken; both before any source is asked.
    """
    home.prepare()
    ready(home, config, request.now)
    observer = progress or Silent()
    ctx = Context(
        now=request.now, fingerprint=home.fingerprinter(), progress=observer, verify=request.verify, cache=home.root / "cache"
    )
    lake = home.lake
    with lake.lock():
        lake.sweep(request.now)
        kept = _kept(home, request) if request.resume else {}
        run = RunWriter(lake, request.now, request.jobs)
        collector = Collector(run, ctx, Crew(request.jobs, stop or Event()), kept)
        try:
            result = _whole(home, config, request, collector)
        except StoppedError:
            raise ScanStoppedError("scan.stopped", "the scan was stopped; nothing was committed", hint=_later(run)) from None
        except KeyboardInterrupt:
            raise KeyboardInterrupt(_later(run)) from None
        lake.sweep(request.now)
        return result


def _whole(home: Home, config: Config, request: ScanRequest, collector: Collector) -> ScanResult:
    run, observer = collector.run, collector.ctx.progress
    looks, failed = collector.named(request.targets)
    _forget(run, looks, failed)
    collector.collect(looks)
    if not run.sources:
        first = failed[0].error if failed else NothingScannedError("scan.nothing", "there was nothing to scan")
        raise NothingScannedError(first.code, str(first), hint=first.hint)
    run.unseen = tuple(
        Unseen(target=_called(item.target), code=item.error.code, detail=str(item.error), hint=item.error.hint or "")
        for item in failed
    )
    evaluate_run(home, config, run, observer)
    resumed = sorted(look.id for look in looks if look.whole)
    return ScanResult(run.commit(), failed, resumed, sorted(collector.interrupted))


def unfinished(home: Home, targets: Sequence[Target], now: datetime, *, verify: bool = False) -> list[str]:
    """Sources of these targets that a dead scan of the last day had whole; their ids.

    Raises:
        KeyrackError: the lake is damaged.
    """
    wishes = {wish_of(target, verify=verify) for target in targets}
    return sorted({whole.source for whole in home.lake.unfinished(now) if whole.wish in wishes or whole.state.parent in wishes})


def _kept(home: Home, request: ScanRequest) -> Mapping[str, Whole]:
    """What dead scans had whole, by wish; the newest of each."""
    return {whole.wish: whole for whole in home.lake.unfinished(request.now) if whole.wish}


def _forget(run: RunWriter, looks: Sequence[Look], failed: Sequence[NotScanned]) -> None:
    """Let go of sources whose parent, seen whole, no longer has them: a closed account is no account."""
    unsure = {item.parent for item in failed} | {look.parent for look in looks if look.gaps}
    parents = {look.parent for look in looks if look.parent} - unsure
    known = {look.id for look in looks}
    run.forgotten |= {source for source, state in run.in_force().items() if state.parent in parents and source not in known}


def _called(target: Target) -> str:
    """A target as its configuration calls it."""
    return target.name or " ".join(filter(None, (target.provider, target.location)))


def _later(run: RunWriter) -> str:
    return f"`keyrack scan --resume` keeps the {len(run.sources)} sources that are whole" if run.sources else ""
