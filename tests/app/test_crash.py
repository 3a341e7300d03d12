"""A scan killed at any moment: the next `inventory` shows the last committed run, whole."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import time

from estate_scan import KEYRACK, environment, keyrack

TRIES = 20


def test_sigkill_at_twenty_random_moments(scanned, tmp_path):
    home = tmp_path / "home"
    targets = [str(scanned.folder / "repos" / name) for name in ("web", "payments")]
    words = ["scan", "machine", "--root", str(scanned.folder / "home-root"), *targets, "--format", "json"]
    start = time.monotonic()
    first = keyrack(home, *words)
    assert first.returncode == 0, first.stderr
    whole = time.monotonic() - start
    expected = {row["uid"] for row in json.loads(keyrack(home, "inventory", "--format", "json").stdout)}
    findings = {row["id"] for row in json.loads(keyrack(home, "findings", "--format", "json").stdout)}
    rng, killed = random.Random(3), 0
    for _ in range(5 * TRIES):
        process = subprocess.Popen([KEYRACK, *words], env=environment(home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(rng.uniform(0.05, 0.8 * whole))  # the random moment is what is tested
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        assert {row["uid"] for row in json.loads(keyrack(home, "inventory", "--format", "json").stdout)} == expected
        if killed == TRIES:
            break
    assert killed == TRIES
    assert {row["id"] for row in json.loads(keyrack(home, "findings", "--format", "json").stdout)} == findings
    after = keyrack(home, *words)
    assert after.returncode == 0, after.stderr
    runs = json.loads(keyrack(home, "sources", "--runs", "--format", "json").stdout)
    folders = {path.name.removeprefix("run=") for path in (home / "lake" / "runs").iterdir()}
    assert folders == {run["run"] for run in runs}
