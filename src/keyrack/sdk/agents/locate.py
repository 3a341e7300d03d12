"""Find configuration files: in a home directory, in a project folder, or by path alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from functools import cache
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Final

from keyrack.records.gap import GapReason
from keyrack.sdk.agents.clients import BY_NAME, CLIENTS, WSL, expand
from keyrack.sdk.agents.model import ConfigFile, Level

_MOST: Final = 2000  # matches of one wildcard pattern; a plugin cache has dozens
_DEEPEST: Final = 6  # folders below ``**``: marketplace, plugin, version and a little more
_HEAVY: Final = frozenset({"node_modules", ".git", ".venv", "__pycache__"})


Names = Callable[[str], Sequence[str]]
"""Names in a folder, given relative to the base (empty text: the base itself); empty when there is no such folder."""


def user_candidates(names: Names) -> Iterator[tuple[str, str]]:
    """(client, relative path) of every file that may be a client's configuration in a home; most will not exist."""
    yield from _candidates(_user_patterns(), names)


def wsl_homes(names: Names) -> Iterator[str]:
    """Homes of WSL 1 distributions inside a Windows home, relative to it."""
    for pattern in WSL:
        yield from _paths(pattern, names)


def project_candidates(names: Names) -> Iterator[tuple[str, str]]:
    """(client, relative path) of every file that may be a configuration of a project folder."""
    yield from _candidates(((client.name, pattern) for client in CLIENTS for pattern in client.project), names)


def system_candidates(names: Names) -> Iterator[tuple[str, str]]:
    """(client, path under the file-system root) of every file an administrator may deploy for all users."""
    yield from _candidates(((client.name, pattern) for client in CLIENTS for pattern in client.system), names)


def known_configs(home: Path, root: Path | None = None) -> Iterator[ConfigFile]:
    """Every configuration file of a known client in a home, whichever of the three systems the home is from.

    Args:
        home: the home directory, possibly on a mounted image.
        root: the tree that must not be left through links; the home itself when not given.
    """
    yield from _present(home, root or home, user_candidates(_lister(home)), "user")
    for nested in wsl_homes(_lister(home)):
        base = home / nested
        yield from _present(base, root or home, user_candidates(_lister(base)), "user")


def project_configs(folder: Path, root: Path | None = None) -> Iterator[ConfigFile]:
    """Every project-level configuration file directly under a folder."""
    yield from _present(folder, root or folder, project_candidates(_lister(folder)), "project")


def system_configs(root: Path) -> Iterator[ConfigFile]:
    """Configuration an administrator deploys for all users of a machine, under its file-system root (or Windows drive)."""
    yield from _present(root, root, system_candidates(_lister(root)), "system")


def project_client(path: str) -> tuple[str, str] | None:
    """Client and project folder of a repository-relative path, or None when it is no agent configuration.

    Files that belong into a home are recognised too: people keep those in dotfile repositories.
    """
    name = path.rpartition("/")[2]
    by_name = _path_patterns()
    for client, pattern in (*by_name.get(name, ()), *by_name.get("*" + name[name.rfind(".") :] if "." in name else name, ())):
        match = _regex(pattern).fullmatch(path)
        if match is not None:
            return client, match["folder"].rstrip("/")
    return None


def is_store(client: str, path: str) -> bool:
    """Whether a path is one where the client keeps its own sign-in."""
    return any(pattern.fullmatch(path) for pattern in _stores(client))


@cache
def _stores(client: str) -> tuple[re.Pattern[str], ...]:
    known = BY_NAME.get(client)
    return tuple(_regex(plain) for pattern in (known.stores if known else ()) for plain in expand(pattern))


@cache
def _user_patterns() -> tuple[tuple[str, str], ...]:
    return tuple(
        (client.name, plain) for client in CLIENTS for pattern in (*client.user, *client.stores) for plain in expand(pattern)
    )


@cache
def _path_patterns() -> dict[str, list[tuple[str, str]]]:
    """Patterns by the last part of their path, so that a repository's every file costs one or two look-ups."""
    project = [(client.name, pattern) for client in CLIENTS for pattern in client.project]
    system = [(client.name, pattern) for client in CLIENTS for pattern in client.system]
    found: dict[str, list[tuple[str, str]]] = {}
    for name, pattern in dict.fromkeys((*project, *_user_patterns(), *system)):
        found.setdefault(PurePosixPath(pattern).name, []).append((name, pattern))
    return found


@cache
def _regex(pattern: str) -> re.Pattern[str]:
    """A glob as an expression over a whole path, with the folder in front as a group."""
    pieces = (".*" if part == "**" else re.escape(part).replace(r"\*", "[^/]*") for part in PurePosixPath(pattern).parts)
    return re.compile("(?P<folder>(?:.*/)?)" + "/".join(pieces))


def _candidates(patterns: Iterable[tuple[str, str]], names: Names) -> Iterator[tuple[str, str]]:
    """Paths of every pattern, each once; a file that two clients share goes to the first."""
    seen: set[str] = set()
    for client, pattern in patterns:
        for path in _paths(pattern, names):
            if path not in seen:
                seen.add(path)
                yield client, path


def _paths(pattern: str, names: Names) -> Iterator[str]:
    """Relative paths of a pattern. Plain parts are taken as they are, so that most patterns list nothing."""
    yield from islice(_below("", PurePosixPath(pattern).parts, names, 0), _MOST)


def _below(base: str, parts: tuple[str, ...], names: Names, depth: int) -> Iterator[str]:
    if not parts:
        yield base
        return
    head, rest = parts[0], parts[1:]
    if head == "**":
        yield from _below(base, rest, names, depth)
        inner = names(base) if depth < _DEEPEST else ()
        for name in inner:
            if name not in _HEAVY:
                yield from _below(f"{base}/{name}", parts, names, depth + 1)
    elif "*" in head:
        for name in names(base):
            if fnmatchcase(name, head):
                yield from _below(f"{base}/{name}".lstrip("/"), rest, names, depth)
    else:
        yield from _below(f"{base}/{head}".lstrip("/"), rest, names, depth)


def _lister(base: Path) -> Names:
    def names(folder: str) -> list[str]:
        try:
            return sorted(entry.name for entry in (base / folder).iterdir())
        except OSError:
            return []

    return names


def _present(base: Path, root: Path, candidates: Iterable[tuple[str, str]], level: Level) -> Iterator[ConfigFile]:
    for client, relative in candidates:
        path = base / relative
        try:
            found, blocked = _look(path, root)
        except OSError:
            found, blocked = True, "unreadable"
        if found:
            yield ConfigFile(client, path, level, blocked)


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
