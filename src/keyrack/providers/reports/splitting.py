"""A JSON document of any size, taken apart while it streams: chosen values whole as bytes, chosen scalars, the rest passed over.

Structure is found by brackets and strings alone (RFC 8259, section 2); what a chosen value holds is judged when it is decoded, so
one broken value costs itself and not the document. Documents may follow each other, one a line or not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

import msgspec

from keyrack.providers.reports.opening import UnreadableError

Path = tuple[str, ...]
"""Names from the top; an element of a list is called ``[]``."""
Want = Literal["value", "scalar", ""]

VALUE_LIMIT: Final = 16 << 20
"""Bytes of one chosen value, or one string, that are still read."""
_DEEPEST: Final = 500
_TOKEN: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]|[^\s"{}\[\],:]+|"', re.DOTALL)
_BRACKET: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]]|"', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Part:
    """A chosen value. ``raw`` is ``None`` when it is larger than is read. ``offset`` counts bytes of the unpacked UTF-8 text."""

    path: Path
    offset: int
    raw: bytes | None = field(repr=False)
    numbers: tuple[int, ...] = ()
    """For each open bracket around it, which element (from 1) it stands in; 0 for objects."""


@dataclass(slots=True)
class _Text:
    """The text as far as it was read, and no further back than somebody still needs."""

    chunks: Iterator[bytes]
    data: bytes = field(default=b"", repr=False)
    start: int = 0
    at: int = 0
    ended: bool = False

    def more(self, keep: int) -> bool:
        """Read on, keeping the data from position ``keep``; whether there was more. Positions move with what is dropped.

        As much is read as is kept, so that a long value costs no more than in proportion to its length.
        """
        found = [self.data[keep:]]
        size, least = 0, len(found[0])
        for chunk in self.chunks:
            found.append(chunk)
            size += len(chunk)
            if size > least:
                break
        if not size:
            self.ended = True
            return False
        self.data = b"".join(found)
        self.start += keep
        self.at -= keep
        return True

    def token(self, pattern: re.Pattern[bytes], keep: int | None = None) -> tuple[bytes, int] | None:
        """The next token and its absolute offset; ``keep``: absolute offset of data still needed."""
        while True:
            match = pattern.search(self.data, self.at)
            if match is None:
                self.at = len(self.data)
                if not self.more(self.at if keep is None else keep - self.start):
                    return None
                continue
            whole = match[0] != b'"' and (
                match.end() < len(self.data) or self.ended or match[0] in b"{}[],:" or match[0][:1] == b'"'
            )
            if whole:
                self._bounded(match, keep)
                self.at = match.end()
                return match[0], self.start + match.start()
            self.at = match.start()
            self._bounded(match, keep)
            if not self.more(self.at if keep is None else keep - self.start):
                if match[0] == b'"':
                    raise UnreadableError("truncated", "it breaks off within a text", offset=self.start + self.at)
                return match[0], self.start + match.start()

    def _bounded(self, match: re.Match[bytes], keep: int | None) -> None:
        """A text may not be larger than is read; within a chosen value (``keep``) that is the value's own matter."""
        size = (len(self.data) if match[0] == b'"' else match.end()) - match.start()
        if size > VALUE_LIMIT and keep is None:
            raise UnreadableError("too_large", "it holds a text larger than is read", offset=self.start + match.start())


def split(chunks: Iterator[bytes], want: Callable[[Path], Want]) -> Iterator[Part]:
    """Chosen values and scalars, in the order of the text.

    Raises:
        UnreadableError: it breaks off, nests too deep, or is no JSON; what was yielded before stands.
    """
    yield from _Splitter(_Text(chunks), want).parts()


@dataclass(slots=True)
class _Splitter:
    text: _Text
    want: Callable[[Path], Want]
    path: list[str] = field(default_factory=list)
    closers: list[bytes] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    key: bool = False
    """The next string of an object is a name."""
    choices: dict[Path, Want] = field(default_factory=dict)

    def parts(self) -> Iterator[Part]:
        while (found := self.text.token(_TOKEN)) is not None:
            token, offset = found
            if token in (b"}", b"]"):
                self._close(token, offset)
            elif token == b",":
                self.key = bool(self.closers) and self.closers[-1] == b"}"
            elif token == b":":
                self.key = False
            elif self.key and token[:1] == b'"':
                self.path[-1] = _name(token)
            else:
                yield from self._value(token, offset)
        if self.closers:
            raise UnreadableError("truncated", "it breaks off", offset=self.text.start + len(self.text.data))

    def _value(self, token: bytes, offset: int) -> Iterator[Part]:
        path = tuple(self.path)
        if self.closers and self.closers[-1] == b"]":
            self.numbers[-1] += 1
        wanted = self.choices.get(path)
        if wanted is None:
            wanted = self.want(path)
            if len(self.choices) < 10_000:
                self.choices[path] = wanted
        opening = token in (b"{", b"[")
        if wanted == "value" and opening and (path or token == b"{"):  # a list at the top is walked through, never held
            yield Part(path, offset, self._whole(offset), tuple(self.numbers))
        elif opening:
            self._open(token, offset)
        elif wanted == "scalar":
            yield Part(path, offset, token, tuple(self.numbers))
        elif not self.closers and token[:1] not in b'"-0123456789tfnNI':
            raise UnreadableError("malformed", "it is no JSON", offset=offset)

    def _open(self, token: bytes, offset: int) -> None:
        if len(self.closers) >= _DEEPEST:
            raise UnreadableError("malformed", f"it nests deeper than {_DEEPEST} levels", offset=offset)
        self.closers.append(b"}" if token == b"{" else b"]")
        self.numbers.append(0)
        self.path.append("" if token == b"{" else "[]")
        self.key = token == b"{"

    def _close(self, token: bytes, offset: int) -> None:
        if not self.closers or self.closers.pop() != token:
            raise UnreadableError("malformed", "its brackets do not match", offset=offset)
        self.path.pop()
        self.numbers.pop()
        self.key = False

    def _whole(self, offset: int) -> bytes | None:
        """Bytes of the value that opens at ``offset``; ``None`` when they are too many (they are passed over)."""
        depth, keep = 1, offset
        while depth:
            found = self.text.token(_BRACKET, keep)
            if found is None:
                raise UnreadableError("truncated", "it breaks off within a finding", offset=offset)
            token, at = found
            depth += (token in (b"{", b"[")) - (token in (b"}", b"]"))
            if at - offset > VALUE_LIMIT:
                keep = at + len(token)
        end = at + 1
        return self.text.data[offset - self.text.start : end - self.text.start] if keep == offset else None


def lines(chunks: Iterator[bytes]) -> Iterator[Part]:
    """Lines of JSON Lines that are not blank, each by itself: a broken one costs nothing else."""
    rest, start, long = b"", 0, False
    for chunk in chunks:
        pieces = (rest + chunk).split(b"\n")
        for piece in pieces[:-1]:
            if long or piece.strip():
                yield Part((), start, None if long else piece)
            start, long = start + len(piece) + 1, False
        rest = pieces[-1]
        if len(rest) > VALUE_LIMIT:
            start, rest, long = start + len(rest), b"", True
    if long or rest.strip():
        yield Part((), start, None if long else rest)


def decoded(raw: bytes) -> object | None:
    """The value; ``None``: no JSON. NaN and Infinity are read as nothing, stray bytes as U+FFFD, of one name twice the last."""
    try:
        value: object = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
        pass
    else:
        return value
    try:
        value = json.loads(raw.decode("utf-8", "replace"), parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return None
    return value


def _name(token: bytes) -> str:
    value = decoded(token)
    return value if isinstance(value, str) else ""
