"""`keyrack permissions`: the least-privilege policy Keyrack itself needs."""

from __future__ import annotations

from typing import Annotated

import typer

from keyrack.cli.options import Output, checked_format, sink


def permissions(
    provider: Annotated[str, typer.Argument(help="Provider name, e.g. aws.")],
    *,
    optional: Annotated[bool, typer.Option("--optional/--required-only", help="Include optional capabilities.")] = False,
    format: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
    output: Output = None,
) -> None:
    """Print the policy to grant Keyrack for a provider: an IAM policy for aws, a list with reasons for others."""
    import msgspec

    from keyrack.app.policies import policy

    checked_format(format, ("table", "json"))
    document = policy(provider, optional=optional)
    with sink(output) as out:
        if format == "table" and "permissions" in document:
            lines = [
                f"{r['permission']}  ({'optional, ' if r['optional'] else ''}{r['for']}): {r['why']}"
                for r in document["permissions"]
            ]
            out.write(("\n".join(lines) + "\n").encode())
        else:
            out.write(msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="permissions")(permissions)
