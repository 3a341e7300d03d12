"""`keyrack diff`: what changed between two runs."""

from __future__ import annotations

from typing import Annotated

import typer

from keyrack.cli.lists import print_rows
from keyrack.cli.options import HomeOption, ListFormat, Output, home_of


def diff(
    before: Annotated[str | None, typer.Argument(help="Run id, date or time; default: the run before.")] = None,
    after: Annotated[str | None, typer.Argument(help="Run id, date or time; default: the latest run.")] = None,
    *,
    format: ListFormat = "table",
    output: Output = None,
    home: HomeOption = None,
) -> None:
    """List what changed between two runs: identities and credentials that came or went, findings opened, excepted or resolved."""
    from keyrack.app import diff as app_diff
    from keyrack.app.state import commit_at

    place = home_of(home)
    newer = commit_at(place, after)
    older = commit_at(place, before) if before else app_diff.previous(place, newer)
    rows = app_diff.diff(place, older, newer)
    print_rows(rows, ("change", "table", "id", "severity", "rule", "kind", "identity"), format, output)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="diff")(diff)
