"""The tutorial is true: every block of docs/writing-providers.md is run, in its order, as a person would do it."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from estate_scan import environment

PAGE = Path(__file__).parents[2] / "docs" / "writing-providers.md"
_BLOCK = re.compile(r"^```(?P<kind>\w+) ?(?P<words>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_CHANGE = """
import sys
from pathlib import Path
path, lines = Path(sys.argv[1]), sys.stdin.read().splitlines(keepends=True)
text = path.read_text("utf-8")
old, new = ("".join(line[1:] for line in lines if line[0] in f" {sign}") for sign in "-+")
assert text.count(old) == 1, f"{path} has {text.count(old)} times:\\n{old}"
path.write_text(text.replace(old, new), "utf-8")
"""
"""What a `diff` block means: context and `-` lines stand there once, and become context and `+` lines."""

_PYTHON = """#!/bin/sh
if [ "${1-} ${2-} ${3-}" = "-m pip install" ]; then shift 3; set -- -m pip install --no-deps --target "$SITE" "$@"; fi
exec "$PYTHON" "$@"
"""
"""`pip install` into a folder of the test's own, and without Keyrack, which is there; else as it stands."""


def blocks() -> list[tuple[str, list[str], str]]:
    return [(match["kind"], match["words"].split(), match["text"]) for match in _BLOCK.finditer(PAGE.read_text("utf-8"))]


def script(change: Path) -> tuple[str, list[str]]:
    """One shell script of all blocks, and the lines that it must print."""
    lines, expected = ["set -euo pipefail", "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT"], []
    for kind, words, text in blocks():
        if kind == "console":
            told = [line for line in text.splitlines() if not line.startswith("$ ")]
            lines += [line.removeprefix("$ ") for line in text.splitlines() if line.startswith("$ ")]
            expected += told
        elif kind == "diff":
            lines += [
                f"{shlex.quote(sys.executable)} {shlex.quote(str(change))} {words[0]} <<'END-OF-BLOCK'",
                f"{text}END-OF-BLOCK",
            ]
        else:
            assert kind == "python", kind
            sign, gap = {"file": (">", ""), "append": (">>", "\n\n")}[words[0]]
            lines += [f"cat {sign} {words[1]} <<'END-OF-BLOCK'", f"{gap}{text}END-OF-BLOCK"]
    return "\n".join(lines) + "\n", expected


def test_every_block_of_the_tutorial_works(tmp_path):
    """`pip install .` goes into a folder of this test's own; it fetches the build tool, hatchling, as it does for anybody."""
    (tmp_path / "change.py").write_text(_CHANGE)
    site = tmp_path / "site"
    site.mkdir()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").write_text(_PYTHON)
    (tmp_path / "bin" / "python").chmod(0o755)
    text, expected = script(tmp_path / "change.py")
    extra = {
        "PATH": os.pathsep.join([str(tmp_path / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTHON": sys.executable,
        "SITE": str(site), "PYTHONPATH": str(site), "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "200",
    }  # fmt: skip
    done = subprocess.run(
        ["bash", "-c", text], cwd=tmp_path, env=environment(tmp_path / "home", **extra), capture_output=True, text=True, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    place = 0
    for line in expected:  # each where it is promised: after the one before
        found = done.stdout.find(line, place)
        assert found >= 0, f"{line!r} is not printed:\n{done.stdout[-3000:]}"
        place = found + len(line)


def test_the_tutorial_has_blocks_of_every_kind():
    assert {kind for kind, _, _ in blocks()} == {"console", "diff", "python"}
    assert len(blocks()) > 15
