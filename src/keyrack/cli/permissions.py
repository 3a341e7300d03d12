"""`keyrack permissions`: the least-privilege policy Keyrack itself needs."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from keyrack.cli.options import Output, checked_format, sink


def permissions(
    provider: Annotated[str, typer.Argument(help="Provider name, e.g. aws.")],
    *,
    optional: Annotated[bool, typer.Option("--optional/--required-only", help="Include optional capabilities.")] = False,
    form: Annotated[str, typer.Option("--as", help="Another document of the provider: stackset (aws).")] = "",
    reasons: Annotated[bool, typer.Option("--list", help="List the permissions, with reasons, instead.")] = False,
    format: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
    output: Output = None,
) -> None:
    """Print what to create so that Keyrack may look, and no more: a policy, an app manifest, a role or SQL.

    Systems that take no such document get a list of permissions with reasons; --list gives it for the others.
    """
    from keyrack.app.policies import grant, policy

    checked_format(format, ("table", "json"))
    document = policy(provider, optional=optional, listed=reasons)
    text = None if reasons else grant(provider, optional=optional, form=form)
    if text is not None:
        with sink(output) as out:
            out.write((text.rstrip("\n") + "\n").encode() if format == "table" else _json({**document, "grant": text}))
        return
    with sink(output) as out:
        if format == "table" and "permissions" in document:
            lines = [
                f"{r['permission']}  ({'optional, ' if r['optional'] else ''}{r['for']}): {r['why']}"
                for r in document["permissions"]
            ]
            out.write(("\n".join(lines) + "\n").encode())
        else:
            out.write(_json(document))


def _json(document: dict[str, Any]) -> bytes:
    import msgspec

    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="permissions")(permissions)
