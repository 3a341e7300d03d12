"""No planted value leaves a provider: not in records, not in logs, not on any stream."""

from __future__ import annotations

import base64
import contextlib
import io
import logging
from collections.abc import Iterable, Iterator
from urllib.parse import quote

import msgspec

from keyrack.records import Record
from keyrack.sdk.testing.broken import require

_SHORTEST = 6
"""Shorter planted values would be found by chance."""


def check_no_secret(planted: Iterable[str], text: str, where: str) -> None:
    """No planted value stands in ``text``, neither plain nor in the usual encodings.

    Raises:
        ContractError: one does; the message names its position in ``planted``, not the value.
        ValueError: a planted value is too short to tell from chance.
    """
    for number, value in enumerate(planted):
        if len(value) < _SHORTEST:
            raise ValueError("planted values need at least six characters")
        for form in _forms(value):
            require(form not in text, f"planted secret number {number} leaked into {where}")


def _forms(value: str) -> Iterator[str]:
    raw = value.encode()
    yield value
    yield quote(value, safe="")
    yield base64.b64encode(raw).decode().rstrip("=")
    yield raw.hex()
    yield from (line for line in value.splitlines() if len(line) >= _SHORTEST and not line.startswith("-----"))


def as_text(record: Record) -> str:
    """Every text a record holds, as it is: no quoting that could hide a value from a search."""
    return "\n".join(_leaves(msgspec.to_builtins(record)))


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _leaves(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _leaves(inner)
    else:
        yield str(value)


@contextlib.contextmanager
def captured() -> Iterator[io.StringIO]:
    """Everything written to stdout, stderr or any logger (at debug level) while the block runs."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream):
            yield stream
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
