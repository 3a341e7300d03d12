"""The tree being scanned: every path is looked up below one root, links included, and nothing outside it is ever opened."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from keyrack.records.gap import GapReason
from keyrack.records.placement import Readers

_MOST_LINKS = 40  # as Linux: path_resolution(7)
_TABLE = 8 * 1024 * 1024
_LONGEST_NUMBER = 12
_CLASSES: tuple[Readers, ...] = ("owner", "group", "world")


class TooLarge(OSError):  # noqa: N818 - the reason of a Gap, not a fault of ours
    """The file is larger than its format ever needs."""


class Special(OSError):  # noqa: N818 - the reason of a Gap, not a fault of ours
    """Not a regular file: a pipe, socket, device or directory in a file's place."""


@dataclass(frozen=True, slots=True)
class File:
    """One file that was read. ``path`` is its name below the root, ``readers`` who could really reach it there."""

    path: str
    data: bytes
    mode: int
    uid: int
    changed: datetime | None
    readers: Readers

    @property
    def octal(self) -> str:
        """Permission bits as ``0644``."""
        return f"{stat.S_IMODE(self.mode):04o}"


def shown(path: str) -> str:
    r"""A path as text for records: bytes that are no UTF-8, and control characters, become ``\xNN``."""
    text = path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return text if text.isprintable() else "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)


def reason_of(error: OSError) -> GapReason:
    """Why a file could not be read, in the words of a Gap."""
    if isinstance(error, TooLarge):
        return "too_large"
    if error.errno in (errno.EACCES, errno.EPERM):
        return "denied"
    return "missing" if error.errno in (errno.ENOENT, errno.ENOTDIR) else "unreadable"


class Root:
    """Reads below one directory. Paths are given and returned as they are inside it: ``/etc/passwd``."""

    def __init__(self, base: str) -> None:
        self.base = os.path.realpath(base)
        self._reach: dict[str, int] = {"/": len(_CLASSES) - 1}
        self._members: dict[int, set[str]] | None = None

    def outside(self, path: str) -> str:
        """The path on the machine that scans; ``path`` must be free of links (see :meth:`resolve`)."""
        return f"{self.base.rstrip('/')}/{path.lstrip('/')}"

    def resolve(self, path: str) -> str:
        """The path with all links followed as if the root were ``/``.

        Raises:
            OSError: missing, denied, or too many links.
        """
        pending = path.split("/")[::-1]
        done: list[str] = []
        links = 0
        while pending:
            part = pending.pop()
            if part in ("", "."):
                continue
            if part == "..":
                del done[-1:]
                continue
            target = self._link("/".join((*done, part)))
            if target is None:
                done.append(part)
                continue
            links += 1
            if links > _MOST_LINKS:
                raise OSError(errno.ELOOP, "too many links")
            done = [] if target.startswith("/") else done
            pending.extend(reversed(target.split("/")))
        return "/" + "/".join(done)

    def _link(self, path: str) -> str | None:
        try:
            return os.readlink(self.outside(path))  # noqa: PTH115 - names are kept as the system gives them
        except OSError as error:
            if error.errno == errno.EINVAL:  # not a link
                return None
            raise
        except ValueError as error:  # a NUL or half a surrogate pair, taken from some file: no such name can exist
            raise FileNotFoundError(errno.ENOENT, "no such name") from error

    def exists(self, path: str) -> bool:
        """Whether the path is there and its folders may be entered."""
        try:
            self.resolve(path)
        except OSError:
            return False
        return True

    def is_directory(self, path: str) -> bool:
        """Whether the path is a directory, through links."""
        try:
            return stat.S_ISDIR(os.lstat(self.outside(self.resolve(path))).st_mode)
        except OSError:
            return False

    def closed(self, path: str) -> OSError | None:
        """Why nothing below a directory can be looked up, if so."""
        try:
            os.lstat(self.outside(self.resolve(path)) + "/.")
        except OSError as error:
            return error
        return None

    def names(self, path: str) -> list[str]:
        """Names in a directory, sorted; empty when it is missing.

        Raises:
            OSError: it is there and may not be listed.
        """
        try:
            with os.scandir(self.outside(self.resolve(path))) as listing:
                return sorted(entry.name for entry in listing)
        except (FileNotFoundError, NotADirectoryError):
            return []

    def read(self, path: str, limit: int) -> File:
        """Read a regular file of at most ``limit`` bytes. Never blocks on a pipe, never triggers a device.

        Raises:
            OSError: :class:`TooLarge`, :class:`Special`, or what the system says.
        """
        real = self.resolve(path)
        handle = os.open(self.outside(real), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
        try:
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode):
                raise Special(errno.EINVAL, "not a regular file")
            if found.st_size > limit:
                raise TooLarge(errno.EFBIG, "too large")
            data = b"".join(_blocks(handle, limit))
        finally:
            os.close(handle)
        return File(real, data, found.st_mode, found.st_uid, _moment(found.st_mtime), self._readers(real, found))

    def _readers(self, path: str, found: os.stat_result) -> Readers:
        own = 2 if found.st_mode & stat.S_IROTH else 1 if found.st_mode & stat.S_IRGRP else 0
        if own == 1 and self._empty(found.st_gid):
            own = 0
        return _CLASSES[min(own, self._reachable(path.rpartition("/")[0] or "/"))]

    def _empty(self, group: int) -> bool:
        """Whether a group of this host has nobody in it but root, who reads everything anyway (group(5), passwd(5))."""
        if self._members is None:
            self._members = {}  # reading the two files asks for their own readers
            self._members = self._groups()
        return group in self._members and self._members[group] <= {"root"}

    def _groups(self) -> dict[int, set[str]]:
        members: dict[int, set[str]] = {}
        for fields in self._table("/etc/group", 4):
            members.setdefault(int(fields[2]), set()).update(name for name in fields[3].strip().split(",") if name)
        for fields in self._table("/etc/passwd", 7) if members else ():
            if fields[3].isdecimal():
                members.setdefault(int(fields[3]), set()).add(fields[0])
        return members

    def _table(self, path: str, width: int) -> list[list[str]]:
        """Lines of a colon-separated file with a number in the third field; none when it cannot be read."""
        try:
            text = self.read(path, _TABLE).data.decode("utf-8", "replace")
        except OSError:
            return []
        rows = [line.split(":") for line in text.split("\n")]
        return [row for row in rows if len(row) == width and row[2].isdecimal() and len(row[2]) < _LONGEST_NUMBER]

    def _reachable(self, folder: str) -> int:
        """The widest class that may pass through a folder and all folders above it."""
        known = self._reach.get(folder)
        if known is None:
            mode = os.lstat(self.outside(folder)).st_mode
            own = 2 if mode & stat.S_IXOTH else 1 if mode & stat.S_IXGRP else 0
            known = self._reach[folder] = min(own, self._reachable(folder.rpartition("/")[0] or "/"))
        return known


def _blocks(handle: int, limit: int) -> Iterator[bytes]:
    """Content as it is now, even when the file grows meanwhile."""
    left = limit + 1
    while left > 0 and (block := os.read(handle, min(left, 1 << 20))):
        left -= len(block)
        yield block
    if left <= 0:
        raise TooLarge(errno.EFBIG, "too large")


def _moment(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None
