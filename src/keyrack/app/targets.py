"""From words on the command line, or the configuration, to targets of providers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from keyrack.app.config import Config, load
from keyrack.app.sources_config import Options, configured, named_target
from keyrack.errors import UsageError
from keyrack.sdk import Target, registry


def resolve(words: Sequence[str], options: Options, config: Config) -> list[Target]:
    """Targets to scan. ``options`` maps provider name to option values given on the command line.

    A word is a provider, the name of a configured source, or a path. No words: what the configuration lists; with no
    configuration: the current directory and this machine.

    Raises:
        UsageError: a word is none of these, or a source has unknown options.
    """
    if words:
        other = config.sources and any(word not in registry.names() for word in words)
        known = {source.name: source.target for source in configured(config, options)} if other else {}
        return [known[word] if word in known and word not in registry.names() else named_target(word, options) for word in words]
    if config.sources:
        return [source.target for source in configured(config, options)]
    return [named_target(".", options), named_target("machine", options)]


def known_sources(path: Path | None, words: Sequence[str]) -> dict[str, Target]:
    """Those of the words that name a configured source, and neither a provider nor a path; the file is read only if need be.

    Raises:
        UsageError: the configuration is broken.
    """
    open_words = [word for word in words if word not in registry.names() and "://" not in word and not Path(word).exists()]
    if not open_words:
        return {}
    known = {source.name: source.target for source in configured(load(path))}
    return {word: known[word] for word in open_words if word in known}


def settings(pairs: Sequence[str]) -> dict[str, dict[str, str]]:
    """``provider.option=value`` words of ``--set`` as options by provider.

    Raises:
        UsageError: a word has another shape, or names an option no installed provider has.
    """
    found: dict[str, dict[str, str]] = {}
    for pair in pairs:
        path, equals, value = pair.partition("=")
        provider, dot, name = path.partition(".")
        if not (equals and dot):
            raise UsageError("set.shape", f"--set {path!r} is no provider.option=value", hint="e.g. --set aws.region=eu-west-1")
        check_option(provider, name)
        found.setdefault(provider, {})[name] = value
    return found


def check_option(provider: str, name: str) -> None:
    """Make sure that a provider has an option.

    Raises:
        UsageError: it has none of that name, or there is no such provider.
    """
    known = sorted(option.name for option in registry.load(provider).manifest.options)
    if name not in known:
        raise UsageError("set.option", f"{provider} has no option {name!r}", hint=f"known: {', '.join(known)}")
