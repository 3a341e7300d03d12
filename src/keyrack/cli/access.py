"""`keyrack access`: what an identity may do."""

from __future__ import annotations

import os
import sys
from functools import partial
from typing import Annotated

import typer

_BLOCK = 2**18
"""Bytes read at once; what is there is answered before more is read."""


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


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, help="Decide what policies allow.", rich_markup_mode=None)
    group.callback()(lambda: None)
    group.command(name="decide")(decide)
    app.add_typer(group, name="access")
