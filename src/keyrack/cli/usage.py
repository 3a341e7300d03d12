"""`keyrack usage`: take in logs, show what an identity really does."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keyrack.cli.lists import text
from keyrack.cli.options import ConfigOption, HomeOption, Output, checked_format, home_of, now, sink
from keyrack.cli.progress import shown
from keyrack.errors import UsageError

if TYPE_CHECKING:
    from keyrack.app.usage import IngestResult

Format = Annotated[str, typer.Option("--format", help="table or json.")]

usage = typer.Typer(name="usage", help="Take in logs, show what was used.", no_args_is_help=True, rich_markup_mode=None)

SECTIONS = ("actions", "denied", "resources", "networks", "programs", "callers", "credentials")
MOST_SHOWN = 20


@usage.command()
def ingest(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="SOURCE...", help="File, folder, s3://bucket/prefix; live: aws, or a source of keyrack.toml."),
    ],
    *,
    source: Annotated[str | None, typer.Option("--source", help="Take the files for this log, e.g. aws:cloudtrail.")] = None,
    scope: Annotated[str | None, typer.Option("--scope", help="Whose log it is, where it does not say (a cluster).")] = None,
    region: Annotated[str | None, typer.Option("--region", help="Region of a live log.")] = None,
    profile: Annotated[str | None, typer.Option("--profile", help="AWS profile of a live log.")] = None,
    set: Annotated[list[str] | None, typer.Option("--set", metavar="OPTION=VALUE", help="Another option of a live log.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 3 when a file had to be set aside.")] = False,
    format: Format = "table",
    output: Output = None,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Take in logs: every event once, whatever is repeated, late or cut off; run it again to go on.

    Logs are recognised by content: CloudTrail, Kubernetes and GCP audit, Azure activity, Entra sign-ins, Graph activity, GitHub
    audit, OpenBao/Vault audit, Okta system log, PostgreSQL server log; plain or gzip.
    """
    import msgspec

    from keyrack.app.targets import known_sources
    from keyrack.app.usage import Ask, IngestRequest
    from keyrack.app.usage import ingest as take

    checked_format(format, ("table", "json"))
    options = {name: value for name, value in (("region", region), ("profile", profile)) if value}
    options |= dict(_pair(word) for word in set or [])
    named = known_sources(config, sources)
    asks = [Ask(word=named[word].provider, options={**named[word].options, **options}) for word in sources if word in named]
    rest = [word for word in sources if word not in named]
    request = IngestRequest(targets=rest, asks=asks, now=now(), log=source, scope=scope, options=options)
    with shown(wanted=True) as progress:
        result = take(home_of(home), request, progress)
    with sink(output) as out:
        out.write(msgspec.json.encode(_document(result)) + b"\n" if format == "json" else _summary(result).encode())
    for item in result.quarantined if format == "table" else ():
        sys.stderr.write(f"keyrack: set aside: {item.key}: {item.reason}\n")
    if strict and result.quarantined:
        raise typer.Exit(3)


@usage.command()
def show(
    uid: Annotated[str, typer.Argument(help="Uid or ARN of an identity, or a part of it that only one has.")],
    *,
    days: Annotated[int, typer.Option("--days", min=1, help="Window, back from now.")] = 90,
    format: Format = "table",
    output: Output = None,
    home: HomeOption = None,
) -> None:
    """Show what an identity was seen doing: actions, resources, networks, programs, callers, and what the logs lack."""
    import msgspec

    from keyrack.app import usage_show

    checked_format(format, ("table", "json"))
    story = usage_show.show(home_of(home), uid, now=now(), days=days)
    with sink(output) as out:
        out.write(msgspec.json.encode(story) + b"\n" if format == "json" else _page(story))


