"""`keyrack paths`: who can become an administrator, reach a crown jewel, or become one identity, and how."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from keyrack.cli.options import AsOf, HomeOption, Output, checked_format, home_of, sink

if TYPE_CHECKING:
    from keyrack.graph.model import Graph
    from keyrack.graph.paths import Path

To = Annotated[str, typer.Option("--to", help="admin, crown (a crown jewel), or the uid of an identity.")]
From = Annotated[str | None, typer.Option("--from", help="Only from this identity.", show_default=False)]
Conditional = Annotated[bool, typer.Option("--conditional", help="Also ways that hang on conditions nobody here can judge.")]
Format = Annotated[str, typer.Option("--format", help="table or json.")]


def paths(
    to: To = "admin",
    source: From = None,
    conditional: Conditional = False,
    format: Format = "table",
    output: Output = None,
    home: HomeOption = None,
    as_of: AsOf = None,
) -> None:
    """Show how identities become administrators, reach crown jewels or become one another: the shortest way from each."""
    from keyrack.app.graph import as_document, graph_of, named, unread
    from keyrack.app.state import commit_at
    from keyrack.cli.progress import shown
    from keyrack.graph.paths import paths_to

    checked_format(format, ("table", "json"))
    place = home_of(home)
    with shown(wanted=True) as progress:
        graph = graph_of(place, commit_at(place, as_of), progress, resources=to == "crown")
    to = to if to in {"admin", "crown"} else named(graph, to)
    found = paths_to(graph, to, named(graph, source) if source else None, conditional=conditional)
    with sink(output) as stream:
        if format == "json":
            stream.write(json.dumps(as_document(graph, found), indent=2).encode() + b"\n")
        else:
            missing = unread(place, commit_at(place, as_of))
            stream.write(_table(graph, found, to, missing).encode("utf-8", "replace"))


def _table(graph: Graph, found: list[Path], to: str, missing: list[str]) -> str:
    from keyrack.outputs.text import clean

    lines = [f"{clean(uid)} is an administrator by itself" for uid in sorted(graph.admins)] if to == "admin" else []
    for path in found:
        lines.append(f"{clean(path.source)}")
        for hop in path.hops:
            via = f"  ({clean(hop.via)})" if hop.via else ""
            lines.append(f"  -> {clean(hop.target)}  by {clean(hop.mechanism)}{via}")
    ends = {"admin": "an administrator", "crown": "a crown jewel"}.get(to, to)
    lines.append(f"{len(found)} of {len(graph.names)} identities reach {clean(ends)}.")
    lines += [f"note: {clean(sentence)}" for sentence in missing]
    return "\n".join(lines) + "\n"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="paths")(paths)
