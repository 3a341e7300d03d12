"""The index reader against real git."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyrack.sdk.formats.gitindex import tracked


def git(folder: Path, *arguments: str) -> bytes:
    command = ["git", "-c", "core.autocrlf=false", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True).stdout


@pytest.mark.parametrize("version", ["2", "3", "4"])
def test_same_paths_as_git_says(tmp_path: Path, version: str) -> None:
    git(tmp_path, "init", "-q")
    for name in ("a", "ab", "abc/d", "abc/dé", "abc/dz/long-name-" + "x" * 120, "z" * 7, "z" * 8):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / os.fsdecode(b"\xff.txt")).write_text("x")
    git(tmp_path, "add", ".")
    (tmp_path / "later").write_text("x")
    git(tmp_path, "add", "-N", "later")  # intent to add needs the extended flags of version 3
    git(tmp_path, "update-index", "--index-version", version)
    expected = frozenset(git(tmp_path, "ls-files", "-z").rstrip(b"\0").split(b"\0"))
    assert tracked((tmp_path / ".git/index").read_bytes()) == expected


def test_damaged_indexes(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "a").write_text("a")
    git(tmp_path, "add", "a")
    data = (tmp_path / ".git/index").read_bytes()
    assert tracked(data[:40]) is None
    assert tracked(b"") is None
    assert tracked(b"JUNK" + data[4:]) is None


@given(st.binary(max_size=300), st.sampled_from([2, 3, 4]), st.integers(0, 5))
def test_any_bytes(tail: bytes, version: int, count: int) -> None:
    tracked(tail)
    tracked(b"DIRC" + version.to_bytes(4, "big") + count.to_bytes(4, "big") + tail)
