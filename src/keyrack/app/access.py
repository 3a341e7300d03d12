"""Decisions over a stream of cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from keyrack.access.cases import LONGEST, Answer, answerer, error_line


def decide_lines(language: str, read: Callable[[], bytes]) -> Iterator[bytes]:
    """Answer JSON Lines as they arrive: each block that was read yields the answers to the lines it completes.

    Args:
        language: a name of ``access.cases.LANGUAGES``.
        read: the next bytes, as soon as there are any; empty at the end.

    Yields:
        answers, each with its line end, in the order of the lines; write and flush each block before the next is read.

    Raises:
        UsageError: no such language.
    """
    return _answers(answerer(language), read)


def _answers(answer: Answer, read: Callable[[], bytes]) -> Iterator[bytes]:
    pending: list[bytes] = []
    size, too_long = 0, False
    while block := read():
        *complete, rest = block.split(b"\n")
        out: list[bytes] = []
        for line in complete:
            if too_long or size + len(line) > LONGEST:
                out.append(_too_long(b"".join(pending)))
            else:
                out.append(answer(b"".join([*pending, line])))
            pending, size, too_long = [], 0, False
        if out:
            yield b"\n".join(out) + b"\n"
        if not too_long:
            pending.append(rest)
        size += len(rest)
        too_long = too_long or size > LONGEST
    if size:
        yield (_too_long(b"".join(pending)) if too_long else answer(b"".join(pending))) + b"\n"


def _too_long(start: bytes) -> bytes:
    return error_line(start[:2048], f"the line has more than {LONGEST} bytes")
