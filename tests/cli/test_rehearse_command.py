"""`keyrack rehearse` and `keyrack used` as a person meets them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from evidence_kit import DEPLOY, IDLE, ROLE, document, logged
from sample import Sample

UNTIL = "2026-11-01T12:00:00"


def keyrack(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "keyrack", *words, "--home", str(home)], capture_output=True, text=True, check=False
    )


@pytest.fixture
def known(tmp_path: Path) -> Sample:
    return logged(tmp_path)


def test_the_first_line_is_the_verdict_and_the_exit_code_says_it(known: Sample, tmp_path: Path) -> None:
    policy = tmp_path / "policy.json"
    policy.write_text(document(DEPLOY))
    found = keyrack(known.home.root, "rehearse", ROLE, "--policy", str(policy), "--until", UNTIL)
    assert (found.returncode, found.stdout.splitlines()[0]) == (4, "BREAKS: 1 of 3 kinds of call it makes would fail.")
    assert "iam:CreateRole on arn:aws:iam::111122223333:role/app-1: 13 times" in found.stdout
    safe = keyrack(known.home.root, "rehearse", "--delete", IDLE, "--until", UNTIL, "--format", "json")
    assert (safe.returncode, json.loads(safe.stdout)["verdict"]) == (0, "safe")
    thin = keyrack(known.home.root, "rehearse", "--delete", IDLE, "--until", UNTIL, "--days", "20")
    assert (thin.returncode, thin.stdout.split(":")[0]) == (5, "NOT ENOUGH EVIDENCE")


def test_one_change_at_a_time(known: Sample) -> None:
    assert keyrack(known.home.root, "rehearse", ROLE).returncode == 2
    assert keyrack(known.home.root, "rehearse", "--delete", IDLE, "--revoke", "x").returncode == 2


def test_used_lists_and_explains(known: Sample) -> None:
    listed = keyrack(known.home.root, "used", "--until", UNTIL)
    assert "the most privileged first" in listed.stdout
    detail = json.loads(keyrack(known.home.root, "used", "deploy", "--until", UNTIL, "--format", "json").stdout)
    assert detail["totals"]["granted"] == sum(detail["totals"][name] for name in ("used", "unused", "unknown"))
    assert keyrack(known.home.root, "used", "deploy", "--until", "yesterday").returncode == 2
