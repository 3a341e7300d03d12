"""From a path to files, and from a file to chunks of UTF-8: gzip unpacked, UTF-16 recoded, sizes bounded, changes noticed.

A report is never held whole: each reading opens it anew and yields chunks. Standard input is kept in a temporary file without a
name (it is gone when the process ends), since some formats are read twice.
"""

from __future__ import annotations

import codecs
import gzip
import os
import stat
import sys
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final

from keyrack.errors import KeyrackError
from keyrack.records.gap import GapReason
from keyrack.sdk.formats.base import clean

CHUNK: Final = 1 << 18
_FILES: Final = 100_000
_RATIO: Final = 400
"""Unpacked bytes for each packed one beyond which gzip is taken for a bomb; reports reach about 100 (DEFLATE ends at 1,032)."""
_FREE: Final = 64 << 20
"""Bytes unpacked before the ratio is looked at."""
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
                 (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))  # fmt: skip
_PACKED: Final = {
    b"PK\x03\x04": "a zip archive",
    b"\x28\xb5\x2f\xfd": "packed with zstd",
    b"\xfd7zXZ": "packed with xz",
    b"BZh": "packed with bzip2",
}


class UnreadableError(KeyrackError):
    """(The rest of) a report cannot be read; ``reason`` is the Gap's, the message our own and never a quote."""

    def __init__(self, reason: GapReason, detail: str, *, offset: int | None = None, hint: str = "") -> None:
        super().__init__("reports.unreadable", detail, hint=hint)
        self.reason: GapReason = reason
        self.offset = offset


@dataclass(slots=True)
class File:
    """One report. ``name`` is what records call it: its path below the folder that was named."""

    name: str
    path: Path | None
    named: bool = False
    """A person named this very file, so it must be a report; in a folder other files may lie about."""
    kept: IO[bytes] | None = None
    modified: datetime | None = None
    head: bytes = field(default=b"", repr=False)

    def chunks(self) -> Iterator[bytes]:
        """Content as UTF-8 (unless it is no text), from the start.

        Raises:
            UnreadableError: it cannot be opened or read on; what was yielded before stands.
        """
        with self._opened() as stream:
            before = os.fstat(stream.fileno())
            yield from _recoded(_unpacked(stream))
            after = os.fstat(stream.fileno())
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise UnreadableError("truncated", "it changed while it was read", hint="let the tool finish, then scan again")

    def beginning(self, most: int = 1 << 16) -> bytes:
        """The first bytes of the content.

        Raises:
            UnreadableError: it cannot be opened.
        """
        found = b""
        for chunk in self.chunks():
            found += chunk
            if len(found) >= most:
                break
        return found[:most]

    def _opened(self) -> IO[bytes]:
        if self.path is None:
            if self.kept is None:
                self.kept = _stdin()
            again = os.fdopen(os.dup(self.kept.fileno()), "rb")
            again.seek(0)
            return again
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | (0 if self.named else getattr(os, "O_NOFOLLOW", 0))
        try:
            descriptor = os.open(self.path, flags)
        except FileNotFoundError:
            raise UnreadableError("missing", "it is gone", hint="scan again") from None
        except OSError:
            raise UnreadableError("unreadable", "it may not be opened", hint="let Keyrack read it") from None
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            os.close(descriptor)
            raise UnreadableError("unsupported", "it is no regular file")
        self.modified = moment(status.st_mtime)
        return os.fdopen(descriptor, "rb")


def moment(seconds: float) -> datetime:
    """A file's time, whatever a hostile archive set it to."""
    return datetime.fromtimestamp(min(max(seconds, 0), 253402300799), UTC)


def files(path: Path | None, skip: Path | None) -> Iterator[File | UnreadableError]:
    """Every file at a path, sorted: links to files or folders are not followed, except the path itself. ``skip``: the mapping.

    What may not be listed comes as an error, so that the rest is still read.
    """
    if path is None or not path.is_dir():
        yield File("stdin" if path is None else clean(path.name, 500), path, named=True)
        return
    failed: list[str] = []
    count = 0
    for folder, names, found in os.walk(path, onerror=lambda error: failed.append(str(error.filename))):
        names.sort()
        names[:] = [name for name in names if not name.startswith(".")]
        for name in sorted(found):
            full = Path(folder, name)
            if name.startswith(".") or full.is_symlink() or _same(full, skip):
                continue
            count += 1
            if count > _FILES:
                yield UnreadableError("too_large", f"more than {_FILES} files: the rest was not looked at")
                return
            yield File(clean(os.fsencode(full.relative_to(path)).decode("utf-8", "replace"), 500), full)
    for name in sorted(failed):
        yield UnreadableError("unreadable", f"the folder {clean(Path(name).name)} may not be listed", hint="let Keyrack list it")


def _same(path: Path, other: Path | None) -> bool:
    try:
        return other is not None and path.samefile(other)
    except OSError:
        return False


def _stdin() -> IO[bytes]:
    kept = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the file it stands for
    while chunk := sys.stdin.buffer.read(CHUNK):
        kept.write(chunk)
    kept.flush()
    return kept


def _unpacked(stream: IO[bytes]) -> Iterator[bytes]:
    """Raw chunks, gunzipped when the content says so."""
    magic = stream.read(6)
    stream.seek(0)
    for mark, what in _PACKED.items():
        if magic.startswith(mark):
            raise UnreadableError("unsupported", f"it is {what}", hint="unpack it")
    if not magic.startswith(b"\x1f\x8b"):
        yield from _plain(stream)
        return
    total = 0
    with gzip.GzipFile(fileobj=stream) as packed:
        while chunk := _next(packed, total):
            total += len(chunk)
            if total > _FREE and total > _RATIO * stream.tell():
                raise UnreadableError("too_large", "it unpacks to far more than a report could", offset=total)
            yield chunk


def _next(packed: gzip.GzipFile, offset: int) -> bytes:
    try:
        return packed.read(CHUNK)
    except EOFError:
        raise UnreadableError("truncated", "its gzip data break off", offset=offset, hint="let the tool write it again") from None
    except (OSError, zlib.error):
        raise UnreadableError(
            "malformed", "its gzip data are damaged", offset=offset, hint="let the tool write it again"
        ) from None


def _plain(stream: IO[bytes]) -> Iterator[bytes]:
    offset = 0
    while True:
        try:
            chunk = stream.read(CHUNK)
        except OSError:
            raise UnreadableError("unreadable", "its disk gives an error", offset=offset) from None
        if not chunk:
            return
        offset += len(chunk)
        yield chunk


def _recoded(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """UTF-8 without its mark: by the mark, or by the zero bytes of UTF-16 without one (JSON and CSV begin with ASCII)."""
    first = next(chunks, b"")
    while len(first) < 4 and (more := next(chunks, b"")):
        first += more
    mark, name = next(((mark, name) for mark, name in _MARKS if first.startswith(mark)), (b"", ""))
    first = first[len(mark) :]
    name = name or {b"\0": "utf-16-be"}.get(first[:1], "utf-16-le" if first[1:2] == b"\0" else "utf-8")
    if name == "utf-8":
        yield first
        yield from chunks
        return
    decoder = codecs.getincrementaldecoder(name)("replace")
    yield decoder.decode(first).encode("utf-8", "replace")
    for chunk in chunks:
        yield decoder.decode(chunk).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")
