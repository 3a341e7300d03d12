"""Files of a repository as its readers see them: HEAD's tree of a git repository, or the files of a plain directory."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol

from keyrack.providers.repository.git import Blobs, Git, display

READ_LIMIT = 4 << 20
"""Bytes; a larger definition or configuration file is not parsed (`Tree.read` answers ``None``)."""

DEPENDENCY_FOLDERS = frozenset({"node_modules", ".venv", "venv", "__pycache__", ".tox", ".nox", ".mypy_cache", "site-packages"})
VERSION_CONTROL_FOLDERS = frozenset({".git", ".hg", ".svn"})


class Tree(Protocol):
    """What parsers of pipelines, infrastructure code and agent configurations read.

    Paths are relative, with ``/``, in the form records carry (see :func:`keyrack.providers.repository.git.display`).
    """

    @property
    def name(self) -> str:
        """Repository name, ``owner/name`` where known."""
        ...

    def files(self) -> Iterator[str]:
        """Paths of all regular files, sorted; no symlinks, no submodules."""
        ...

    def read(self, path: str) -> bytes | None:
        """Content of a file; ``None`` when absent, unreadable or larger than :data:`READ_LIMIT`."""
        ...

    def size(self, path: str) -> int | None:
        """Bytes of a file; ``None`` when absent."""
        ...


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a tree: git mode (octal text), object id, bytes (``None``: a submodule, or an object that is not here)."""

    mode: str
    oid: str
    size: int | None
    raw: bytes


@dataclass(frozen=True)
class GitTree:
    """The tree of one commit, read from the object store: the same for bare, shallow and checked-out repositories."""

    git: Git
    blobs: Blobs
    name: str
    commit: str

    @cached_property
    def entries(self) -> dict[str, Entry]:
        """Everything in the tree by path, sorted, symlinks and submodules included.

        Raises:
            GitError: the tree cannot be read.
        """
        found: dict[str, Entry] = {}
        for line in self.git.fields("ls-tree", "-r", "-l", "-z", "--full-tree", self.commit):
            meta, _, raw = line.partition(b"\t")
            mode, _, oid, size = meta.split()
            found[display(raw)] = Entry(mode.decode(), oid.decode(), int(size) if size.isdigit() else None, raw)
        return dict(sorted(found.items()))

    def files(self) -> Iterator[str]:
        """Paths of all regular files, sorted."""
        return (path for path, entry in self.entries.items() if entry.mode.startswith("100"))

    def submodules(self) -> Iterator[tuple[str, str]]:
        """Path and pinned commit of every submodule."""
        return ((path, entry.oid) for path, entry in self.entries.items() if entry.mode == "160000")

    def read(self, path: str) -> bytes | None:
        """Content of a file; ``None`` when absent, corrupt or too large."""
        entry = self.entries.get(path)
        if entry is None or entry.size is None or entry.size > READ_LIMIT or not entry.mode.startswith("100"):
            return None
        return self.blobs.read(entry.oid)

    def size(self, path: str) -> int | None:
        """Bytes of a file; ``None`` when absent."""
        entry = self.entries.get(path)
        return entry.size if entry else None


@dataclass(frozen=True)
class DirectoryTree:
    """The files of a directory that is not (or not yet) under git; symlinks are not followed."""

    root: Path
    name: str
    only: str | None = None
    """The one file to look at, when the target is a file."""
    skipped: list[str] = field(default_factory=list)
    """Folders of installed dependencies that were left out, and folders that could not be listed."""

    @cached_property
    def entries(self) -> dict[str, bytes]:
        """Raw relative path of every regular file by its display path, sorted."""
        if self.only is not None:
            raw = os.fsencode(self.only)
            return {display(raw): raw}
        found: dict[str, bytes] = {}
        top = os.fsencode(self.root)
        for folder, names, files in os.walk(top, onerror=self._unlistable):
            self._prune(top, folder, names)
            for name in files:
                full = folder + b"/" + name
                if stat.S_ISREG(_mode(full)):
                    raw = os.path.relpath(full, top)
                    found[display(raw)] = raw
        return dict(sorted(found.items()))

    def _unlistable(self, error: OSError) -> None:
        self.skipped.append(display(os.path.relpath(os.fsencode(error.filename), os.fsencode(self.root))))

    def _prune(self, top: bytes, folder: bytes, names: list[bytes]) -> None:
        dependencies = {name for name in names if display(name) in DEPENDENCY_FOLDERS}
        self.skipped.extend(display(os.path.relpath(folder + b"/" + name, top)) for name in sorted(dependencies))
        names[:] = [name for name in names if name not in dependencies and display(name) not in VERSION_CONTROL_FOLDERS]

    def files(self) -> Iterator[str]:
        """Paths of all regular files, sorted."""
        return iter(self.entries)

    def location(self, path: str) -> Path | None:
        """Where a file lies on disk."""
        raw = self.entries.get(path)
        return self.root / os.fsdecode(raw) if raw is not None else None

    def read(self, path: str) -> bytes | None:
        """Content of a file; ``None`` when absent, unreadable or too large."""
        location = self.location(path)
        return read_file(location, READ_LIMIT) if location else None

    def size(self, path: str) -> int | None:
        """Bytes of a file; ``None`` when absent."""
        location = self.location(path)
        try:
            return location.stat(follow_symlinks=False).st_size if location else None
        except OSError:
            return None


def _mode(path: bytes) -> int:
    try:
        return os.lstat(path).st_mode
    except OSError:
        return 0


def read_file(path: Path, limit: int) -> bytes | None:
    """Content of a regular file; ``None`` when it is none (link, device, pipe), unreadable or larger than ``limit``."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as stream:
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return None
            content = stream.read(limit + 1)
        except OSError:
            return None
    return content if len(content) <= limit else None
