"""Start-up: `keyrack --help` against the bare import of Typer. Promise: at most 1.5 times."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.table import median_seconds, python, show


def main() -> None:
    keyrack = str(Path(sys.executable).with_name("keyrack"))
    bare = median_seconds(python("import typer"))
    helped = median_seconds([keyrack, "--help"])
    show(("what", "seconds", "ratio"), [("import typer", bare, 1.0), ("keyrack --help", helped, helped / bare)])
