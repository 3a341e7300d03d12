"""One share of an ingest, in a process of its own: files to rows to Parquet that nobody sees yet."""

from __future__ import annotations

import ctypes
import gc
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import parent_process
from pathlib import Path
from threading import Thread

import msgspec

from keyrack.app.usage_inputs import Input, content
from keyrack.app.usage_text import BrokenInputError, head, lines, whole
from keyrack.errors import KeyrackError
from keyrack.lake.event_writer import Written, write
from keyrack.sdk.usage import NotALogError, Rows, Shape, UsageLog, load, logs

BATCH_ROWS = 200_000
"""Rows held before they are written: about 150 MB a process."""

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""Of malloc.h; see mallopt(3)."""

KEPT = 1 << 28
"""Bytes that are not given back between files: about what a batch takes."""

WHOLE_FILE = 1 << 28
"""Bytes of a file up to which it is read at once; longer ones only where their log has a record a line."""


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """Files for one process; ``log``: take them for that log, whatever they look like."""

    root: str
    stem: str
    files: list[Input]
    log: str | None = None
    scope: str | None = None


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was read, of which log, and how many events it held."""

    file: Input
    source: str
    events: int


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A file that could not be read, or not to its end."""

    file: Input
    source: str
    code: str
    reason: str


class Done(msgspec.Struct, kw_only=True):
    """What became of a task."""

    written: list[Written] = []
    taken: list[Taken] = []
    refused: list[Refused] = []
    problems: dict[str, int] = {}
    sessions: dict[str, tuple[int, str]] = {}


class Share:
    """Rows of a task by log, and what was made of them."""

    def __init__(self, root: Path, stem: str, scope: str | None) -> None:
        self.done = Done()
        self._root, self._stem, self._scope = root, stem, scope
        self._rows: dict[str, Rows] = {}
        self._parts = 0

    def rows(self, log: UsageLog) -> Rows:
        """Where a log's events go; written out from time to time."""
        if log.name not in self._rows:
            self._rows[log.name] = Rows(self._scope)
        elif len(self._rows[log.name]) >= BATCH_ROWS:
            self.flush(log.name)
            self._rows[log.name] = Rows(self._scope)
        return self._rows[log.name]

    def flush(self, name: str) -> None:
        """Write a log's rows."""
        rows = self._rows.pop(name)
        self.done.written += write(self._root, rows, f"{self._stem}-{self._parts}")
        self._parts += 1
        for what, count in rows.problems.items():
            key = f"{name}: {what}"
            self.done.problems[key] = self.done.problems.get(key, 0) + count
        for credential, told in rows.sessions.items():
            self.done.sessions[credential] = max(self.done.sessions.get(credential, (0, "")), told)
        rows.release()

    def close(self) -> Done:
        """Write what is left."""
        for name in list(self._rows):
            self.flush(name)
        return self.done


def run(task: Task) -> Done:
    """Read every file of a task; a bad one is refused by name and the rest go on."""
    with _without_collector():
        return _run(task)


def _run(task: Task) -> Done:
    share = Share(Path(task.root), task.stem, task.scope)
    last: UsageLog | None = None
    for file in task.files:
        log: UsageLog | None = None
        try:
            raw = _raw(file)
            log, shape = _recognised(file.key, head(raw), task.log, last)
            events = _feed(file, raw, shape, log, share)
            share.done.taken.append(Taken(file=file, source=log.name, events=events))
            last = log
        except (NotALogError, BrokenInputError, KeyrackError) as error:
            source = log.name if log else task.log or ""
            share.done.refused.append(Refused(file=file, source=source, code=error.code, reason=str(error)))
    return share.close()


def _raw(file: Input) -> bytes:
    if file.key.startswith("s3://"):
        return content(file)
    try:
        with Path(file.key).open("rb") as opened:
            return opened.read(WHOLE_FILE)
    except OSError as error:
        raise BrokenInputError("usage.unreadable", f"cannot be read: {error.strerror}", hint="check its permissions") from error


def _recognised(name: str, start: bytes, wanted: str | None, last: UsageLog | None) -> tuple[UsageLog, Shape]:
    """The log a text is of; the one the file before was of is asked first."""
    candidates = [load(wanted)] if wanted else [*([last] if last else []), *logs().values()]
    for log in candidates:
        shape = log.recognises(name, start)
        if shape is not None:
            return log, shape
    expected = f"not a log of {wanted}" if wanted else "no log we know begins like this"
    raise NotALogError(expected)


def _feed(file: Input, raw: bytes, shape: Shape, log: UsageLog, share: Share) -> int:
    if shape == "document":
        if len(raw) >= WHOLE_FILE:
            raise BrokenInputError("usage.large", "a document of 256 MiB or more", hint="split it")
        return _piece(whole(raw), log, share)
    partial = len(raw) >= WHOLE_FILE and not file.key.startswith("s3://")
    with Path(file.key).open("rb") if partial else io.BytesIO(raw) as opened:
        return sum(_piece(piece, log, share) for piece in lines(opened))


def _piece(text: bytes, log: UsageLog, share: Share) -> int:
    rows = share.rows(log)
    before = len(rows)
    log.read(text, rows)
    return len(rows) - before


def die_with_parent() -> None:
    """End this process when the one that started it is killed: the queue between them would be waited on for ever."""
    parent = parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    Thread(target=watch, daemon=True).start()


def prepare() -> None:
    """Set a reading process up: it ends with the one that started it, and keeps the memory that the next file needs again."""
    die_with_parent()
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # of glibc; elsewhere memory goes back and comes again
    if mallopt is not None:
        mallopt(M_TRIM_THRESHOLD, KEPT)
        mallopt(M_MMAP_THRESHOLD, KEPT)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Rows are millions of small objects without cycles; looking for some among them takes longer than reading the logs."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
