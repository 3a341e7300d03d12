"""INI dialects read line by line with their line numbers, so that a Placement can point at the line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One ``key = value`` line; ``section`` is ``""`` before the first header. ``key`` is as written."""

    section: str
    key: str
    value: str
    line: int


def entries(text: str, *, comments: str = "#;", separators: str = "=", join: bool = False) -> Iterator[Entry]:
    """Entries of an INI-like text. ``join`` glues lines that end in a backslash (systemd, git). Never raises."""
    section = ""
    for number, line in _logical(text, join=join):
        stripped = line.strip()
        if not stripped or stripped[0] in comments:
            continue
        if stripped.startswith("[") and "]" in stripped:
            section = stripped[1 : stripped.rindex("]")].strip()
            continue
        cut = min((at for at in (stripped.find(sign) for sign in separators) if at > 0), default=-1)
        if cut > 0:
            yield Entry(section, stripped[:cut].strip(), stripped[cut + 1 :].strip(), number)


def _logical(text: str, *, join: bool) -> Iterator[tuple[int, str]]:
    held, start = "", 0
    for number, line in enumerate(text.split("\n"), start=1):
        start = start or number
        if join and line.rstrip().endswith("\\"):
            held += line.rstrip()[:-1] + " "
            continue
        yield start, held + line
        held, start = "", 0
    if held:
        yield start, held


def unquoted(value: str) -> str:
    """The value without one pair of surrounding quotes."""
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value
