"""Take sources out of the inventory: a new run without them, in one commit; every earlier run keeps them (ADR 16)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from keyrack.app.config import Config
from keyrack.app.evaluation import evaluate_run
from keyrack.app.home import Home
from keyrack.app.scan_ready import ready
from keyrack.errors import UsageError
from keyrack.lake import Commit, RunWriter
from keyrack.sdk import Progress, Silent


def in_force_of(home: Home, name: str) -> list[str]:
    """Sources in force that a scan of the configured source ``name`` brought; their ids.

    Raises:
        KeyrackError: the lake is damaged.
    """
    head = home.lake.head()
    return sorted(source for source, state in head.sources.items() if state.name == name) if head else []


def forget(home: Home, config: Config, sources: Sequence[str], now: datetime, progress: Progress | None = None) -> Commit:
    """Judge what is in force without ``sources``, and make that visible. Nothing is asked of any system, nothing is deleted.

    Raises:
        UsageError: one of them is not in force, or the configuration is broken.
        KeyrackError: another scan holds the home (``lake.busy``), or a rule is broken.
    """
    home.prepare()
    ready(home, config, now)
    lake = home.lake
    with lake.lock():
        head = lake.head()
        known = head.sources if head else {}
        if unknown := [source for source in sources if source not in known]:
            raise UsageError("sources.unknown", f"no source {unknown[0]!r} is in force", hint="`keyrack sources` lists them")
        run = RunWriter(lake, now)
        run.forgotten |= set(sources)
        evaluate_run(home, config, run, progress or Silent(), unwatched=sources)
        commit = run.commit()
        lake.sweep(now)
        return commit
