"""`keyrack version`."""

from __future__ import annotations

import typer

from keyrack import __version__
from keyrack.cli.options import checked_format


def version(*, format: str = typer.Option("table", "--format", help="table or json.")) -> None:
    """Print the version."""
    checked_format(format, ("table", "json"))
    typer.echo(f'{{"keyrack":"{__version__}"}}' if format == "json" else f"keyrack {__version__}")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="version")(version)
