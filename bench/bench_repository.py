"""Scan a repository of 6,000 commits: Keyrack, the bare Kingfisher engine, gitleaks and detect-secrets, each in its own process.

Promise: at most 15 % over the bare engine, which here reads the same history with its own git reader and only counts its
matches. CPU seconds include child processes; they tell the work on a busy machine, wall seconds tell the waiting.
"""

from __future__ import annotations

import json
import os
import random
import re
import resource
import statistics
import string
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.table import python, show
from keyrack.sdk.checksums import digits

COMMITS, FILES, REPEATS = 6_000, 400, 3
KEY = b"k" * 32
ALNUM = string.ascii_letters + string.digits

BARE = """
import sys, warnings
warnings.simplefilter("ignore")
from kingfisher_sdk import DetectionScanner, GitScope, Rules, git_inputs
scanner = DetectionScanner(Rules())
found = set()
for result in scanner.scan_inputs(git_inputs(sys.argv[1], scope=GitScope(refs=None))):
    found |= {f.secret for f in result.findings}
sys.stdout.write("\\0".join(found))
"""
OURS = """
import sys
from datetime import UTC, datetime
from keyrack.providers.repository import provider
from keyrack.records import Credential
from keyrack.sdk import Context, Fingerprinter, Target
ctx = Context(now=datetime.now(UTC), fingerprint=Fingerprinter(b"k" * 32))
records = provider.discover(Target("repository", sys.argv[1]), ctx)
sys.stdout.write("\\0".join(str(r.fingerprint) for r in records if isinstance(r, Credential)))
"""


@dataclass
class Measured:
    """Median times of one tool, peak memory of its largest process, and what it printed."""

    wall: float
    cpu: float
    peak: float
    output: str


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        repository = Path(folder) / "repository"
        planted = build(repository)
        report = Path(folder) / "gitleaks.json"
        tool = Path(sys.executable).parent
        leaks = [str(tool / "gitleaks"), "git", "--no-banner", "--exit-code=0", "--log-level=error", "--log-opts=--all"]
        commands = {
            "kingfisher, bare": [*python(BARE), str(repository)],
            "keyrack": [*python(OURS), str(repository)],
            "gitleaks": [*leaks, f"--report-path={report}", str(repository)],
            "detect-secrets, HEAD only": [str(tool / "detect-secrets"), "-C", str(repository), "scan"],
        }
        found = measure(commands)
        leaked = {entry["Secret"] for entry in json.loads(report.read_text())}
    show_all(found, planted, leaked)


def show_all(found: dict[str, Measured], planted: list[str], leaked: set[str]) -> None:
    """The table: times, memory, planted secrets found and other reports (distinct values; places for detect-secrets)."""
    ours = set(found["keyrack"].output.split("\0"))
    engine = set(found["kingfisher, bare"].output.split("\0"))
    places = sum(map(len, json.loads(found["detect-secrets, HEAD only"].output)["results"].values()))
    hits = {
        "kingfisher, bare": _score(planted, engine),
        "keyrack": _fingerprints(planted, ours),
        "gitleaks": _score(planted, leaked),
        "detect-secrets, HEAD only": f"{places} places, values not shown",
    }
    rows = [(name, m.wall, m.cpu, m.peak, hits[name]) for name, m in found.items()]
    mine, bare = found["keyrack"], found["kingfisher, bare"]
    rows.append(("keyrack / bare", mine.wall / bare.wall, mine.cpu / bare.cpu, mine.peak / bare.peak, "promise: at most 1.15"))
    show(("scanner", "wall s", "cpu s", "peak MB", f"of {len(planted)} planted / others"), rows)


def _score(planted: list[str], values: set[str]) -> str:
    """A planted value counts when a report shows it whole, alone or inside its surroundings."""
    everything = "\n".join(values)
    seen = {value for value in planted if value in everything}
    ids = re.compile("AKIA[A-Z2-7]{16}")  # the public half of a planted pair
    loose = [value for value in values if value and not ids.fullmatch(value)]
    others = [value for value in loose if not any(value in plant or plant in value for plant in planted)]
    return f"{len(seen)} / {len(others)}"


def _fingerprints(planted: list[str], values: set[str]) -> str:
    from keyrack.sdk import Fingerprinter, Secret

    known = {Fingerprinter(KEY).of(Secret(value)) for value in planted}
    return f"{len(known & values)} / {len(values - known)}"


