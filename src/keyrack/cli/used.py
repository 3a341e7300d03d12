"""`keyrack used`: granted against used."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from keyrack.cli.lists import text
from keyrack.cli.options import AsOf, HomeOption, Output, checked_format, home_of, now, sink
from keyrack.cli.period import DataEvents, Days, Until, period_of

RANKED = ("identity_uid", "privilege", "unlimited", "granted", "used", "unused", "unknown", "times", "denied", "last_at")
SECTIONS = {
    "services": ("service", "granted", "used", "unused", "unknown", "times", "denied", "last_at", "reported_at"),
    "actions": (
        "action",
        "granted",
        "privilege",
        "verdict",
        "grade",
        "times",
        "denied",
        "last_at",
        "resources",
        "why",
        "settles",
    ),
    "places": ("resource", "verdict", "times", "last_at", "conditional", "policy", "actions"),
}
ACTIONS_SHOWN = 200
"""In a table; --format json has them all."""


def used(
    uid: Annotated[str | None, typer.Argument(help="One identity in detail: uid or a part of it.")] = None,
    *,
    days: Days = 90,
    until: Until = None,
    data_events: DataEvents = None,
    limit: Annotated[int, typer.Option("--limit", help="How many identities to list.", min=1)] = 50,
    people: Annotated[bool, typer.Option("--people", help="List people too.")] = False,
    format: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
    output: Output = None,
    home: HomeOption = None,
    as_of: AsOf = None,
) -> None:
    """Compare what is granted with what was used.

    Without UID: the most privileged identities first. An action is unused only where the logs would have shown its use;
    otherwise it is unknown, and the log that would settle it is named.
    """
    import msgspec

    from keyrack.app.privilege import privilege_of, privileged
    from keyrack.app.state import commit_at

    checked_format(format, ("table", "json"))
    place, period = home_of(home), period_of(days, until, data_events)
    commit = commit_at(place, as_of)
    if uid is None:
        story = privileged(place, commit, period, now(), limit=limit, people=people)
    else:
        story = privilege_of(place, commit, period, now(), uid)
    with sink(output) as out:
        out.write(msgspec.json.encode(story) + b"\n" if format == "json" else (_list(story) if uid is None else _page(story)))


def _list(story: dict[str, Any]) -> bytes:
    gaps = [gap for sentences in story["coverage"].values() for gap in sentences]
    head = f"granted against used, {story['since']:%Y-%m-%d} to {story['until']:%Y-%m-%d}; the most privileged first"
    return _printed([head, *gaps], {"identities": (RANKED, story["identities"])})


def _page(story: dict[str, Any]) -> bytes:
    totals = story["totals"]
    head = (
        f"{story['uid']}: of {totals['granted']} granted actions {totals['used']} used, {totals['unused']} unused, "
        f"{totals['unknown']} unknown, {story['since']:%Y-%m-%d} to {story['until']:%Y-%m-%d}"
    )
    tables = {name: (columns, story[name]) for name, columns in SECTIONS.items()}
    shown = sorted(story["actions"], key=lambda row: ("used", "unknown", "unused").index(row["verdict"]))
    tables["actions"] = (SECTIONS["actions"], shown[:ACTIONS_SHOWN])
    rest = len(shown) - ACTIONS_SHOWN
    return _printed([head, *story["coverage"]], tables, f"{rest} more actions: --format json has them" if rest > 0 else "")


def _printed(lines: list[str], tables: dict[str, tuple[tuple[str, ...], list[dict[str, Any]]]], last: str = "") -> bytes:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from keyrack.outputs.text import clean

    console = Console(width=180, highlight=False)
    with console.capture() as captured:
        for line in lines:
            console.print(Text(clean(line)))
        for name, (columns, rows) in tables.items():
            if rows:
                table = Table(*columns, title=f"\n{name} ({len(rows)})", title_justify="left", box=None)
                for row in rows:
                    table.add_row(*(Text(clean(text(row.get(column))), overflow="fold") for column in columns))
                console.print(table)
        if last:
            console.print(Text(last))
    return captured.get().encode("utf-8", "replace")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="used")(used)
