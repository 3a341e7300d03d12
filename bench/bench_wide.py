"""Scan 250,000 identities spread over every system that the estate can serve; then the same scan, killed midway and resumed.

The servers run in this process and share the two cores with the scan, which is the ``keyrack`` command as a user runs it. The
bound: the same bytes fetched and decoded by nobody can be no faster than the servers' own time, so CPU seconds of the scan are
printed beside wall seconds.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.table import show
from keyrack_estate.build import source_tables
from keyrack_estate.systems import Served, System, missing, systems, together

TOTAL = 250_000
SHARES: Mapping[str, float] = {
    "entra": 0.22, "gcp": 0.22, "kubernetes": 0.16, "ldap": 0.16, "openbao": 0.08, "github": 0.08, "postgres": 0.02, "mcp": 0.01,
}  # fmt: skip
"""Part of the identities in each system; one not named here has what is left over, in equal parts."""


@dataclass(frozen=True)
class Ran:
    """One run of the command: seconds, CPU seconds, peak GiB, exit code."""

    wall: float
    cpu: float
    peak: float
    code: int


def main() -> None:
    total = int(os.environ.get("KEYRACK_WIDE", TOTAL))
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as place:
        folder = Path(place)
        with _serving(folder, total) as reached:
            (folder / "keyrack.toml").write_text("\n".join(source_tables(together(reached).sources)))
            whole, calls = _scan(folder, "whole", reached), _calls(reached)
            killed, half = _scan(folder, "killed", reached, kill_after=whole.wall / 2), _calls(reached)
            rest, more = _scan(folder, "killed", reached, "--resume"), _calls(reached)
        found, again = _counts(folder / "whole"), _counts(folder / "killed")
    show(
        ("run", "identities", "wall s", "CPU s", "peak GiB", "calls", "exit"),
        [
            ("whole", sum(found.values()), whole.wall, whole.cpu, whole.peak, sum(calls.values()), whole.code),
            ("killed midway", "-", killed.wall, killed.cpu, killed.peak, sum(half.values()) - sum(calls.values()), killed.code),
            ("resumed", sum(again.values()), rest.wall, rest.cpu, rest.peak, sum(more.values()) - sum(half.values()), rest.code),
        ],
    )
    show(("system", "identities", "calls", "same after resume"), [
        (name, found.get(name, 0), calls.get(name, "-"), "yes" if found.get(name) == again.get(name) else again.get(name))
        for name in sorted({*found, *calls})
    ])  # fmt: skip


@contextlib.contextmanager
def _serving(folder: Path, total: int) -> Iterator[dict[str, Served]]:
    """Every system with its share, by name; one that this machine cannot serve is named and left out."""
    now = datetime.now(UTC).replace(microsecond=0)
    able: list[System] = []
    for system in systems():
        if reason := missing(system):
            sys.stderr.write(f"without {system.name}: {reason}\n")
        else:
            able.append(system)
    others = [system.name for system in able if system.name not in SHARES]
    left = max(0.0, 1 - sum(SHARES.get(system.name, 0) for system in able)) / max(1, len(others))
    with contextlib.ExitStack() as stack:
        found = {}
        for system in able:
            place = folder / "systems" / system.name
            place.mkdir(parents=True)
            start = time.perf_counter()
            state = system.bulk(round(total * SHARES.get(system.name, left)), 7, now)
            found[system.name] = stack.enter_context(system.serve(state, place))
            sys.stderr.write(f"{system.name} made and served in {time.perf_counter() - start:.0f} s\n")
        yield found


def _scan(folder: Path, home: str, reached: Mapping[str, Served], *words: str, kill_after: float | None = None) -> Ran:
    """Run the command; ``kill_after`` seconds it is killed, as by the kernel."""
    environment = {**os.environ, **together(reached).environment, "KEYRACK_HOME": str(folder / home)}
    command = [str(Path(sys.executable).with_name("keyrack")), "scan", "--config", "keyrack.toml", "--format", "json", *words]
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    with (folder / f"{home}.json").open("wb") as out:
        run = subprocess.Popen(command, cwd=folder, env=environment, stdout=out)
        peak = _watched(run, kill_after)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Ran(time.perf_counter() - start, cpu, peak, run.returncode)


def _watched(run: subprocess.Popen[bytes], kill_after: float | None) -> float:
    """Peak resident GiB of the process and its children together, looked at ten times a second until it ends."""
    most, start = 0, time.perf_counter()
    while run.poll() is None:
        if kill_after and time.perf_counter() - start > kill_after:
            run.send_signal(signal.SIGKILL)
        most = max(most, _resident(run.pid))
        time.sleep(0.1)
    return most / 2**30


def _resident(pid: int) -> int:
    """Resident bytes of a process and all below it; 0 for one that is gone (proc(5))."""
    try:
        own = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        below = [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
    except (OSError, IndexError):
        return 0
    return own + sum(map(_resident, below))


def _calls(reached: Mapping[str, Served]) -> dict[str, int]:
    return {name: one.calls.total() for name, one in reached.items() if one.calls is not None}


def _counts(home: Path) -> dict[str, int]:
    """Identities of each provider in the inventory."""
    command = [str(Path(sys.executable).with_name("keyrack")), "inventory", "--format", "jsonl"]
    listed = subprocess.run(command, env={**os.environ, "KEYRACK_HOME": str(home)}, check=True, capture_output=True)
    counts: dict[str, int] = {}
    for line in listed.stdout.splitlines():
        name = json.loads(line)["provider"]
        counts[name] = counts.get(name, 0) + 1
    return counts


if __name__ == "__main__":
    main()
