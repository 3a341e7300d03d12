"""`keyrack doctor`: does this installation work?"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from keyrack.cli.lists import print_rows
from keyrack.cli.options import ConfigOption, HomeOption, ListFormat, home_of, now


def doctor(
    *,
    offline: Annotated[bool, typer.Option("--offline", help="Do not try the configured sources.")] = False,
    format: ListFormat = "table",
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Check the installation, and try every configured source: which permissions are missing; exit 1 when something fails."""
    from keyrack.app.doctor import checks

    found = list(checks(home_of(home), config, now(), probe=not offline))
    print_rows([asdict(check) for check in found], ("state", "name", "detail", "hint"), format)
    if any(check.state == "failed" for check in found):
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="doctor")(doctor)
