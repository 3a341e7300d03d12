"""Granted against used, beside a plain DuckDB join of the same tables.

The plain join counts allowed calls of each granted (identity, action). Ours also aggregates by resource, grades every
verdict by what the logs cover, and sums up by service and identity. ``KEYRACK_BENCH_EVENTS`` (default 20,000,000) chooses
the size; with 200,000,000 the memory limit of 8 GB is what is tested (``KEYRACK_BENCH_PLAIN=0`` leaves the join out).
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from bench.table import peak_gib, show
from bench.usage_lake import DAYS, START, attach, write
from keyrack.evidence.used import Action, Log, Question, Window, prepare

IDENTITIES = 50_000
PLAIN = """
CREATE OR REPLACE TABLE plain AS
SELECT g.identity_uid, g.action, count(e."at") AS times, max(e."at") AS last_at
FROM '{granted}' g LEFT JOIN (
  SELECT identity_uid, unnest(actions) AS action, "at" FROM '{log}' WHERE outcome <> 'denied'
) e USING (identity_uid, action)
GROUP BY g.identity_uid, g.action
"""


def question(connection: duckdb.DuckDBPyConnection, granted: Path) -> Question:
    """Every action of the bench, over the whole window."""
    names = [name for (name,) in connection.execute(f"SELECT DISTINCT action FROM '{granted}' ORDER BY 1").fetchall()]
    actions = tuple(Action("aws-iam", name, name.partition(":")[0], "write", "always") for name in names)
    since = datetime.fromisoformat(START).replace(tzinfo=UTC)
    return Question(Window(since, since + timedelta(days=DAYS)), actions, (Log("aws-iam", "aws:cloudtrail", "CloudTrail"),))


def connect(folder: Path) -> duckdb.DuckDBPyConnection:
    """As the lake's engine connects, within 6 GB, so that the process stays under 8."""
    return duckdb.connect(config={"memory_limit": "6GB", "temp_directory": str(folder / "spill")})


def main() -> None:
    """Print seconds, ratio and peak memory."""
    events = int(os.environ.get("KEYRACK_BENCH_EVENTS", "20000000"))
    repeats = 5 if events <= 50_000_000 else 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log, granted = write(folder, events, IDENTITIES)
        plain, ours = [], []
        for _ in range(repeats):
            if os.environ.get("KEYRACK_BENCH_PLAIN") != "0":
                plain.append(_timed(folder, lambda connection: connection.execute(PLAIN.format(log=log, granted=granted))))
            ours.append(_ours(folder, log, granted))
        mine = statistics.median(ours)
        rows: list[tuple[str, float | str]] = [("granted against used", mine)]
        if plain:
            rows += [("plain join", statistics.median(plain)), ("ratio (at most 2)", mine / statistics.median(plain))]
        show(("what", f"{events:,} events, {IDENTITIES:,} identities"), [*rows, ("peak GiB", peak_gib())])


def _ours(folder: Path, log: Path, granted: Path) -> float:
    connection = connect(folder)
    attach(connection, log, granted)
    asked = question(connection, granted)
    start = time.perf_counter()
    prepare(connection, asked)
    seconds = time.perf_counter() - start
    used = connection.execute("SELECT sum(used) FROM evidence_identities").fetchall()[0][0]
    assert used
    connection.close()
    return seconds


def _timed(folder: Path, run: Callable[[duckdb.DuckDBPyConnection], object]) -> float:
    connection = connect(folder)
    start = time.perf_counter()
    run(connection)
    seconds = time.perf_counter() - start
    connection.close()
    return seconds
