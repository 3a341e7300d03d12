"""Bytes of a file to text of a log: gzip or plain, never more memory than the limits here, whatever the file claims."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO

from keyrack.errors import KeyrackError

HEAD = 65_536
"""Bytes a log is recognised by."""

DOCUMENT = 256 << 20
"""Bytes of text a document may have; it must be decoded whole. CloudTrail's are a few megabytes."""

PIECE = 16 << 20
"""Bytes of text read at a time where a log has a record a line."""

LINE = 64 << 20
"""Bytes a single line may have."""

GZIP = b"\x1f\x8b"


class BrokenInputError(KeyrackError):
    """A file that cannot be turned into text; it is set aside and named, the others go on."""


def head(raw: bytes) -> bytes:
    """The first bytes of the text.

    Raises:
        BrokenInputError: it begins like gzip and is none.
    """
    return next(_pieces(io.BytesIO(raw), HEAD), b"") if raw[:2] == GZIP else raw[:HEAD]


def whole(raw: bytes) -> bytes:
    """All of the text.

    Raises:
        BrokenInputError: damaged, cut off, or more than :data:`DOCUMENT`.
    """
    if raw[:2] != GZIP:
        return _limited(raw)
    from isal import igzip_lib

    reader = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP)
    try:
        text: bytes = reader.decompress(raw, DOCUMENT + 1)
    except igzip_lib.error as error:  # type: ignore[misc]
        raise _damaged() from error
    if reader.eof and not reader.unused_data.strip(b"\0"):
        return _limited(text)
    if len(text) <= DOCUMENT and reader.eof:
        return b"".join(_members(raw))
    if len(text) <= DOCUMENT:
        raise BrokenInputError("usage.truncated", "the gzip stream is cut off", hint="copy the file again")
    return _limited(text)


def lines(file: BinaryIO) -> Iterator[bytes]:
    """Whole lines, some megabytes at a time.

    Raises:
        BrokenInputError: damaged or cut off, or a line longer than :data:`LINE`; what came before was fine.
    """
    rest = b""
    start = file.read(2)
    file.seek(0)
    for piece in _pieces(file, PIECE) if start == GZIP else iter(lambda: file.read(PIECE), b""):
        complete, newline, after = piece.rpartition(b"\n")
        if newline:
            yield rest + complete
            rest = after
        else:
            rest += piece
        if len(rest) > LINE:
            raise BrokenInputError("usage.line", "a line of more than 64 MiB", hint="this is no log with a record a line")
    if rest.strip():
        yield rest


def _members(raw: bytes) -> Iterator[bytes]:
    total = 0
    for piece in _pieces(io.BytesIO(raw), PIECE):
        total += len(piece)
        if total > DOCUMENT:
            raise _too_large()
        yield piece


def _pieces(file: BinaryIO, size: int) -> Iterator[bytes]:
    """Text of a gzip file of one or more members, at most ``size`` bytes at a time."""
    from isal import igzip_lib

    reader = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP)
    pending = b""
    try:
        while True:
            if reader.eof:
                pending = (reader.unused_data + file.read(1 << 20)).lstrip(b"\0")
                if not pending:
                    return
                reader = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP)
            elif reader.needs_input:
                pending = file.read(1 << 20)
                if not pending:
                    raise BrokenInputError("usage.truncated", "the gzip stream is cut off", hint="copy the file again")
            text = reader.decompress(pending, size)
            pending = b""
            if text:
                yield text
    except igzip_lib.error as error:  # type: ignore[misc]
        raise _damaged() from error


def _limited(text: bytes) -> bytes:
    if len(text) > DOCUMENT:
        raise _too_large()
    return text


def _too_large() -> BrokenInputError:
    return BrokenInputError(
        "usage.large", "more than 256 MiB of text in one document", hint="split it, or write a record a line (jq -c '.Records[]')"
    )


def _damaged() -> BrokenInputError:
    return BrokenInputError("usage.gzip", "it begins like gzip and is damaged", hint="copy the file again")
