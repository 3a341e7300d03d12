"""`keyrack access`: what an identity may do."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from functools import partial
from typing import Annotated

import typer

from keyrack.cli.lists import Row, print_rows
from keyrack.cli.options import AsOf, HomeOption, ListFormat, Output, home_of

_BLOCK = 2**18
"""Bytes read at once; what is there is answered before more is read."""

COLUMNS = ("privilege", "actions", "resources", "conditions", "because")
MOST = 6
"""Values of a list that a table shows."""


def decide(
    *,
    language: Annotated[
        str,
        typer.Option("--language", help="aws-iam, kubernetes-rbac, gcp-iam, azure-rbac, entra, github or openbao."),
    ],
) -> None:
    """Decide requests: JSON Lines on stdin, an answer a line on stdout, in order, as they come."""
    from keyrack.app.access import decide_lines

    out = sys.stdout.buffer
    for answers in decide_lines(language, partial(os.read, sys.stdin.fileno(), _BLOCK)):
        out.write(answers)
        out.flush()


def effective(
    uid: Annotated[str, typer.Argument(help="Uid or ARN of an AWS user or role.")],
    *,
    format: ListFormat = "table",
    output: Output = None,
    home: HomeOption = None,
    as_of: AsOf = None,
) -> None:
    """List what an identity may do once denies, boundary, organisation and session policies have had their say."""
    from keyrack.app.access import effective_rows
    from keyrack.app.state import commit_at

    place = home_of(home)
    rows = effective_rows(place, commit_at(place, as_of), uid)
    print_rows((_readable(row) for row in rows) if format == "table" else rows, COLUMNS, format, output)


def _readable(row: Row) -> Row:
    """The row with long lists cut short, and what it hangs on in one column."""
    only_if = [f"{operator} {key} {values}" for operator, keys in row["conditions"].items() for key, values in keys.items()]
    unless = [f"unless denied by {limit}" for limit in row["limits"]]
    return {
        "privilege": row["privilege"],
        "actions": _short(row["actions"]),
        "resources": _short(row["resources"]) + (f", not {_short(row['excluded'])}" if row["excluded"] else ""),
        "conditions": "; ".join([*only_if, *unless]),
        "because": _short(row["because"]),
    }


def _short(values: Sequence[str]) -> str:
    shown = ", ".join(values[:MOST])
    return shown if len(values) <= MOST else f"{shown} and {len(values) - MOST} more"


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help="Decide what policies allow.", rich_markup_mode=None)
    group.callback()(lambda: None)
    group.command(name="decide")(decide)
    group.command(name="effective")(effective)
    app.add_typer(group, name="access")
