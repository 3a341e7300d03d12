"""`keyrack findings`: what is wrong."""

from __future__ import annotations

from typing import Annotated

import typer
from msgspec.structs import fields

from keyrack.cli.lists import Row, print_rows
from keyrack.cli.options import AsOf, HomeOption, ListFormat, Output, opened
from keyrack.errors import UsageError
from keyrack.records import Finding
from keyrack.rules.model import OWASP

STATUSES = ("open", "excepted", "resolved", "all")

COLUMNS = ("id", "severity", "owasp", "title", "subject", "where", "first_seen")
"""Of the table; other formats have every column under its own name."""


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
    if owasp is not None and owasp.upper().split(":")[0] not in {risk.split(":")[0] for risk in OWASP}:
        raise UsageError("findings.owasp", f"{owasp!r} is no OWASP NHI risk", hint="NHI1 to NHI10")
    if status not in STATUSES:
        raise UsageError("findings.status", f"{status!r} is no status", hint=f"one of {', '.join(STATUSES)}")
    _, report = opened(home, as_of, min_severity)
    rows = (
        _readable(row) if format == "table" else row
        for row in report.rows("findings")
        if status in {"all", row["status"]}
        and (rule is None or row["rule"] == rule)
        and (owasp is None or row["owasp"].split(":")[0] == owasp.upper().split(":")[0])
    )
    print_rows(rows, COLUMNS if format == "table" else [field.name for field in fields(Finding)], format, output)


def _readable(row: Row) -> Row:
    """The row with what a person looks for first: whom it is about, and where."""
    where = f"{row['path']}:{row['line']}" if row["path"] and row["line"] else row["path"]
    return {**row, "subject": row["identity"] or row["credential"] or row["source"], "where": where}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="findings")(findings)
