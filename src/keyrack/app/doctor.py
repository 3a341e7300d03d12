"""Checks of this installation: what works, what does not, and the next step."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

from keyrack.app.checks import Check
from keyrack.app.config import load
from keyrack.app.evaluation import rules_in_force
from keyrack.app.home import Home
from keyrack.app.sources_check import check
from keyrack.app.sources_config import configured
from keyrack.errors import KeyrackError
from keyrack.sdk import registry, usage


def checks(home: Home, config: Path | None, now: datetime, *, probe: bool = True) -> Iterator[Check]:
    """Run every check; none changes anything but creating the home. ``probe``: also try every configured source."""
    yield Check("python", "ok", sys.version.split()[0])
    yield _git()
    yield _guard("home", lambda: _home(home))
    yield _guard("lake", lambda: _lake(home))
    yield _guard("configuration", lambda: f"{len(load(config).sources)} sources configured")
    yield from _unlisted(home, config)
    yield _guard("rules", lambda: f"{len(rules_in_force(load(config)))} rules load")
    for name in registry.names():
        yield _provider(name)
    yield _guard("logs", _logs)
    if probe:
        yield from _sources(home, config, now)


def _unlisted(home: Home, config: Path | None) -> Iterator[Check]:
    """Sources in force under a name that the file does not have (any more): taken out by hand, or another file's."""
    try:
        names = {source.name for source in configured(load(config))}
        head = home.lake.head()
    except KeyrackError:
        return  # said by the checks of configuration, sources and lake
    lost = [source for source, state in (head.sources if head else {}).items() if state.name and state.name not in names]
    if lost:
        hint = f"keyrack sources forget {' '.join(map(shlex.quote, lost[:MOST_NAMED]))}"
        detail = f"{len(lost)} sources in the inventory are not in keyrack.toml: {', '.join(lost[:MOST_NAMED])}"
        yield Check("inventory", "warning", detail, f"if nobody watches them any more: {hint}")


MOST_NAMED = 20


def _sources(home: Home, config: Path | None, now: datetime) -> Iterator[Check]:
    try:
        yield from check(home, configured(load(config)), now)
    except KeyrackError as error:
        yield Check("sources", "failed", str(error), error.hint)


def _guard(name: str, probe: Callable[[], str]) -> Check:
    try:
        return Check(name, "ok", probe())
    except KeyrackError as error:
        return Check(name, "failed", str(error), error.hint)


def _git() -> Check:
    found = shutil.which("git")
    if found:
        return Check("git", "ok", found)
    return Check("git", "warning", "not on PATH: repositories cannot be scanned", "install git")


def _home(home: Home) -> str:
    home.prepare()
    mode = home.key_file.stat().st_mode & 0o777
    if mode & 0o077:
        raise KeyrackError("home.key", f"{home.key_file} is readable by others ({mode:04o})", hint=f"chmod 600 {home.key_file}")
    home.fingerprinter()
    return f"{home.root}, key present and private"


def _lake(home: Home) -> str:
    commits = home.lake.commits()
    for commit in commits:
        missing = [
            s for s in (*(s.folder for s in commit.sources.values()), commit.evaluated) if not (home.lake.root / s).is_dir()
        ]
        if missing:
            raise KeyrackError("lake.damaged", f"run {commit.run} lacks {missing[0]}", hint="restore the lake from backup")
    return f"{len(commits)} runs, all whole"


def _logs() -> str:
    if broken := usage.broken():
        named = ", ".join(f"{name} ({why})" for name, why in sorted(broken.items()))
        raise KeyrackError(
            "usage.broken", f"readers of logs that do not load: {named}", hint="reinstall the package they are from"
        )
    return ", ".join(usage.logs())


def _provider(name: str) -> Check:
    try:
        manifest = registry.load(name).manifest
    except KeyrackError as error:
        return Check(f"provider {name}", "failed", str(error), error.hint)
    missing = [library for library in manifest.libraries if not _installed(library)]
    if missing:
        return Check(f"provider {name}", "warning", f"needs {', '.join(missing)}", f"pip install 'keyrack[{manifest.extra}]'")
    return Check(f"provider {name}", "ok", manifest.title)


def _installed(library: str) -> bool:
    try:
        return find_spec(library) is not None
    except ModuleNotFoundError:  # the parent of a dotted name is missing
        return False
