"""Algebra of wildcard patterns: containment, overlap and intersection, exact for any mix of ``*`` and ``?``.

``*`` stands for any number of characters and ``?`` for one ("IAM JSON policy elements: Resource", IAM User Guide).
A pattern is a small automaton whose state after token ``i`` is bit ``i``; comparing two walks both at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

WILD = re.compile(r"[*?]")
MAX_PIECES = 24
"""Two patterns that overlap in more pieces than this are left as their narrower side."""


@lru_cache(maxsize=65_536)
def _automaton(pattern: str) -> tuple[str, dict[str, int], int, int]:
    """Pattern without doubled stars, bits taken by each literal, bits taken by any character, bits of stars."""
    pattern = re.sub(r"\*{2,}", "*", pattern)
    literals: dict[str, int] = {}
    single = stars = 0
    for index, char in enumerate(pattern):
        if char == "*":
            stars |= 1 << index
        elif char == "?":
            single |= 1 << index
        else:
            literals[char] = literals.get(char, 0) | 1 << index
    return pattern, literals, single, stars


def _closed(states: int, stars: int) -> int:
    return states | (states & stars) << 1


@lru_cache(maxsize=262_144)
def covers(wide: str, narrow: str) -> bool:
    """Whether every text that ``narrow`` matches is matched by ``wide``. Exact."""
    if wide in {"*", narrow}:
        return True
    if not WILD.search(wide):
        return False
    if wide.find("*") == len(wide) - 1 and "?" not in wide:
        return WILD.split(narrow, maxsplit=1)[0].startswith(wide[:-1])
    return _contained(wide, narrow)


def _contained(wide: str, narrow: str) -> bool:
    wide, literals, single, stars = _automaton(wide)
    narrow = _automaton(narrow)[0]
    final, end = 1 << len(wide), len(narrow)
    letters = [single | bits for bits in literals.values()] + [single]
    todo = [(0, _closed(1, stars))]
    seen = set(todo)
    while todo:
        position, states = todo.pop()
        if not states or (position == end and not states & final):
            return False
        if position == end:
            continue
        symbol = narrow[position]
        taken = letters if symbol in "*?" else [single | literals.get(symbol, 0)]
        stay = position if symbol == "*" else position + 1
        after = [(stay, _closed((states & bits) << 1 | states & stars, stars)) for bits in taken]
        if symbol == "*":
            after.append((position + 1, states))
        for state in after:
            if state not in seen:
                seen.add(state)
                todo.append(state)
    return True


@lru_cache(maxsize=262_144)
def overlaps(left: str, right: str) -> bool:
    """Whether some text is matched by both patterns. Exact."""
    if left in {right, "*"} or right == "*":
        return True
    left, literals, single, stars = _automaton(left)
    everything = (1 << len(left) + 1) - 1
    states = _closed(1, stars)
    for symbol in right:
        if symbol == "*":
            states = everything & -(states & -states)
        else:
            bits = everything & ~stars if symbol == "?" else single | literals.get(symbol, 0)
            states = _closed((states & bits) << 1 | states & stars, stars)
        if not states:
            return False
    return bool(states & 1 << len(left))


@lru_cache(maxsize=65_536)
def intersection(left: str, right: str) -> tuple[str, ...]:
    """Patterns that together match exactly what both match; none if nothing does.

    Where that takes more than ``MAX_PIECES`` patterns the answer is ``right``, which is more than exact.
    """
    if covers(left, right):
        return (right,)
    if covers(right, left):
        return (left,)
    if not overlaps(left, right):
        return ()
    pieces = _Pieces().of(_automaton(left)[0], _automaton(right)[0])
    return widest(pieces) if pieces is not None and len(pieces) <= MAX_PIECES else (right,)


class _Pieces:
    """Intersection by walking both patterns from the left; ``None`` where it falls into too many pieces."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], frozenset[str] | None] = {}

    def of(self, left: str, right: str) -> frozenset[str] | None:
        key = (left, right)
        if key not in self._known:
            self._known[key] = self._split(left, right)
        return self._known[key]

    def _split(self, left: str, right: str) -> frozenset[str] | None:
        if left in {right, "*"} or right == "*":
            return frozenset({left if right == "*" else right})
        if not overlaps(left, right):
            return frozenset()
        if right[:1] == "*" and left[:1] != "*":
            left, right = right, left
        if left[:1] != "*":
            head = right[0] if left[0] == "?" else left[0]
            return _headed(head, self.of(left[1:], right[1:]))
        return self._starred(left, right)

    def _starred(self, left: str, right: str) -> frozenset[str] | None:
        """Both overlap and ``left`` starts with a star: it ends here, or takes what ``right`` has next."""
        if right[:1] == "*":
            return _headed("*", _joined(self.of(left[1:], right), self.of(left, right[1:])))
        if not right:
            return self.of(left[1:], right)
        return _joined(self.of(left[1:], right), _headed(right[0], self.of(left, right[1:])))


def _headed(head: str, tails: frozenset[str] | None) -> frozenset[str] | None:
    return None if tails is None else frozenset(_automaton(head + tail)[0] for tail in tails)


def _joined(left: frozenset[str] | None, right: frozenset[str] | None) -> frozenset[str] | None:
    if left is None or right is None:
        return None
    both = frozenset(widest(left | right))
    return both if len(both) <= MAX_PIECES else None


def widest(patterns: Iterable[str]) -> tuple[str, ...]:
    """The patterns without those another one covers, shortest first."""
    kept: list[str] = []
    for pattern in sorted(set(patterns), key=lambda text: (len(text), text)):
        if not any(covers(other, pattern) for other in kept):
            kept = [other for other in kept if not covers(pattern, other)]
            kept.append(pattern)
    return tuple(kept)


def covered(narrow: str, wide: Iterable[str]) -> bool:
    """Whether one of the patterns covers ``narrow``."""
    return any(covers(pattern, narrow) for pattern in wide)


def intersections(left: Iterable[str], right: Iterable[str]) -> tuple[str, ...]:
    """What two lists of patterns have in common, as patterns."""
    right = tuple(right)
    return widest(piece for one in left for other in right for piece in intersection(one, other))
