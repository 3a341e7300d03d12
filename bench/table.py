"""A plain table on stdout, and how a command is measured."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence


def show(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under a head, columns aligned."""
    cells = [list(map(str, head)), *[[_cell(value) for value in row] for row in rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    for row in cells:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip(), flush=True)


def median_seconds(command: Sequence[str], repeats: int = 9) -> float:
    """Median wall time of a command in seconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def peak_gib(who: int = resource.RUSAGE_SELF) -> float:
    """Peak resident memory of this process (or its children) in GiB."""
    return resource.getrusage(who).ru_maxrss / 2**20


def python(code: str) -> list[str]:
    """Command that runs a snippet in this interpreter."""
    return [sys.executable, "-c", code]


def _cell(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)
