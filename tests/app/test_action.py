"""The GitHub Action and the pre-commit manifest: safe by construction, and their scripts run."""

from __future__ import annotations

import os
import random
import re
import shutil
import string
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from tokens import checked

ROOT = Path(__file__).parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
STEPS = ACTION["runs"]["steps"]
RNG = random.Random(13)


def test_nothing_is_interpolated_into_a_script():
    for step in STEPS:
        assert "${{" not in step.get("run", "")


def test_foreign_actions_are_pinned_by_commit():
    for step in STEPS:
        if "uses" in step:
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", step["uses"])


def test_every_input_is_used_and_every_output_exists():
    text = (ROOT / "action.yml").read_text()
    assert all(f"inputs.{name}" in text for name in ACTION["inputs"])
    assert {step.get("id") for step in STEPS} >= {"python", "install", "scan"}


def test_manifest():
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert (hook["id"], hook["entry"], hook["pass_filenames"]) == ("keyrack", "keyrack hook", False)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "a repo"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    (folder / "a.py").write_text("x = 1\n")
    commit(folder)
    return folder


def git(folder: Path, *arguments: str) -> str:
    identity = {
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@x.example",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@x.example",
    }
    return subprocess.run(
        ["git", *arguments], cwd=folder, env=os.environ | identity, capture_output=True, text=True, check=True
    ).stdout.strip()


def commit(folder: Path) -> str:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "x")
    return git(folder, "rev-parse", "HEAD")


def run_scan(folder: Path, **more: str) -> tuple[dict[str, str], subprocess.CompletedProcess[str]]:
    """Run the action's scan step as a runner would."""
    script = next(step["run"] for step in STEPS if step.get("id") == "scan")
    output = folder.parent / "output"
    output.unlink(missing_ok=True)
    env = {
        "PATH": os.environ["PATH"], "HOME": str(folder.parent), "KEYRACK": str(Path(sys.executable).with_name("keyrack")),
        "KEYRACK_HOME": str(folder.parent / "home"), "SARIF": str(folder.parent / "keyrack.sarif"), "TARGET": str(folder), "FAIL_ON": "high",
        "CONFIG": "", "BASELINE": "", "BASE": "", "HEAD": "", "GITHUB_OUTPUT": str(output),
    }  # fmt: skip
    bash = shutil.which("bash") or "bash"
    done = subprocess.run([bash, "-c", script], env=env | more, capture_output=True, text=True, check=False, cwd=folder.parent)
    return dict(line.split("=", 1) for line in output.read_text().splitlines()), done


def test_clean_repository(repository):
    outputs, done = run_scan(repository)
    assert (outputs["verdict"], done.returncode) == ("0", 0), done.stderr
    assert Path(outputs["sarif"]).stat().st_size > 0


def test_pull_request_that_added_and_removed_a_secret(repository):
    base = git(repository, "rev-parse", "HEAD")
    token = checked("ghp_", "".join(RNG.choice(string.ascii_letters + string.digits) for _ in range(36)))
    (repository / "b.py").write_text(f'TOKEN = "{token}"\n')
    commit(repository)
    (repository / "b.py").write_text("TOKEN = None\n")
    head = commit(repository)
    outputs, done = run_scan(repository, BASE=base, HEAD=head)
    assert int(outputs["verdict"]) >= 14
    assert "b.py:1" in done.stdout
    assert token not in done.stdout + done.stderr
    quiet, _ = run_scan(repository, BASE=base, HEAD=head, FAIL_ON="none")
    assert quiet["verdict"] == "0"


def test_hostile_input_is_an_argument_not_a_script(repository):
    outputs, _ = run_scan(repository, FAIL_ON='high"; touch pwned; "', CONFIG="$(touch pwned)")
    assert outputs["verdict"] == "2"
    assert not (repository.parent / "pwned").exists()
