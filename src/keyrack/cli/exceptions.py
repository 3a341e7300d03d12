"""`keyrack except`: live with a finding, for a reason and until a date."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from keyrack.cli.lists import print_rows
from keyrack.cli.options import HomeOption, ListFormat, home_of, now, opened
from keyrack.errors import UsageError

LONGEST = timedelta(days=366)
"""An exception without a near end is a policy change; nobody reviews it."""


def except_(
    finding: Annotated[str | None, typer.Argument(help="Finding id (KR-...); none: list the exceptions in force.")] = None,
    *,
    reason: Annotated[str | None, typer.Option("--reason", help="Why this is acceptable.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Date it ends (YYYY-MM-DD), at most a year away.")] = None,
    format: ListFormat = "table",
    home: HomeOption = None,
) -> None:
    """Except a finding until a date; it comes back by itself. Without a finding: list the exceptions in force."""
    from keyrack.ledger import FindingException, Ledger

    place = home_of(home)
    if finding is None:
        rows = [
            {"finding": e.finding, "until": e.until, "reason": e.reason, "by": e.by, "decided_at": e.decided_at}
            for e in Ledger(place.ledger_file).exceptions(now())
        ]
        print_rows(rows, ("finding", "until", "reason", "by"), format)
        return
    if not (reason and reason.strip() and until):
        raise UsageError("except.incomplete", "an exception needs --reason and --until", hint="say why, and when to look again")
    end = _date(until)
    _, report = opened(home)
    if not any(row["id"] == finding for row in report.rows("findings")):
        raise UsageError("except.unknown", f"no finding {finding!r}", hint="`keyrack findings --status all` lists them")
    Ledger(place.ledger_file).except_finding(FindingException(finding, reason.strip(), end, getpass.getuser(), now()))
    print_rows([{"finding": finding, "until": end, "reason": reason.strip()}], ("finding", "until", "reason"), format)


def _date(text: str) -> datetime:
    try:
        end = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError("except.date", f"{text!r} is no date", hint="YYYY-MM-DD") from error
    end = end if end.tzinfo else end.replace(tzinfo=UTC)
    if not now() < end <= now() + LONGEST:
        raise UsageError("except.date", "--until must lie in the future, at most a year away")
    return end


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="except")(except_)
