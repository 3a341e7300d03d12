"""`keyrack merges`: what was taken for one thing, why, and the right to say no."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Annotated

import typer

from keyrack.cli.lists import print_rows
from keyrack.cli.options import HomeOption, ListFormat, Output, home_of, now, opened
from keyrack.errors import UsageError

if TYPE_CHECKING:
    from keyrack.app.home import Home

_COLUMNS = ("kind", "uid", "other", "because", "confidence")


def merges(
    pair: Annotated[list[str] | None, typer.Argument(help="Two uids, to refuse their merge or to allow it again.")] = None,
    *,
    refuse: Annotated[bool, typer.Option("--refuse", help="These two are not one thing; needs --reason.")] = False,
    allow: Annotated[bool, typer.Option("--allow", help="Take a refusal back.")] = False,
    refused: Annotated[bool, typer.Option("--refused", help="List the refusals instead.")] = False,
    reason: Annotated[str | None, typer.Option("--reason", help="Why they are two.")] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="Only this kind, e.g. same-credential.")] = None,
    format: ListFormat = "table",
    output: Output = None,
    home: HomeOption = None,
) -> None:
    """List what was taken for one thing, with the reason; refuse a merge, or allow it again. In force from the next scan on."""
    from keyrack.ledger import Refusals

    place = home_of(home)
    if refuse or allow:
        _decide(place, pair or [], reason, refuse=refuse)
        return
    if refused:
        rows = [
            {"uid": r.uid, "other": r.other, "reason": r.reason, "by": r.by, "decided_at": r.decided_at}
            for r in Refusals(place.ledger_file).all()
        ]
        print_rows(rows, ("uid", "other", "reason", "by", "decided_at"), format, output)
        return
    _, report = opened(home)
    listed = report.rows("merges")
    print_rows((row for row in listed if kind is None or row["kind"] == kind), _COLUMNS, format, output)


def _decide(place: Home, pair: list[str], reason: str | None, *, refuse: bool) -> None:
    from keyrack.ledger import Refusal, Refusals

    store = Refusals(place.ledger_file)
    if len(pair) != 2 or pair[0] == pair[1]:
        raise UsageError("merges.pair", "name the two uids", hint="`keyrack merges` lists them")
    if not refuse:
        if not store.allow(*pair):
            raise UsageError("merges.allowed", "that merge was not refused", hint="`keyrack merges --refused` lists refusals")
        return
    if not (reason and reason.strip()):
        raise UsageError("merges.reason", "a refusal needs --reason", hint="say how you know that they are two")
    store.refuse(Refusal(pair[0], pair[1], reason.strip(), getpass.getuser(), now()))


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="merges")(merges)
