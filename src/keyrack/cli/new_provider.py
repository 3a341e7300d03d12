"""`keyrack new-provider`: the skeleton of a provider in a package of its own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def new_provider(
    name: Annotated[str, typer.Argument(help="Short name: lower case letters, digits and _, e.g. acme.")],
    *,
    title: Annotated[str | None, typer.Option("--title", help="The system's own name.", show_default=False)] = None,
    folder: Annotated[Path | None, typer.Option("--folder", help="Where; default keyrack-NAME here.", show_default=False)] = None,
) -> None:
    """Write a package that scans a new system: manifest, fetch, mapping, README, a fake, and tests that pass right away."""
    from keyrack.app.new_provider import create

    place = folder or Path(f"keyrack-{name}")
    for path in create(name, place, title):
        sys.stdout.write(f"{path}\n")
    sys.stdout.write(f"next: cd {place} && python -m pytest, then docs/writing-providers.md\n")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="new-provider")(new_provider)
