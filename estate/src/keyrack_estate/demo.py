"""The demo: a made-up company is built, its AWS account served by a real moto server, and Keyrack scans all of it.

The scan is the ``keyrack`` command itself, as a user would run it; nothing here looks inside.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from keyrack_estate import build, moto, report, scoreprint, truth
from keyrack_estate.score import by_provider, score
from keyrack_estate.systems import missing, served, systems, together
from keyrack_estate.world import World


def run(folder: Path, seed: int) -> int:
    """Build, serve, scan, report; returns the exit code of the scan."""
    start = time.monotonic()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    absent = {system.name: reason for system in systems() if (reason := missing(system))}
    others = [system.name for system in systems() if system.name not in absent]
    world = build.make(seed, datetime.now(UTC).replace(minute=0, second=0, microsecond=0), others=others)
    account = world.account
    counts = f"{len(account.users)} IAM users, {len(account.roles)} roles, {len(world.repos)} repositories, 1 host"
    _say(f"A made-up company: {counts}; and {', '.join(others)}")
    for name, reason in absent.items():
        _say(f"Without {name}: {reason}")
    with moto.serve(account) as endpoint, served(world, folder / "systems") as reached:
        company = together(reached)
        build.write(world, folder / "estate", port=int(endpoint.rpartition(":")[2]), sources=company.sources)
        _say(f"All of it answers on this machine. Scanning {3 + len(reached)} kinds of systems ...\n")
        code = _keyrack(folder, company.environment, "scan", "--config", str(folder / "estate" / "keyrack.toml"))
        if code:
            return code
    for name in ("json", "html"):
        _keyrack(folder, {}, "scan", "--as-of", _tomorrow(), "--format", name, "-o", str(folder / f"report.{name}"))
    _score(folder)
    _trace(folder, world)
    _say(f"\nReport for people:   {folder / 'report.html'}")
    _say(f"Report for machines: {folder / 'report.json'}")
    _say(f"Go on: KEYRACK_HOME={folder / 'home'} {_binary()} show svc-exports-sync   (or inventory, findings, gaps, rules)")
    _say(f"Done in {time.monotonic() - start:.0f} s.")
    return 0


def _keyrack(folder: Path, more: Mapping[str, str], *words: str) -> int:
    """Run the command with the company's (made-up) credentials in its environment."""
    environment = {
        **os.environ,
        "KEYRACK_HOME": str(folder / "home"),
        "AWS_ACCESS_KEY_ID": "demo",
        "AWS_SECRET_ACCESS_KEY": "demo",
        "AWS_DEFAULT_REGION": "eu-north-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        **more,
    }
    return subprocess.run([_binary(), *words], env=environment, check=False).returncode


def _trace(folder: Path, world: World) -> None:
    """One credential from code to vault to cluster to the database it opens."""
    if "payments-db" not in world.shared or "postgres" not in world.systems:
        return
    _say("\nOne credential, followed through the company:")
    _keyrack(folder, {}, "trace", "payments_app")


def _binary() -> str:
    return str(Path(sys.executable).with_name("keyrack"))


def _tomorrow() -> str:
    return f"{datetime.now(UTC).year + 1}-01-01"


def _score(folder: Path) -> None:
    """How much of what is wrong was found, against the estate's truth."""
    entries, reports = truth.read(folder / "estate" / "truth.jsonl"), report.read(folder / "report.json")
    _say("\nAgainst the estate's ground truth:\n" + scoreprint.table(score(entries, reports), details=0))
    _say("\n" + scoreprint.table(by_provider(entries, reports), details=None))


def _say(text: str) -> None:
    print(text, flush=True)
