"""`keyrack trace`: one credential from code to vault to cloud to cluster."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from keyrack.cli.lists import titled
from keyrack.cli.options import AsOf, HomeOption, Output, checked_format, opened, sink

_SECTIONS = (
    ("credentials", "It is", ("uid", "kind", "issuer", "status", "created_at", "last_used_at", "sources")),
    ("names", "Taken for one thing, because", ("kind", "uid", "other", "because")),
    ("places", "It lies at", ("system", "exposure", "scope", "path", "line", "consumer", "environment")),
    ("opens", "It opens", ("uid", "type", "owner", "environment", "reaches_identities", "reaches_resources", "way_to_admin")),
    ("become", "From there one becomes", ("target", "mechanism", "via")),
)


def trace(
    credential: Annotated[str, typer.Argument(help="A credential, or an identity for all of its: uid, name or a part of it.")],
    *,
    format: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
    output: Output = None,
    home: HomeOption = None,
    as_of: AsOf = None,
) -> None:
    """Follow a credential: everywhere it lies, under every name, whom it opens and where one gets from there."""
    import msgspec

    from keyrack.app.trace import trace as follow

    checked_format(format, ("table", "json"))
    _, report = opened(home, as_of)
    story = follow(report.connection, credential)
    with sink(output) as out:
        out.write(msgspec.json.encode(story) + b"\n" if format == "json" else _page(story))


def _page(story: dict[str, Any]) -> bytes:
    from rich.console import Console
    from rich.text import Text

    from keyrack.outputs.text import clean

    terminal = sys.stdout.isatty()
    console = Console(width=None if terminal else 160, force_terminal=terminal, highlight=False)
    with console.capture() as captured:
        console.print(Text(clean(story["uid"]), "bold"))
        for section, title, columns in _SECTIONS:
            if rows := story[section]:
                names = [column for column in columns if any(row.get(column) not in (None, []) for row in rows)]
                console.print(titled(title, rows, names))
    return captured.get().encode("utf-8", "replace")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="trace")(trace)
