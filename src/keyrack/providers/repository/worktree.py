"""Files on disk that HEAD does not hold: new, changed, and the ignored ones that are made to hold secrets (``.env``).

The index says what git saw last (git-ls-files(1) ``--debug``): a file whose size and time still match is not read again.
``git status`` is not used, since it runs the clean filters a repository configures.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from keyrack.providers.repository.git import Git, GitError, display
from keyrack.providers.repository.history import SIZE_LIMIT
from keyrack.providers.repository.tree import read_file
from keyrack.records.placement import Readers
from keyrack.sdk.formats import recognise

_STATED: Final = re.compile(rb"\A(?:  [^\0]*?flags: [0-9a-f]+\n)")
_MTIME: Final = re.compile(rb"mtime: (\d+):(\d+)")
_SIZE: Final = re.compile(rb"size: (\d+)")
_DOTENV: Final = re.compile(r"(?i)(?:^|/)(?:\.env(?:[._-][^/]*)?|[^/]+\.env|\.envrc|secrets?\.(?:ya?ml|json|toml|env|txt))$")


@dataclass(frozen=True, slots=True)
class DiskFile:
    """A file of the working tree to look at; ``path`` is for records, ``location`` for reading."""

    path: str
    location: Path
    size: int
    mode: int
    modified: datetime
    owner: str | None

    @property
    def readers(self) -> Readers:
        """Widest class its permission bits let read."""
        if self.mode & stat.S_IROTH:
            return "world"
        return "group" if self.mode & stat.S_IRGRP else "owner"

    def content(self) -> bytes | None:
        """Its bytes; ``None`` when it became unreadable or is too large."""
        return read_file(self.location, SIZE_LIMIT)


def disk_file(root: Path, raw: bytes) -> DiskFile | None:
    """The regular file at a relative path, reached through no symbolic link; else ``None``."""
    location = root / os.fsdecode(raw)
    try:
        status = location.lstat()
        inside = location.parent.resolve() == root.resolve() / Path(os.fsdecode(raw)).parent
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(status.st_mode) or not inside:
        return None
    modified = datetime.fromtimestamp(min(max(status.st_mtime, 0), 253402300799), UTC)
    return DiskFile(display(raw), location, status.st_size, stat.S_IMODE(status.st_mode), modified, _owner(status.st_uid))


def _owner(number: int) -> str | None:
    try:
        import pwd

        return pwd.getpwuid(number).pw_name
    except (ImportError, KeyError):
        return None


def changed(git: Git, head: dict[str, str]) -> Iterator[bytes]:
    """Relative paths of tracked files that differ, or may differ, from HEAD; ``head`` maps paths to object ids there.

    Raises:
        GitError: the index is unreadable.
    """
    root = git.work_tree
    if root is None:
        return
    entry: tuple[bytes, str] | None = None
    for item in git.fields("ls-files", "--stage", "--debug", "-z"):
        stated = _STATED.match(item)
        if entry is not None and stated is not None:
            raw, oid = entry
            if head.get(display(raw)) != oid or not _untouched(root, raw, stated[0]):
                yield raw
        rest = item[stated.end() :] if stated else item
        meta, _, raw = rest.partition(b"\t")
        words = meta.split()
        entry = (raw, words[1].decode()) if len(words) == 3 and words[0].startswith(b"100") else None


def _untouched(root: Path, raw: bytes, stated: bytes) -> bool:
    """Whether a file has the size and modification time the index noted."""
    mtime, size = _MTIME.search(stated), _SIZE.search(stated)
    if mtime is None or size is None:
        return False
    try:
        status = (root / os.fsdecode(raw)).lstat()
    except (OSError, ValueError):
        return True  # deleted: nothing to read
    noted = int(mtime[1]) * 1_000_000_000 + int(mtime[2])
    return status.st_mtime_ns == noted and status.st_size == int(size[1])


def untracked(git: Git) -> tuple[list[bytes], list[str]]:
    """New files that are not ignored, and other repositories nested in the working tree (only named).

    Raises:
        GitError: the working tree cannot be listed.
    """
    files, nested = [], []
    for raw in git.fields("ls-files", "--others", "--exclude-standard", "-z"):
        if raw.endswith(b"/"):
            nested.append(display(raw))
        else:
            files.append(raw)
    return files, nested


def ignored_secrets(git: Git) -> Iterator[bytes]:
    """Ignored files whose name says that they hold credentials. Ignored folders are not entered.

    Raises:
        GitError: the working tree cannot be listed.
    """
    for raw in git.fields("ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z"):
        path = display(raw)
        if not raw.endswith(b"/") and (_DOTENV.search(path) or recognise(path) is not None):
            yield raw


def pending(git: Git, head: dict[str, str], new: list[bytes]) -> Iterator[DiskFile]:
    """All files on disk worth a look besides HEAD; ``new`` are the untracked ones.

    Raises:
        GitError: index or working tree cannot be listed.
    """
    root = git.work_tree
    if root is None:
        return
    seen: set[bytes] = set()
    for raw in (*changed(git, head), *new, *ignored_secrets(git)):
        if raw in seen:
            continue
        seen.add(raw)
        found = disk_file(root, raw)
        if found is not None:
            yield found


__all__ = ["DiskFile", "GitError", "changed", "disk_file", "ignored_secrets", "pending", "untracked"]
