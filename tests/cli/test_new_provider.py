"""`keyrack new-provider`: what it writes passes its own tests before anybody changes a line."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib

import pytest
from estate_scan import keyrack

from keyrack.app.new_provider import create
from keyrack.errors import UsageError


def test_the_skeleton_passes_its_own_tests(tmp_path):
    folder = tmp_path / "made"
    done = keyrack(tmp_path / "home", "new-provider", "acme_chat", "--title", 'Acme "Chat" {x}', "--folder", str(folder))
    assert done.returncode == 0, done.stderr
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["keyrack.providers"] == {"acme_chat": "keyrack_acme_chat:provider"}
    assert "blind spots" in (folder / "README.md").read_text().lower()
    left = [
        path
        for path in folder.rglob("*")
        if path.is_file() and "@" in path.read_text().replace("@pytest", "").replace("@contextlib", "").replace("@dataclass", "")
    ]
    assert left == []
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ},
    )
    assert ran.returncode == 0, ran.stdout
    assert "9 passed" in ran.stdout


def test_the_skeleton_is_typed_and_tidy(tmp_path):
    folder = tmp_path / "made"
    create("acme", folder)
    ruff = subprocess.run([sys.executable, "-m", "ruff", "check", "--isolated", "--line-length", "130", "--select", "E,F,B,UP,D1,ANN0", "src"], cwd=folder, capture_output=True, text=True, check=False)  # fmt: skip
    assert ruff.returncode == 0, ruff.stdout
    mypy = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "src"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert mypy.returncode == 0, mypy.stdout


@pytest.mark.parametrize("name", ["aws", "Acme", "1x", "class", "a-b", "", "x" * 40, "a/b", "../x", "é"])
def test_names_that_cannot_be(tmp_path, name):
    with pytest.raises(UsageError):
        create(name, tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_a_folder_with_files_is_left(tmp_path):
    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(UsageError):
        create("acme", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
