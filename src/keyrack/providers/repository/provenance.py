"""Which commits brought a file version, and which took it away: one pass over the log of all refs.

Merges are shown combined (``-c``): only what differs from every parent, so that a merge is named when, and only when, it
brought the text itself (git-diff-tree(1), "Combined diff format").
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from keyrack.providers.repository.git import Git, GitError, display

_PRETTY = "%x01%H%x00%ae%x00%ct%x00%P%x00%S"
_OPTIONS = ("--raw", "--no-abbrev", "-z", "-c", "--no-renames", "--topo-order", f"--format={_PRETTY}")
_NAMESPACE = re.compile(r"^refs/(?:heads/|tags/|remotes/)?")
_LATEST = 253402300799
"""Seconds; the last moment of the year 9999."""


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit: id, author's e-mail, commit time (UTC), first parent, place in the log (0: newest), and a ref that holds it."""

    id: str
    author: str
    at: datetime
    parent: str | None
    order: int = 0
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One path in one commit: object ids before (several for a merge) and after (``None``: deleted)."""

    path: str
    before: tuple[str, ...]
    after: str | None


@dataclass(slots=True)
class Life:
    """Commits that wrote one file version to one path, and those that replaced or deleted it; newest first."""

    written: list[Commit] = field(default_factory=list)
    removed: list[Commit] = field(default_factory=list)


def log(git: Git, revisions: Sequence[str], paths: Sequence[str] = ()) -> Iterator[tuple[Commit, list[Change]]]:
    """Commits with their changes, children before parents.

    Raises:
        GitError: the log broke off (corrupt history); everything before the break has been yielded.
    """
    commit: Commit | None = None
    changes: list[Change] = []
    fields = git.fields("-c", "log.showRoot=true", "log", *_OPTIONS, *revisions, "--", *paths)
    for item in fields:
        text = item.lstrip(b"\n")
        if text.startswith(b"\x01"):
            if commit is not None:
                yield commit, changes
            order = 0 if commit is None else commit.order + 1
            commit, changes = _commit(text[1:], fields, order), []
        elif text.startswith(b":"):
            changes.append(_change(text, next(fields, b"")))
    if commit is not None:
        yield commit, changes


def _commit(oid: bytes, fields: Iterator[bytes], order: int) -> Commit:
    author, seconds, parents, ref = (next(fields, b"") for _ in range(4))
    stamp = int(seconds) if seconds.lstrip(b"-").isdigit() else 0
    at = datetime.fromtimestamp(min(max(stamp, 0), _LATEST), UTC)
    first = parents.split(b" ")[0].decode("ascii", "replace")
    return Commit(oid.decode("ascii", "replace"), display(author).lower(), at, first or None, order, short(display(ref)))


def short(ref: str) -> str:
    """A ref as people write it: ``main``, ``v1``, ``origin/main``, ``stash``."""
    return _NAMESPACE.sub("", ref)


def _change(meta: bytes, raw: bytes) -> Change:
    """``:mode mode oid oid status``; a merge of n parents has n colons, n+1 modes and n+1 object ids."""
    parents = len(meta) - len(meta.lstrip(b":"))
    words = meta[parents:].decode("ascii", "replace").split()
    oids = words[parents + 1 : 2 * parents + 2]
    after = oids[-1] if oids and oids[-1].strip("0") else None
    return Change(display(raw), tuple(oids[:-1]), after)


def lives(git: Git, revisions: Sequence[str], wanted: Iterable[str]) -> tuple[dict[tuple[str, str], Life], bool]:
    """Life of each wanted object id at each path that held it, by (path, object id); and whether the log was read whole."""
    oids = frozenset(wanted)
    found: dict[tuple[str, str], Life] = defaultdict(Life)
    if not oids:
        return {}, True
    try:
        for commit, changes in log(git, revisions):
            for change in changes:
                _note(commit, change, oids, found)
    except GitError:
        return dict(found), False
    return dict(found), True


def _note(commit: Commit, change: Change, oids: frozenset[str], found: dict[tuple[str, str], Life]) -> None:
    if change.after in oids:
        found[change.path, change.after].written.append(commit)
    for oid in change.before:
        if oid in oids:
            found[change.path, oid].removed.append(commit)
