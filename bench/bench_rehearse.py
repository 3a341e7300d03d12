"""Rehearsal of a thousand right-sized identities against twenty million events: at most 60 s, right-sizing included."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.bench_used import IDENTITIES, connect, question
from bench.table import show
from bench.usage_lake import DAYS, START, attach, write
from keyrack.app.evidence import Evidence
from keyrack.app.governing import governing
from keyrack.app.rehearse import rehearse, stage
from keyrack.app.wishes import rightsized
from keyrack.evidence.judge import Limits
from keyrack.evidence.used import prepare

EVENTS = 20_000_000
CHOSEN = 1_000


def main() -> None:
    """Print seconds by step and the verdicts."""
    with tempfile.TemporaryDirectory() as name:
        log, granted = write(Path(name), EVENTS, IDENTITIES)
        connection = connect(Path(name))
        attach(connection, log, granted)
        asked = question(connection, granted)
        now = datetime.fromisoformat(START).replace(tzinfo=UTC) + timedelta(days=DAYS)
        evidence = Evidence(connection, asked.window, asked.window.since, now, chosen=False)
        marks = [("start", time.perf_counter())]
        prepare(connection, asked)
        marks.append(("granted against used, of all", time.perf_counter()))
        uids = [uid for (uid,) in connection.execute(f"SELECT uid FROM identities ORDER BY uid LIMIT {CHOSEN}").fetchall()]
        scene = stage(evidence, None, uids, now)
        proposal = rightsized(evidence, governing(connection), uids)
        marks.append(("right-sizing", time.perf_counter()))
        found = rehearse(scene, proposal, Limits())
        marks.append(("rehearsal", time.perf_counter()))
        rows: list[tuple[str, float | str]] = [
            (title, moment - before) for (title, moment), (_, before) in zip(marks[1:], marks, strict=False)
        ]
        rows += [
            ("total (at most 60)", marks[-1][1] - marks[0][1]),
            ("verdicts", str(dict(Counter(one.verdict for one in found)))),
        ]
        show(("what", f"{CHOSEN:,} of {IDENTITIES:,} identities, {EVENTS:,} events"), rows)
