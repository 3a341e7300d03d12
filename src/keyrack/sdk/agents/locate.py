"""Find configuration files: in a home directory, in a project folder, or by path alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Final

from keyrack.records.gap import GapReason
from keyrack.sdk.agents.clients import CLIENTS, WSL, expand
from keyrack.sdk.agents.model import ConfigFile, Level

_MOST: Final = 2000  # matches of one wildcard pattern; a plugin cache has dozens


def known_configs(home: Path, root: Path | None = None) -> Iterator[ConfigFile]:
    """Every configuration file of a known client in a home, whichever of the three systems the home is from.

    Args:
        home: the home directory, possibly on a mounted image.
        root: the tree that must not be left through links; the home itself when not given.
    """
    yield from _search(home, root or home, _user_patterns(), "user")
    for pattern in WSL:
        for nested in _matches(home, pattern):
            yield from _search(nested, root or home, _user_patterns(), "user")


def project_configs(folder: Path, root: Path | None = None) -> Iterator[ConfigFile]:
    """Every project-level configuration file directly under a folder."""
    patterns = tuple((client.name, pattern) for client in CLIENTS for pattern in client.project)
    yield from _search(folder, root or folder, patterns, "project")


def system_configs(root: Path) -> Iterator[ConfigFile]:
    """Configuration an administrator deploys for all users of a machine, under its file-system root (or Windows drive)."""
    patterns = tuple((client.name, pattern) for client in CLIENTS for pattern in client.system)
    yield from _search(root, root, patterns, "system")


def project_client(path: str) -> tuple[str, str] | None:
    """Client and project folder of a repository-relative path, or None when it is no agent configuration.

    Files that belong into a home are recognised too: people keep those in dotfile repositories.
    """
    for client, pattern in _path_patterns():
        match = pattern.fullmatch(path)
        if match is not None:
            return client, match["folder"].rstrip("/")
    return None


@cache
def _user_patterns() -> tuple[tuple[str, str], ...]:
    return tuple(
        (client.name, plain) for client in CLIENTS for pattern in (*client.user, *client.stores) for plain in expand(pattern)
    )


@cache
def _path_patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    project = [(client.name, pattern) for client in CLIENTS for pattern in client.project]
    system = [(client.name, pattern) for client in CLIENTS for pattern in client.system]
    return tuple((name, _regex(pattern)) for name, pattern in (*project, *_user_patterns(), *system))


def _regex(pattern: str) -> re.Pattern[str]:
    """A glob as an expression over a whole path, with the folder in front as a group."""
    pieces = (".*" if part == "**" else re.escape(part).replace(r"\*", "[^/]*") for part in PurePosixPath(pattern).parts)
    return re.compile("(?P<folder>(?:.*/)?)" + "/".join(pieces))


def _search(base: Path, root: Path, patterns: Iterable[tuple[str, str]], level: Level) -> Iterator[ConfigFile]:
    seen: set[Path] = set()
    for client, pattern in patterns:
        for path in _matches(base, pattern):
            if path in seen:
                continue
            try:
                found, blocked = _look(path, root)
            except OSError:
                found, blocked = True, "unreadable"
            if found:
                seen.add(path)
                yield ConfigFile(client, path, level, blocked)


def _matches(base: Path, pattern: str) -> Iterator[Path]:
    """Paths of a pattern. A plain one is not globbed: names with brackets are literal, and 400 probes stay cheap."""
    if "*" not in pattern:
        yield base / pattern
        return
    try:
        yield from sorted(islice(base.glob(pattern), _MOST))
    except OSError:
        yield from ()


def _look(path: Path, root: Path) -> tuple[bool, GapReason | None]:
    """Whether a path is a file, and why it must not be read: following a link out of an image would read the live machine."""
    try:
        if not (path.is_file() or path.is_symlink()):
            return False, None
    except PermissionError:
        return True, "denied"
    try:
        resolved = path.resolve(strict=True)
    except (OSError, RuntimeError):  # a dangling link or a loop of links
        return True, "missing"
    return True, None if resolved.is_relative_to(root.resolve()) else "unsupported"
