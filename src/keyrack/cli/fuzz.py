"""`keyrack fuzz`: who gets in through a trust."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from keyrack.cli.options import AsOf, HomeOption, Output, checked_format, opened, sink
from keyrack.cli.progress import shown

COLUMNS = ("level", "token", "subject", "why")


def fuzz(
    uid: Annotated[
        str | None, typer.Argument(help="Identity whose trusts to fuzz: uid, name, or a part of it. All of them without it.")
    ] = None,
    *,
    file: Annotated[Path | None, typer.Option("--file", help="Fuzz this document instead of what is known.")] = None,
    language: Annotated[
        str,
        typer.Option(
            "--language", help="Of --file: aws-iam, azure-federated-credential, gcp-workload-identity, openbao-jwt-role."
        ),
    ] = "aws-iam",
    role: Annotated[
        str, typer.Option("--role", help="Of --file in aws-iam: ARN of the role.")
    ] = "arn:aws:iam::111122223333:role/role",
    everything: Annotated[
        bool, typer.Option("--all", help="In the table, also trusts that let in only whom they should.")
    ] = False,
    format: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
    output: Output = None,
    home: HomeOption = None,
    as_of: AsOf = None,
) -> None:
    """Run synthetic tokens through each trust as its platform would: which get in, why, and the smallest fix, fuzzed again."""
    import msgspec

    from keyrack.app.fuzz import fuzz_file, fuzz_known

    checked_format(format, ("table", "json"))
    if file is not None:
        story = fuzz_file(file, language, role if language == "aws-iam" else file.name)
    else:
        _, report = opened(home, as_of)
        with shown(wanted=uid is None) as progress:
            story = fuzz_known(report, uid, lambda done: progress.update("Fuzzing trusts", done))
    whole = everything or uid is not None or file is not None
    with sink(output) as out:
        out.write(msgspec.json.encode(story) + b"\n" if format == "json" else _page(story, whole=whole))


def _page(story: dict[str, Any], *, whole: bool) -> bytes:
    from rich.console import Console
    from rich.text import Text

    from keyrack.outputs.text import clean

    terminal = sys.stdout.isatty()
    console = Console(width=None if terminal else 160, force_terminal=terminal, highlight=False)
    shown = [trust for trust in story["trusts"] if whole or trust["entered"]]
    with console.capture() as captured:
        for trust in shown:
            _print(console, trust)
        for row in story["unread"]:
            console.print(Text(f"not read: {clean(row['name'])}: {clean(row['problem'])}"))
        console.print(Text(_sum(story)))
    return captured.get().encode("utf-8", "replace")


def _print(console: Any, trust: dict[str, Any]) -> None:
    import json

    from rich.table import Table
    from rich.text import Text

    from keyrack.outputs.text import clean

    console.print(Text(f"{clean(trust['name'])} ({trust['platform']})", "bold"))
    for kind, sentence in (("meant", "means"), ("refused", "means, but refuses")):
        for probe in trust[kind]:
            console.print(Text(f"  {sentence}: {clean(_subject(probe))}"))
    if trust["entered"]:
        table = Table(*COLUMNS, box=None)
        for entry in trust["entered"]:
            cells = (entry["level"], entry["token"], _subject(entry), entry["why"])
            table.add_row(*(Text(clean(cell), overflow="fold") for cell in cells))
        console.print(table)
    if fix := trust["fix"]:
        left = ", ".join(sorted({entry["level"] for entry in fix["left"]})) or "nobody"
        fill = f"; fill in {', '.join(fix['fill_in'])}" if fix["fill_in"] else ""
        console.print(Text(f"  fix: {clean('; '.join(fix['changes']))} (then still in: {left}{fill})"))
        console.print(Text("  " + clean(json.dumps(fix["document"], ensure_ascii=False))))
    elif trust["entered"]:
        console.print(Text("  fix: none known that keeps those it means"))
    console.print()


def _subject(probe: dict[str, Any]) -> str:
    if "claims" in probe:
        return str(probe["claims"].get("sub", "(no sub)"))
    return str(probe["principal"])


def _sum(story: dict[str, Any]) -> str:
    trusts = story["trusts"]
    outside = sum(any(entry["level"] in {"stranger", "recycled", "party"} for entry in trust["entered"]) for trust in trusts)
    return f"{len(trusts)} trusts, {story['probes']} probes: {outside} let in somebody from outside"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="fuzz")(fuzz)