def measure(commands: dict[str, list[str]]) -> dict[str, Measured]:
    """Run the tools in turn, ``REPEATS`` times, so that a busy moment meets all of them; the first round warms caches up.

    detect-secrets, many times slower, runs once.
    """
    runs: dict[str, list[Measured]] = {name: [] for name in commands}
    for turn in range(REPEATS + 1):
        for name, command in commands.items():
            once = name.startswith("detect-secrets")
            if turn and not (once and runs[name]):
                runs[name].append(_run(command))
            elif not once:
                _run(command)
    return {
        name: Measured(statistics.median(r.wall for r in of), statistics.median(r.cpu for r in of), of[0].peak, of[0].output)
        for name, of in runs.items()
    }


def _run(command: list[str]) -> Measured:
    """One run; the child's and its children's CPU time and peak memory come from ``wait4`` (a process tree's largest member)."""
    start = time.perf_counter()
    with tempfile.TemporaryFile() as output, subprocess.Popen(command, stdout=output, stderr=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - start
        output.seek(0)
        text = output.read().decode("utf-8", "replace")
    if process.returncode != 0:
        sys.exit(f"{command[0]} failed with {process.returncode}")
    return Measured(wall, usage.ru_utime + usage.ru_stime, _megabytes(usage), text)


def _megabytes(usage: resource.struct_rusage) -> float:
    return usage.ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)


def build(repository: Path) -> list[str]:
    """A history of Python's own library being edited, with secrets coming and going; returns the planted values."""
    source = random.Random(20)
    texts = sorted(
        p for p in Path(os.__file__).parent.rglob("*.py") if 2_000 < p.stat().st_size < 40_000 and "test" not in str(p)
    )
    files = {f"lib/{i % 13}/{p.name}": p.read_bytes().split(b"\n") for i, p in enumerate(source.sample(texts, FILES))}
    planted: list[str] = []
    subprocess.run(["git", "init", "-q", "-b", "main", str(repository)], check=True)
    command = ["git", "-C", str(repository), "fast-import", "--quiet"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        assert process.stdin
        for number in range(COMMITS):
            who = b"dev%d@corp.example" % (number % 9)
            process.stdin.write(b"commit refs/heads/main\ncommitter Dev <%s> %d +0000\n" % (who, 1_600_000_000 + 3600 * number))
            process.stdin.write(b"data 7\nchanged\n")
            for path in sorted(files) if number == 0 else _edit(source, files, number, planted):
                data = b"\n".join(files[path])
                process.stdin.write(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data))
    subprocess.run(["git", "-C", str(repository), "checkout", "-q", "main"], check=True)
    subprocess.run(["git", "-C", str(repository), "gc", "-q"], check=True)
    return planted


def _edit(source: random.Random, files: dict[str, list[bytes]], number: int, planted: list[str]) -> Iterator[str]:
    """Move a few lines about in a few files; every 12th commit plants a secret in one, every 24th takes the latest out again."""
    for path in source.sample(sorted(files), source.randint(1, 4)):
        lines = files[path]
        for _ in range(source.randint(1, 6)):
            at = source.randrange(len(lines))
            lines[at : at + 1] = [lines[source.randrange(len(lines))], b"# edit %d" % number]
        if number % 24 == 6:
            files[path] = [line for line in lines if not any(value.encode() in line for value in planted[-2:])]
        yield path
    if number % 12 == 0:
        path = f"deploy/service{number % 7}.yml"
        line, values = _secret(source, number // 12)
        kept = files.get(path, [])[-200:] if number % 24 else []
        files[path] = [*kept, b"name: service", line.encode()]
        planted += values
        yield path


def _secret(source: random.Random, number: int) -> tuple[str, list[str]]:
    """A line and the secret values in it, of five forms in turn."""

    def text(length: int, alphabet: str = ALNUM) -> str:
        return "".join(source.choice(alphabet) for _ in range(length))

    body = text(30)
    token, word, secret = f"ghp_{body}{digits(body)}", text(15) + "7", text(39, ALNUM + "/+") + "x"
    form = number % 5
    if form == 0:
        return f"token: {token}", [token]
    if form == 1:
        return f"url: postgres://app:{word}@db.corp.example:5432/app", [word]
    if form == 2:
        key = "AKIA" + text(16, string.ascii_uppercase + "234567")
        return f"aws_access_key_id: {key}\naws_secret_access_key: {secret}", [secret]
    if form == 3:
        return f"db_password: {word}", [word]
    hook = f"xoxb-{text(12, '123456789')}-{text(12, '123456789')}-{text(24)}"
    return f"slack: {hook}", [hook]


if __name__ == "__main__":
    main()
