"""`keyrack cut`: the fewest removals that close the most paths."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from keyrack.cli.options import AsOf, HomeOption, Output, checked_format, home_of, now, sink
from keyrack.cli.period import DataEvents, Days, Until, period_of

To = Annotated[str, typer.Option("--to", help="admin, crown (a crown jewel), or the uid of an identity.")]
Most = Annotated[int, typer.Option("--most", min=1, help="At most this many removals.")]
Format = Annotated[str, typer.Option("--format", help="table or json.")]


def cut(
    to: To = "admin",
    most: Most = 5,
    days: Days = 90,
    until: Until = None,
    data_events: DataEvents = None,
    format: Format = "table",
    output: Output = None,
    home: HomeOption = None,
    as_of: AsOf = None,
) -> None:
    """Find the fewest grants or trusts whose removal closes the most paths; the graph is evaluated anew after each."""
    from keyrack.app.graph import cuts
    from keyrack.app.state import commit_at
    from keyrack.cli.progress import shown

    checked_format(format, ("table", "json"))
    place = home_of(home)
    with shown(wanted=True) as progress:
        found = list(cuts(place, commit_at(place, as_of), to, most, period_of(days, until, data_events), now(), progress))
    with sink(output) as stream:
        text = json.dumps({"to": to, "cuts": found}, indent=2) if format == "json" else _table(found)
        stream.write(text.encode("utf-8", "replace") + b"\n")


def _table(found: list[dict[str, Any]]) -> str:
    from keyrack.outputs.text import clean

    lines = []
    for number, step in enumerate(found, 1):
        lines.append(f"{number}. remove the {step['remove']} {clean(step['name'])} from {clean(step['from'])}")
        lines.append(f"   closes {len(step['closes'])} paths, {step['left']} are left; {_use(step['used'])}")
        lines += _rehearsal(step["rehearsal"])
        lines += [f"   - {clean(uid)}" for uid in step["closes"]]
    return "\n".join(lines) if lines else "No removal closes a path."


def _rehearsal(found: dict[str, Any] | None) -> list[str]:
    if found is None:
        return []
    said = {"safe": "safe", "breaks": "breaks " + ", ".join(found["breaks"]), "not_enough_evidence": "not enough evidence"}
    return [f"   rehearsed: {said[found['verdict']]}", *(f"     {reason}" for reason in found["reasons"][:2])]


def _use(used: dict[str, int] | None) -> str:
    if used is None:
        return "no log says whether it is used (keyrack usage ingest)"
    if not used:
        return "no logged call needed it"
    top = sorted(used.items(), key=lambda item: (-item[1], item[0]))[:3]
    return f"{sum(used.values())} logged calls needed it: " + ", ".join(f"{action} {count}" for action, count in top)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="cut")(cut)
