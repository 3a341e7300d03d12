"""From words on the command line, or the configuration, to targets of providers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from keyrack.app.config import Config
from keyrack.errors import UsageError
from keyrack.sdk import Target, registry


def resolve(words: Sequence[str], options: Mapping[str, Mapping[str, str]], config: Config) -> list[Target]:
    """Targets to scan. ``options`` maps provider name to option values given on the command line.

    No words: what the configuration lists; with no configuration: the current directory and this machine.

    Raises:
        UsageError: a word is neither a provider nor an existing path, or a source has unknown options.
    """
    if words:
        return [_target(word, options) for word in words]
    if config.sources:
        return [_configured(source, options, config) for source in config.sources]
    return [_target(".", options), _target("machine", options)]


def _target(word: str, options: Mapping[str, Mapping[str, str]]) -> Target:
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


def _configured(source: Mapping[str, str | bool], options: Mapping[str, Mapping[str, str]], config: Config) -> Target:
    word = source.get("target")
    if not isinstance(word, str):
        raise UsageError("config.source", "each [[sources]] needs a `target`")
    by_name = word in registry.names()
    target = _target(word if by_name else str(config.path(word)), options)
    declared = {option.name: option for option in registry.load(target.provider).manifest.options}
    settings: dict[str, str] = {}
    for name, value in source.items():
        if name == "target":
            continue
        if name not in declared:
            raise UsageError(
                "config.source", f"source {word!r} has no option {name!r}", hint=f"known: {', '.join(sorted(declared))}"
            )
        text = ("true" if value else "") if isinstance(value, bool) else value
        settings[name] = str(config.path(text)) if declared[name].kind == "path" else text
    return Target(target.provider, target.location, {**settings, **target.options})
