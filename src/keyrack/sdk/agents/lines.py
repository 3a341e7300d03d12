"""Where things stand in a document's text: one pass over it, however many entries and secrets are asked for."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cached_property
from typing import Final

_KEYS: Final = {
    ".toml": re.compile(r"^[ \t]*\[{1,2}(?:[^\]\n]*\.)?[\"']?([^.\"'\]\n]+)[\"']?\]", re.MULTILINE),
    ".yaml": re.compile(r"^[ \t-]*(?:name:[ \t]*)?[\"']?([^\"':#\n]+?)[\"']?[ \t]*(?::|$)", re.MULTILINE),
    ".json": re.compile(r"\"((?:[^\"\\\n]|\\.)*)\"\s*:"),
}


class Lines:
    """A text with the offsets of its lines and of the names of its entries."""

    def __init__(self, text: str, suffix: str) -> None:
        self._text = text
        self._pattern = _KEYS.get(".yaml" if suffix == ".yml" else suffix, _KEYS[".json"])

    def of(self, at: int) -> int:
        """1-based line of an offset."""
        return bisect_left(self._ends, at) + 1

    def entry(self, name: str) -> int | None:
        """Offset of an entry's name; the first one when the name stands in several places."""
        return self._names.get(name)

    def find(self, needle: str, start: int = 0) -> int | None:
        """Line of the first occurrence from ``start`` on, else of any; only the first line of ``needle`` is looked for."""
        first = needle.partition("\n")[0]
        if not first:
            return None
        at = self._text.find(first, start)
        at = self._text.find(first) if at < 0 and start else at
        return self.of(at) if at >= 0 else None

    @cached_property
    def _ends(self) -> list[int]:
        return [match.start() for match in re.finditer("\n", self._text)]

    @cached_property
    def _names(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for match in self._pattern.finditer(self._text):
            found.setdefault(match[1], match.start(1))
        return found
