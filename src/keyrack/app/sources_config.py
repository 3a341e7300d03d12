"""The sources that ``keyrack.toml`` lists: each with a name, a target with options, and perhaps a timetable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from keyrack.app.config import Config
from keyrack.app.timetable import Timetable, timetable
from keyrack.errors import UsageError
from keyrack.sdk import Target, registry
from keyrack.sdk.manifest import RESERVED

Options = Mapping[str, Mapping[str, str]]
"""Provider name -> option name -> value, as given on the command line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """One ``[[sources]]`` table. ``logs``: `keyrack serve` also takes in the live logs of its provider."""

    name: str
    target: Target
    timetable: Timetable | None = None
    logs: bool = False


def configured(config: Config, options: Options | None = None) -> list[Configured]:
    """Every source of the configuration, in its order.

    Raises:
        UsageError: a table is malformed, its target is unknown, or two sources have one name.
    """
    found: dict[str, Configured] = {}
    for table in config.sources:
        source = read_source(table, config, options or {})
        if source.name in found:
            if "name" in table:
                raise UsageError("config.twice", f"two sources are called {source.name!r}", hint="give each its own `name`")
            name = next(name for name in _numbered(source.name) if name not in found)
            source = replace(source, name=name, target=replace(source.target, name=name))
        found[source.name] = source
    return list(found.values())


def read_source(table: Mapping[str, str | bool], config: Config, options: Options) -> Configured:
    """One table.

    Raises:
        UsageError: it is malformed, or its target or an option is unknown.
    """
    word = _text(table, "target")
    if not word:
        raise UsageError("config.source", "each [[sources]] needs a `target`")
    bare = named_target(word if word in registry.names() else str(config.path(word)), options)
    settings = _settings(table, word, bare, config)
    name = _text(table, "name") or word
    return Configured(
        name=name,
        target=Target(bare.provider, bare.location, {**settings, **bare.options}, name),
        timetable=timetable(_text(table, "every"), _text(table, "schedule")),
        logs=table.get("logs") is True,
    )


def named_target(word: str, options: Options) -> Target:
    """A provider's name, or any existing path, as a target.

    Raises:
        UsageError: it is neither.
    """
    manifests = registry.manifests()
    if word in registry.names() and registry.load(word).manifest.target == "name":
        return Target(word, "", dict(options.get(word, {})))
    path = Path(word).expanduser()
    if not path.exists():
        named = [name for name, manifest in manifests.items() if manifest.target == "name"]
        raise UsageError(
            "target.unknown",
            f"{word!r} is neither an existing path nor one of {', '.join(named)}",
            hint="see `keyrack scan --help`",
        )
    provider = next((name for name, manifest in manifests.items() if manifest.target == "path"), None)
    if provider is None:
        raise UsageError("target.provider", "no installed provider scans paths", hint="`keyrack doctor` says what is broken")
    return Target(provider, str(path), dict(options.get(provider, {})))


def _settings(table: Mapping[str, str | bool], word: str, bare: Target, config: Config) -> dict[str, str]:
    declared = {option.name: option for option in registry.load(bare.provider).manifest.options}
    settings: dict[str, str] = {}
    for name, value in table.items():
        if name in RESERVED:
            continue
        if name not in declared:
            raise UsageError(
                "config.source", f"source {word!r} has no option {name!r}", hint=f"known: {', '.join(sorted(declared))}"
            )
        text = ("true" if value else "") if isinstance(value, bool) else value
        settings[name] = str(config.path(text)) if declared[name].kind == "path" else text
    return settings


def _numbered(name: str) -> Iterator[str]:
    return (f"{name}-{number}" for number in count(2))


def _text(table: Mapping[str, str | bool], name: str) -> str:
    value = table.get(name, "")
    if not isinstance(value, str):
        raise UsageError("config.source", f"`{name}` of a source is a text", hint="docs/configuration.md lists the keys")
    return value
