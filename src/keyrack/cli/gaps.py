"""`keyrack gaps`: what could not be looked at."""

from __future__ import annotations

import typer

from keyrack.cli.lists import print_rows
from keyrack.cli.options import AsOf, HomeOption, ListFormat, Output, opened

COLUMNS = ("capability", "subject", "reason", "detail", "permission", "hint", "incomplete")


def gaps(*, format: ListFormat = "table", output: Output = None, home: HomeOption = None, as_of: AsOf = None) -> None:
    """List blind spots: what was not seen, why, and the permission that would fix it."""
    _, report = opened(home, as_of)
    print_rows(report.rows("gaps"), COLUMNS, format, output)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="gaps")(gaps)
