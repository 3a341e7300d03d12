"""`keyrack blast`: what one identity reaches, or how far every identity reaches."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keyrack.cli.options import AsOf, HomeOption, Output, checked_format, home_of, sink
from keyrack.errors import UsageError

if TYPE_CHECKING:
    from keyrack.graph.blast import Radius

Uid = Annotated[str | None, typer.Argument(help="Uid of an identity.", show_default=False)]
All = Annotated[bool, typer.Option("--all", help="Counts for every identity at once.")]
Conditional = Annotated[bool, typer.Option("--conditional", help="Also ways that hang on conditions nobody here can judge.")]
Format = Annotated[str, typer.Option("--format", help="table or json.")]


def blast(
    uid: Uid = None,
    everyone: All = False,
    conditional: Conditional = False,
    format: Format = "table",
    output: Output = None,
    home: HomeOption = None,
    as_of: AsOf = None,
) -> None:
    """Show what an identity reaches, hop by hop: identities it can become, resources it can act on, crown jewels."""
    from keyrack.app.graph import blast_document, graph_of, named
    from keyrack.app.state import commit_at
    from keyrack.cli.progress import shown
    from keyrack.graph.blast import everybody

    checked_format(format, ("table", "json"))
    if (uid is None) is not everyone:
        raise UsageError("blast.whom", "give the uid of one identity, or --all", hint="`keyrack inventory` lists identities")
    place = home_of(home)
    with shown(wanted=True) as progress:
        graph = graph_of(place, commit_at(place, as_of), progress)
    with sink(output) as stream:
        if uid is None:
            radii = everybody(graph, conditional=conditional)
            text = json.dumps([asdict(radius) for radius in radii], indent=2) if format == "json" else _counts(radii)
        else:
            story = blast_document(graph, named(graph, uid), conditional=conditional)
            text = json.dumps(story, indent=2) if format == "json" else _rings(story)
        stream.write(text.encode("utf-8", "replace") + b"\n")


def _rings(story: dict[str, Any]) -> str:
    from keyrack.outputs.text import clean

    lines = [clean(story["identity"])]
    for ring in story["rings"]:
        lines.append(f"hop {ring['hop']}: {len(ring['identities'])} identities, {len(ring['resources'])} resources")
        lines += [f"  {clean(uid)}" for uid in ring["identities"]]
        jewels = set(ring["crown"])
        for row in ring["resources"]:
            mark = "crown jewel " if row["resource"] in jewels else ""
            lines.append(f"  {mark}{clean(row['resource'])}  by {clean(row['action'])}")
    lines.append(f"in all {story['identities']} identities, {story['resources']} resources, {story['crown']} crown jewels")
    return "\n".join(lines)


def _counts(radii: list[Radius]) -> str:
    from keyrack.outputs.text import clean

    lines = [f"{'identities':>10} {'resources':>10} {'crown':>6}  identity"]
    lines += [f"{r.identities:>10} {r.resources:>10} {r.crown:>6}  {clean(r.uid)}" for r in radii]
    return "\n".join(lines)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="blast")(blast)
