"""`keyrack sources`: what is scanned, the runs, and the sources of keyrack.toml: list, add, check, remove."""

from __future__ import annotations

import os
import shlex
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from keyrack.cli.lists import print_rows
from keyrack.cli.options import ConfigOption, HomeOption, ListFormat, Output, home_of, now
from keyrack.errors import UsageError

sources = typer.Typer(name="sources", help="List what is scanned; add, check, remove a source.", rich_markup_mode=None)

Runs = Annotated[bool, typer.Option("--runs", help="List the runs instead.")]
Configured = Annotated[bool, typer.Option("--configured", help="List what keyrack.toml has instead.")]
Set = Annotated[list[str] | None, typer.Option("--set", metavar="OPTION=VALUE", help="An option of the provider; repeatable.")]
CHECK_COLUMNS = ("state", "name", "detail", "hint")


@sources.callback(invoke_without_command=True)
def in_force(
    context: typer.Context,
    *,
    runs: Runs = False,
    format: ListFormat = "table",
    output: Output = None,
    home: HomeOption = None,
) -> None:
    """List the sources in force, each with its latest scan and row counts; or every committed run."""
    if context.invoked_subcommand is None:
        _list(home, format, output, runs=runs)


@sources.command(name="list")
def listed(
    *,
    runs: Runs = False,
    configured: Configured = False,
    format: ListFormat = "table",
    output: Output = None,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """List the sources in force, the committed runs, or what keyrack.toml has."""
    if configured:
        rows = ({"name": s.name, **s_row} for s, s_row in _tables(config))
        print_rows(rows, ("name", "provider", "location", "when", "options"), format, output)
    else:
        _list(home, format, output, runs=runs)


@sources.command()
def add(
    provider: Annotated[str, typer.Argument(help="Provider name, e.g. aws; or a path.")],
    *,
    name: Annotated[str | None, typer.Option("--name", help="What to call it.", show_default=False)] = None,
    every: Annotated[str | None, typer.Option("--every", help='How often: "30m", "6h", "1d".', show_default=False)] = None,
    schedule: Annotated[str | None, typer.Option("--schedule", help="Or when, as cron, UTC.", show_default=False)] = None,
    set: Set = None,
    logs: Annotated[bool, typer.Option("--logs", help="`keyrack serve` takes in its live logs, too.")] = False,
    no_check: Annotated[bool, typer.Option("--no-check", help="Do not try it first.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing; write it even if a check fails.")] = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Walk through a source's options, try it, and write it to keyrack.toml. Secrets are refused: name where they lie."""
    from keyrack.app.config import NAME, Config
    from keyrack.app.sources_check import check
    from keyrack.app.sources_config import read_source
    from keyrack.app.sources_file import add as write
    from keyrack.app.sources_file import refuse_secret

    path = config or Path(NAME)
    asking = set is None and not yes and sys.stdin.isatty()
    house = {"name": name, "target": _target(provider, path), "every": every, "schedule": schedule, "logs": logs or None}
    answers = _asked(provider, path) if asking else _given(provider, set or [], path)
    table: dict[str, str | bool] = {**{key: value for key, value in house.items() if value}, **answers}
    for key, value in table.items():
        refuse_secret(key, value)
    source = read_source(table, Config(folder=str(path.parent)), {})
    found = [] if no_check else list(check(home_of(home), [source], now()))
    if found:
        print_rows([asdict(item) for item in found], CHECK_COLUMNS, "table")
    if any(item.state == "failed" for item in found) and not (yes or (asking and typer.confirm("Write it all the same?"))):
        raise UsageError("sources.check", "not written: a check failed", hint="grant what is missing, or add --yes")
    sys.stdout.write(f"{write(path, table)}written to {path}; next: keyrack scan {source.name}\n")


@sources.command(name="check")
def checked(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Configured sources; none: all.")] = None,
    *,
    format: ListFormat = "table",
    output: Output = None,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Try configured sources: can we sign in, which permissions are missing; exit 1 when something fails."""
    from keyrack.app.config import load
    from keyrack.app.sources_check import check
    from keyrack.app.sources_config import configured

    known = {source.name: source for source in configured(load(config))}
    if unknown := [name for name in names or [] if name not in known]:
        raise UsageError("sources.unknown", f"no source is called {unknown[0]!r}", hint=f"known: {', '.join(known) or 'none'}")
    found = list(check(home_of(home), [known[name] for name in names or known], now()))
    print_rows([asdict(item) for item in found], CHECK_COLUMNS, format, output)
    if any(item.state == "failed" for item in found):
        raise typer.Exit(1)


@sources.command()
def remove(
    name: Annotated[str, typer.Argument(help="The source's name, or its target when it has none.")],
    *,
    keep: Annotated[bool, typer.Option("--keep", help="Leave what was seen of it in the inventory, as old as it is.")] = False,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Take a source out of keyrack.toml, and what was seen of it out of the inventory; earlier runs keep it."""
    from keyrack.app.config import NAME
    from keyrack.app.sources_file import remove as take_out
    from keyrack.app.sources_forget import in_force_of

    path = config or Path(NAME)
    take_out(path, name)
    sys.stdout.write(f"{name} is no longer in {path}\n")
    found = in_force_of(home_of(home), name)
    if not found:
        sys.stdout.write("nothing in the inventory is known to come from it; `keyrack sources` lists what is in force\n")
    elif keep:
        sys.stdout.write(f"kept in the inventory: {', '.join(found)}; `keyrack sources forget` takes it out\n")
    else:
        _forget(home, config, found)


@sources.command()
def forget(
    names: Annotated[
        list[str], typer.Argument(metavar="SOURCE...", help="Ids of sources in force, as `keyrack sources` has them.")
    ],
    *,
    home: HomeOption = None,
    config: ConfigOption = None,
) -> None:
    """Take sources out of the inventory, without a scan; earlier runs keep them, and the next scan of one brings it back."""
    _forget(home, config, names)


def _forget(home: Path | None, config: Path | None, found: list[str]) -> None:
    """Do it, and say so; if it cannot be done now, say how it can later."""
    from keyrack.app.config import load
    from keyrack.app.sources_forget import forget as let_go
    from keyrack.errors import KeyrackError

    try:
        commit = let_go(home_of(home), load(config), found, now())
    except KeyrackError as error:
        if isinstance(error, UsageError):
            raise
        words = " ".join(map(shlex.quote, found))
        raise KeyrackError(
            error.code, f"still in the inventory: {error}", hint=f"later: keyrack sources forget {words}"
        ) from error
    sys.stdout.write(f"out of the inventory: {', '.join(found)}; run {commit.run}. Earlier runs keep it (--as-of)\n")


def _list(home: Path | None, format: str, output: Path | None, *, runs: bool) -> None:
    import msgspec

    lake = home_of(home).lake
    if runs:
        history = (
            {"run": c.run, "at": c.at, "version": c.version, "scanned": c.scanned, "forgotten": list(c.forgotten)}
            for c in lake.commits()
        )
        print_rows(history, ("run", "at", "version", "scanned", "forgotten"), format, output)
        return
    head = lake.head()
    states = head.sources.items() if head else ()
    rows = (
        {
            "source": source, "name": state.name, "title": state.title, "provider": state.provider, "scanned_at": state.at,
            "calls": sum(one.calls for one in state.spent), "rows": state.tables, "spent": msgspec.to_builtins(state.spent),
        }
        for source, state in sorted(states)
    )  # fmt: skip
    print_rows(rows, ("source", "name", "title", "provider", "scanned_at", "calls", "rows"), format, output)


def _tables(config: Path | None) -> list[tuple[Any, dict[str, Any]]]:
    from keyrack.app.config import load
    from keyrack.app.sources_config import configured

    settings = load(config)
    pairs = zip(configured(settings), settings.sources, strict=True)
    return [
        (
            source,
            {
                "provider": source.target.provider,
                "location": source.target.location,
                "when": table.get("every") or table.get("schedule"),
                "options": dict(source.target.options),
            },
        )
        for source, table in pairs
    ]


def _target(word: str, file: Path) -> str:
    """A provider's name as it is; a path as seen from the file's folder."""
    from keyrack.sdk import registry

    return word if word in registry.names() else _beside(word, file)


def _beside(path: str, file: Path) -> str:
    """A path that a person gave here, as the file has it: relative ones start at the file's own folder."""
    return path if Path(path).is_absolute() or path.startswith("~") else os.path.relpath(path, file.parent)


def _given(provider: str, pairs: list[str], file: Path) -> dict[str, str | bool]:
    """Options of ``--set``, checked against the provider's."""
    found: dict[str, str | bool] = {}
    options = _options(provider)
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or key not in options:
            raise UsageError(
                "set.option", f"{provider} has no option {key!r}", hint=f"OPTION=VALUE of {', '.join(sorted(options))}"
            )
        found[key] = _typed(options[key], value, file)
    return found


def _typed(option: Any, value: str, file: Path) -> str | bool:
    if option.kind == "switch":
        return value.lower() in {"true", "yes", "1", "on"}
    return _beside(value, file) if option.kind == "path" else value


def _asked(provider: str, file: Path) -> dict[str, str | bool]:
    """Options as a person answers; an empty answer leaves one out."""
    found: dict[str, str | bool] = {}
    for option in _options(provider).values():
        if option.kind == "switch":
            if typer.confirm(f"{option.name}: {option.help}?", default=False, err=True):
                found[option.name] = True
        elif answer := typer.prompt(f"{option.name}: {option.help}", default="", show_default=False, err=True).strip():
            found[option.name] = _typed(option, answer, file)
    return found


def _options(word: str) -> dict[str, Any]:
    from keyrack.app.sources_config import named_target
    from keyrack.sdk import registry

    return {option.name: option for option in registry.load(named_target(word, {}).provider).manifest.options}


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(sources, name="sources")
