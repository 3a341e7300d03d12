"""The demo: a made-up company is built, its AWS account served by a real moto server, and Keyrack scans all of it.

The scan is the ``keyrack`` command itself, as a user would run it; nothing here looks inside.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from keyrack_estate import build, moto, report, scoreprint, truth
from keyrack_estate.score import score


def run(folder: Path, seed: int) -> int:
    """Build, serve, scan, report; returns the exit code of the scan."""
    start = time.monotonic()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    world = build.make(seed, datetime.now(UTC).replace(minute=0, second=0, microsecond=0))
    account = world.account
    counts = f"{len(account.users)} IAM users, {len(account.roles)} roles, {len(world.repos)} repositories, 1 host"
    _say(f"A made-up company: {counts}")
    with moto.serve(account) as endpoint:
        build.write(world, folder / "estate", port=int(endpoint.rpartition(":")[2]))
        _say(f"Its AWS account answers at {endpoint} (moto). Scanning AWS, the host and the repositories ...\n")
        code = _keyrack(folder, "scan", "--config", str(folder / "estate" / "keyrack.toml"))
        if code:
            return code
        _keyrack(folder, "scan", "--as-of", _tomorrow(), "--format", "json", "-o", str(folder / "report.json"))
        _keyrack(folder, "scan", "--as-of", _tomorrow(), "--format", "html", "-o", str(folder / "report.html"))
    _score(folder)
    _say(f"\nReport for people:   {folder / 'report.html'}")
    _say(f"Report for machines: {folder / 'report.json'}")
    _say(f"Go on: KEYRACK_HOME={folder / 'home'} {_binary()} show svc-exports-sync   (or inventory, findings, gaps, rules)")
    _say(f"Done in {time.monotonic() - start:.0f} s.")
    return 0


def _keyrack(folder: Path, *words: str) -> int:
    """Run the command with the account's (fake) credentials in its environment."""
    environment = {
        **os.environ,
        "KEYRACK_HOME": str(folder / "home"),
        "AWS_ACCESS_KEY_ID": "demo",
        "AWS_SECRET_ACCESS_KEY": "demo",
        "AWS_DEFAULT_REGION": "eu-north-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    return subprocess.run([_binary(), *words], env=environment, check=False).returncode


def _binary() -> str:
    return str(Path(sys.executable).with_name("keyrack"))


def _tomorrow() -> str:
    return f"{datetime.now(UTC).year + 1}-01-01"


def _score(folder: Path) -> None:
    """How much of what is wrong was found, against the estate's truth."""
    scores = score(truth.read(folder / "estate" / "truth.jsonl"), report.read(folder / "report.json"))
    _say("\nAgainst the estate's ground truth:\n" + scoreprint.table(scores, details=0))


def _say(text: str) -> None:
    print(text, flush=True)
