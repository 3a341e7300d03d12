"""Scan: look at every target, judge what is in force, make it visible in one commit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from keyrack.app.config import Config
from keyrack.app.evaluation import evaluate_run
from keyrack.app.home import Home
from keyrack.errors import KeyrackError, NothingScannedError
from keyrack.lake import Commit, RunWriter
from keyrack.records import Gap
from keyrack.sdk import Context, Progress, Provider, Silent, Source, Target, gap, registry

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRequest:
    """What to scan and how."""

    targets: Sequence[Target]
    now: datetime
    verify: bool = False


@dataclass(slots=True)
class ScanResult:
    """The commit, and the targets that could not be looked at at all."""

    commit: Commit
    failed: list[KeyrackError] = field(default_factory=list)


def scan(home: Home, config: Config, request: ScanRequest, progress: Progress | None = None) -> ScanResult:
    """Run the main job.

    One failing target never hides the others: it becomes an error in the result. A crash at any moment leaves the
    previous commit in force.

    Raises:
        NothingScannedError: no target could be looked at.
        KeyrackError: the home is unusable, or a rule is broken.
    """
    home.prepare()
    observer = progress or Silent()
    ctx = Context(
        now=request.now, fingerprint=home.fingerprinter(), progress=observer, verify=request.verify, cache=home.root / "cache"
    )
    lake = home.lake
    with lake.lock():
        lake.sweep()
        run = RunWriter(lake, request.now)
        failed = [error for target in request.targets if (error := _scan_target(run, target, ctx)) is not None]
        if not run.sources:
            first = failed[0] if failed else NothingScannedError("scan.nothing", "there was nothing to scan")
            raise NothingScannedError(first.code, str(first), hint=first.hint)
        evaluate_run(home, config, run, observer)
        return ScanResult(run.commit(), failed)


def _scan_target(run: RunWriter, target: Target, ctx: Context) -> KeyrackError | None:
    """Scan one target into the run; returns the error when it could not even be named."""
    provider = registry.load(target.provider)
    try:
        source = provider.source(target, ctx)
    except KeyrackError as error:
        return error
    if source.id in run.sources:
        return KeyrackError(
            "source.twice",
            f"{target.location or target.provider} is called {source.id}, like another target of this scan",
            hint="scan it with its own --home, or give the repository an `origin` remote",
        )
    _collect(run, provider, source, target, ctx)
    return None


def _collect(run: RunWriter, provider: Provider, source: Source, target: Target, ctx: Context) -> None:
    with run.source(source.id) as writer:
        try:
            for count, record in enumerate(provider.discover(target, ctx), start=1):
                writer.add(record)
                if count % 500 == 0:
                    ctx.progress.update(source.title, count)
        except KeyrackError as error:
            writer.add(_interrupted(provider, source, str(error), error.hint))
        except Exception as error:  # noqa: BLE001 - one provider's defect must not end the scan; the hole is named
            log.error(  # noqa: TRY400 - a traceback may quote a secret
                "provider.failed", provider=target.provider, error=type(error).__name__, at=_where(error)
            )
            writer.add(_interrupted(provider, source, f"the provider stopped on an unexpected {type(error).__name__}", ""))
    run.finish(source.id, writer, title=source.title, provider=target.provider, location=target.location)


def _interrupted(provider: Provider, source: Source, detail: str, hint: str) -> Gap:
    capability = provider.manifest.capabilities[0].name
    return gap(capability, source.id, "truncated", detail, hint=hint or "run again; if it persists, report it as a bug")


def _where(error: BaseException) -> str:
    """File and line of the failure; the message itself is left out, for it may quote a secret."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
