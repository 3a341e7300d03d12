"""`keyrack sources`: what is scanned, and the runs."""

from __future__ import annotations

from typing import Annotated

import typer

from keyrack.cli.lists import print_rows
from keyrack.cli.options import HomeOption, ListFormat, Output, home_of


def sources(
    *,
    runs: Annotated[bool, typer.Option("--runs", help="List the runs instead.")] = False,
    format: ListFormat = "table",
    output: Output = None,
    home: HomeOption = None,
) -> None:
    """List the sources in force, each with its latest scan and row counts; or every committed run."""
    lake = home_of(home).lake
    if runs:
        history = ({"run": c.run, "at": c.at, "version": c.version, "scanned": c.scanned} for c in lake.commits())
        print_rows(history, ("run", "at", "version", "scanned"), format, output)
        return
    head = lake.head()
    states = head.sources.items() if head else ()
    rows = (
        {"source": source, "title": state.title, "provider": state.provider, "scanned_at": state.at, "rows": state.tables}
        for source, state in sorted(states)
    )
    print_rows(rows, ("source", "title", "provider", "scanned_at", "rows"), format, output)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="sources")(sources)
