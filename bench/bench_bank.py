"""Evaluate every rule on a made-up bank: 42 k, 420 k and 4.2 M identities. Promise: 60 s, 8 GB, growth at most linear.

Each size runs in its own process. The bound is a bare DuckDB pass over the same Parquet files that touches every value.
"""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bench.table import peak_gib, show

SIZES = (42_000, 420_000, 4_200_000)
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
MEMORY = "6GB"
"""DuckDB's own limit; the process stays under 8 GB."""


def main() -> None:
    rows = [run_apart(size) for size in SIZES]
    base = rows[0]
    head = ("identities", "rows", "load s", "bare scan s", "merge s", "rules s", "judge s", "total s")
    head += ("vs scan", "growth", "peak GB", "findings")
    table = []
    for row in rows:
        growth = (row["total"] / base["total"]) / (row["identities"] / base["identities"])
        table.append(
            (row["identities"], row["rows"], row["load"], row["scan"], row["merge"], row["rules"], row["judge"], row["total"],
             row["total"] / row["scan"], growth, row["peak"], row["findings"])
        )  # fmt: skip
    show(head, table)
    print("growth: time per identity against the smallest size; 1.00 is linear. slowest rules at the largest size:")
    show(("rule", "seconds"), rows[-1]["slowest"])


def run_apart(size: int) -> dict[str, float]:
    """Measure one size in a fresh process."""
    done = subprocess.run([sys.executable, "-m", "bench.bench_bank", str(size)], check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def measure(size: int) -> dict[str, object]:
    """Write the estate, then evaluate it stage by stage; peak memory is of the evaluation."""
    import os

    os.environ.setdefault("KEYRACK_MEMORY", MEMORY)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "bench.bench_bank", "load", str(size), folder], check=True)
        load = time.perf_counter() - start
        return {"identities": size, "load": load, **_evaluate(Path(folder))}


def load(size: int, folder: str) -> None:
    """Write the estate into a lake."""
    from keyrack_estate.bulk.sizes import write

    write(Path(folder) / "lake", size, 7, NOW)


def _evaluate(folder: Path) -> dict[str, object]:
    from keyrack.inventory import Facts
    from keyrack.lake import Lake
    from keyrack.lake.engines.duckdb import attach, connect
    from keyrack.posture import judge
    from keyrack.records import OBSERVED
    from keyrack.rules import builtin, prepare
    from keyrack.rules.evaluate import _TABLE, keep_one, run_rule

    lake = Lake(folder / "lake")
    head = lake.head()
    assert head is not None
    connection = connect(folder / "scratch")
    attach(connection, lake, head.sources.values())
    marks = [time.perf_counter()]
    for record in OBSERVED:
        connection.execute(f"SELECT sum(hash(t)) FROM raw_{record.table} t").fetchall()
    marks.append(time.perf_counter())
    prepare(connection, Facts(now=NOW))
    marks.append(time.perf_counter())
    connection.execute(_TABLE)
    slowest = []
    for rule in builtin():
        start = time.perf_counter()
        run_rule(connection, rule)
        slowest.append((rule.id, time.perf_counter() - start))
    keep_one(connection)
    marks.append(time.perf_counter())
    judge(connection, builtin(), [], None)
    marks.append(time.perf_counter())
    findings = connection.execute("SELECT count(*) FROM findings").fetchone()
    scan, merge, rules, judged = (later - earlier for earlier, later in itertools.pairwise(marks))
    return {
        "rows": sum(sum(s.tables.values()) for s in head.sources.values()),
        "scan": scan,
        "merge": merge,
        "rules": rules,
        "judge": judged,
        "total": merge + rules + judged,
        "peak": peak_gib(),
        "findings": findings[0] if findings else 0,
        "slowest": sorted(slowest, key=lambda item: -item[1])[:12],
    }


if __name__ == "__main__":
    if sys.argv[1] == "load":
        load(int(sys.argv[2]), sys.argv[3])
    else:
        print(json.dumps(measure(int(sys.argv[1]))))
