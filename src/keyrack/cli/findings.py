"""`keyrack findings`: what is wrong."""

from __future__ import annotations

from typing import Annotated

import typer

from keyrack.cli.lists import print_rows
from keyrack.cli.options import AsOf, HomeOption, ListFormat, Output, opened

COLUMNS = ("id", "severity", "confidence", "owasp", "rule", "identity", "credential", "first_seen", "status")


def findings(
    *,
    min_severity: Annotated[str | None, typer.Option("--min-severity", help="Leave out findings below this.")] = None,
    status: Annotated[str, typer.Option("--status", help="open, excepted, resolved or all.")] = "open",
    rule: Annotated[str | None, typer.Option("--rule", help="Only this rule.")] = None,
    owasp: Annotated[str | None, typer.Option("--owasp", help="Only this OWASP id, e.g. NHI7 or NHI7:2025.")] = None,
    format: ListFormat = "table",
    output: Output = None,
    home: HomeOption = None,
    as_of: AsOf = None,
) -> None:
    """List findings, most severe first; --format json has evidence and remediation."""
    _, report = opened(home, as_of, min_severity)
    rows = (
        row
        for row in report.rows("findings")
        if status in {"all", row["status"]}
        and (rule is None or row["rule"] == rule)
        and (owasp is None or row["owasp"].split(":")[0] == owasp.upper().split(":")[0])
    )
    print_rows(rows, COLUMNS, format, output)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="findings")(findings)