@usage.command()
def status(*, format: Format = "table", output: Output = None, home: HomeOption = None) -> None:
    """Show what was taken in: logs, windows, regions, calls we cannot map, files set aside, cursors."""
    import msgspec

    from keyrack.app import usage_show

    checked_format(format, ("table", "json"))
    known = usage_show.status(home_of(home))
    with sink(output) as out:
        out.write(msgspec.json.encode(known) + b"\n" if format == "json" else _status(known))


def _pair(word: str) -> tuple[str, str]:
    name, equals, value = word.partition("=")
    if not equals:
        raise UsageError("set.shape", f"--set {name!r} is no option=value", hint="e.g. --set region=eu-west-1")
    return name, value


def _document(result: IngestResult) -> dict[str, Any]:
    return {
        "files": result.files,
        "known": result.known,
        "events": result.events,
        "new": result.new,
        "duplicates": result.duplicates,
        "unmapped": result.unmapped,
        "denied": result.denied,
        "sources": dict(result.by_source),
        "problems": dict(result.problems),
        "quarantined": [{"key": item.key, "code": item.code, "reason": item.reason} for item in result.quarantined],
    }


def _summary(result: IngestResult) -> str:
    lines = [
        f"{result.files:,} files read, {result.known:,} known already, {len(result.quarantined):,} set aside",
        f"{result.events:,} events: {result.new:,} new, {result.duplicates:,} repeats",
        f"{result.denied:,} denied, {result.unmapped:,} of calls whose permission we do not know",
    ]
    lines += [f"  {name}: {count:,} new" for name, count in sorted(result.by_source.items())]
    lines += [f"  {count:,} records skipped: {what}" for what, count in sorted(result.problems.items())]
    return "\n".join(lines) + "\n"


def _page(story: dict[str, Any]) -> bytes:
    counts = ", ".join(f"{count:,} {name}" for name, count in story["outcomes"].items())
    head = [
        story["uid"],
        f"  {story['grade']}: {story['events']:,} events ({counts}) from {text(story['first_at'])} to {text(story['last_at'])}",
    ]
    for row in story["evidence"]:
        head.append(
            f"  {row['source']}: {row['events']:,} events of its account, {text(row['first_at'])} to {text(row['last_at'])}"
        )
        head.append(f"    regions seen: {text(row['regions'])}")
        head += [f"    not in the log: {text(row['not_logged'])}"] if row["not_logged"] else []
        head += [f"    only where switched on, and none seen: {text(row['not_seen'])}"] if row["not_seen"] else []
    return _tables(head, {name: story[name] for name in SECTIONS})


def _status(known: dict[str, Any]) -> bytes:
    sections = {name: known[name] for name in ("logs", "coverage", "unmapped", "quarantine")}
    tail = [f"{count:,} records skipped: {what}" for what, count in known["problems"].items()]
    tail += [f"cursor of {name}: {value}" for name, value in known["cursors"].items()]
    tail += [f"reader {name} cannot be loaded: {error}" for name, error in known["broken"].items()]
    return _tables([] if known["logs"] else ["no log was taken in yet: `keyrack usage ingest`"], sections, tail)


def _tables(head: list[str], sections: dict[str, list[dict[str, Any]]], tail: list[str] | None = None) -> bytes:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from keyrack.outputs.text import clean

    terminal = sys.stdout.isatty()
    console = Console(width=None if terminal else 160, force_terminal=terminal, highlight=False)
    with console.capture() as captured:
        for line in head:
            console.print(Text(clean(line)))
        for name, rows in sections.items():
            if rows:
                table = Table(*rows[0], title=f"\n{name} ({len(rows)})", title_justify="left", box=None)
                for row in rows[:MOST_SHOWN]:
                    table.add_row(*(Text(clean(text(value)), overflow="fold") for value in row.values()))
                console.print(table)
                if len(rows) > MOST_SHOWN:
                    console.print(Text(f"  and {len(rows) - MOST_SHOWN} more: --format json"))
        for line in tail or []:
            console.print(Text(clean(line)))
    return captured.get().encode("utf-8", "replace")


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(usage, name="usage")
