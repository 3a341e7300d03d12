"""Options that several commands share, and what they turn into."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

if TYPE_CHECKING:
    from keyrack.app.home import Home
    from keyrack.lake import Commit
    from keyrack.outputs import Report

HomeOption = Annotated[
    Path | None, typer.Option("--home", envvar="KEYRACK_HOME", help="Where Keyrack keeps what it knows.", show_default=False)
]
AsOf = Annotated[
    str | None, typer.Option("--as-of", help="State at a moment: ISO date or time, or a run id.", show_default=False)
]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file instead of stdout.", show_default=False)]
ListFormat = Annotated[str, typer.Option("--format", help="table, json, jsonl or csv.")]
ConfigOption = Annotated[Path | None, typer.Option("--config", help="Configuration file (keyrack.toml).", show_default=False)]


def home_of(home: Path | None) -> Home:
    """The home chosen on the command line, by KEYRACK_HOME, or the default."""
    from keyrack.app.home import Home, default_home

    return Home(home or default_home())


def now() -> datetime:
    """The command's clock, read once."""
    return datetime.now(UTC)


def opened(home: Path | None, as_of: str | None = None, min_severity: str | None = None) -> tuple[Commit, Report]:
    """The commit in force and its report."""
    from keyrack.app.state import commit_at, report

    place = home_of(home)
    commit = commit_at(place, as_of)
    return commit, report(place, commit, min_severity=min_severity, now=None if as_of else now())


@contextmanager
def sink(output: Path | None) -> Iterator[BinaryIO]:
    """Standard output, or a file that appears only when it is whole."""
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    from keyrack.errors import KeyrackError

    temporary = output.with_name(f".{output.name}.partial")
    try:
        with temporary.open("wb") as file:
            yield file
        temporary.replace(output)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise KeyrackError("output.unwritable", f"cannot write {output}: {error.strerror}", hint="choose another -o") from error


def checked_format(name: str, known: tuple[str, ...]) -> str:
    """The format's name.

    Raises:
        UsageError: not one of ``known``.
    """
    from keyrack.errors import UsageError

    if name not in known:
        raise UsageError("format.unknown", f"{name!r} is no format of this command", hint=f"one of {', '.join(known)}")
    return name
