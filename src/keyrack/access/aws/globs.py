"""Algebra of wildcard patterns: containment, overlap and intersection.

``*`` stands for any number of characters and ``?`` for one; in a Resource element some are bound to their segment of the
ARN (:func:`spelled`). A pattern is a small automaton whose state after symbol ``i`` is bit ``i``; comparing two walks both.
Containment and overlap are exact.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

STAR, MARK = "*", "?"
BOUND_STAR, BOUND_MARK = "\ue000", "\ue001"
"""Wildcards that match no colon; private-use characters, which no ARN contains."""
WILD = re.compile(f"[*?{BOUND_STAR}{BOUND_MARK}]")
ARN_FIELDS = 6
MAX_PIECES = 24
"""Fields that overlap in more pieces than this are not intersected."""


@lru_cache(maxsize=65_536)
def spelled(resource: str) -> str:
    """A Resource pattern with its bound wildcards told apart, for :func:`covers` and :func:`overlaps`.

    Before the fifth colon ``?`` stays within its segment and so does ``*``, unless it ends the segment ("IAM JSON policy
    elements: Resource", IAM User Guide; the same reading as match.py).
    """
    fields = resource.split(":", ARN_FIELDS - 1)
    head = fields[: ARN_FIELDS - 1] if len(fields) == ARN_FIELDS else fields
    bound = [re.sub(r"\*(?!$)", BOUND_STAR, field).replace(MARK, BOUND_MARK) for field in head]
    return ":".join(bound + fields[len(head) :])


@dataclass(frozen=True, slots=True)
class _Automaton:
    """Bits of the symbols: by literal, of free and bound marks, of free and bound stars."""

    text: str
    literals: dict[str, int]
    marks: int
    bound_marks: int
    free_stars: int
    stars: int

    def closed(self, states: int) -> int:
        return states | (states & self.stars) << 1

    def step(self, states: int, char: str) -> int:
        """States after one character; the empty text means one that the pattern does not name."""
        colon = char == ":"
        taken = self.literals.get(char, 0) | self.marks | (0 if colon else self.bound_marks)
        return self.closed((states & taken) << 1 | states & (self.free_stars if colon else self.stars))

    def step_any(self, states: int, *, colon: bool) -> int:
        """States after any one character; without ``colon`` after any but a colon."""
        everything = (1 << len(self.text)) - 1
        taken = everything & ~self.stars & ~(0 if colon else self.literals.get(":", 0))
        return self.closed((states & taken) << 1 | states & self.stars)


@lru_cache(maxsize=65_536)
def _automaton(pattern: str) -> _Automaton:
    pattern = re.sub(f"[*{BOUND_STAR}]{{2,}}", lambda run: STAR if STAR in run[0] else BOUND_STAR, pattern)
    bits: dict[str, int] = {}
    for index, char in enumerate(pattern):
        bits[char] = bits.get(char, 0) | 1 << index
    marks, bound_marks, free_stars, bound_stars = (bits.pop(wild, 0) for wild in (MARK, BOUND_MARK, STAR, BOUND_STAR))
    return _Automaton(pattern, bits, marks, bound_marks, free_stars, free_stars | bound_stars)


@lru_cache(maxsize=262_144)
def covers(wide: str, narrow: str) -> bool:
    """Whether every text that ``narrow`` matches is matched by ``wide``."""
    if wide in {STAR, narrow}:
        return True
    if not WILD.search(wide):
        return False
    if WILD.search(wide).span() == (len(wide) - 1, len(wide)) and wide[-1] == STAR:  # type: ignore[union-attr]
        return WILD.split(narrow, maxsplit=1)[0].startswith(wide[:-1])
    return _contained(_automaton(wide), _automaton(narrow).text)


def _contained(wide: _Automaton, narrow: str) -> bool:
    letters = {*wide.literals, ":", ""}
    todo = [(0, wide.closed(1))]
    seen = set(todo)
    while todo:
        position, states = todo.pop()
        if not states or (position == len(narrow) and not states >> len(wide.text)):
            return False
        if position == len(narrow):
            continue
        symbol = narrow[position]
        star = symbol in {STAR, BOUND_STAR}
        chars = letters if symbol in {STAR, MARK} else letters - {":"} if WILD.match(symbol) else {symbol}
        after = {(position if star else position + 1, wide.step(states, char)) for char in chars}
        if star:
            after.add((position + 1, states))
        todo += after - seen
        seen |= after
    return True


@lru_cache(maxsize=262_144)
def overlaps(left: str, right: str) -> bool:
    """Whether some text is matched by both patterns."""
    if left in {right, STAR} or right == STAR:
        return True
    walked = _automaton(left)
    states = walked.closed(1)
    for symbol in right:
        if symbol in {STAR, BOUND_STAR}:
            states = _run(walked, states, colon=symbol == STAR)
        elif symbol in {MARK, BOUND_MARK}:
            states = walked.step_any(states, colon=symbol == MARK)
        else:
            states = walked.step(states, symbol)
        if not states:
            return False
    return bool(states >> len(walked.text))


def _run(walked: _Automaton, states: int, *, colon: bool) -> int:
    """States after any number of characters."""
    while (after := states | walked.step_any(states, colon=colon)) != states:
        states = after
    return states


def covers_resource(wide: str, narrow: str) -> bool:
    """:func:`covers` for Resource patterns."""
    return wide in {STAR, narrow} or covers(spelled(wide), spelled(narrow))


def overlaps_resource(left: str, right: str) -> bool:
    """:func:`overlaps` for Resource patterns."""
    return left in {right, STAR} or right == STAR or overlaps(spelled(left), spelled(right))


@lru_cache(maxsize=65_536)
def intersection(left: str, right: str) -> tuple[str, ...]:
    """Resource patterns for what both match, each covered by both; none if nothing does.

    Fields of ARNs are intersected one by one: texts that fit only with a colon inside a region or account are left out, and
    so is what would take more than ``MAX_PIECES`` patterns a field.
    """
    if covers_resource(left, right):
        return (right,)
    if covers_resource(right, left):
        return (left,)
    if not overlaps_resource(left, right):
        return ()
    ours, theirs = left.split(":", ARN_FIELDS - 1), right.split(":", ARN_FIELDS - 1)
    whole = len(ours) == len(theirs) == ARN_FIELDS
    found = map(":".join, product(*map(pieces, ours, theirs))) if whole else pieces(left, right)
    return tuple(piece for piece in found if covers_resource(left, piece) and covers_resource(right, piece))


@lru_cache(maxsize=65_536)
def pieces(left: str, right: str) -> tuple[str, ...]:
    """Patterns that together match exactly what both match; none also if that takes more than ``MAX_PIECES``."""
    found = _Pieces().of(_automaton(left).text, _automaton(right).text)
    return () if found is None or len(found) > MAX_PIECES else _widest_texts(found)


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
        if left in {right, STAR} or right == STAR:
            return frozenset({left if right == STAR else right})
        if not overlaps(left, right):
            return frozenset()
        if right[:1] == STAR and left[:1] != STAR:
            left, right = right, left
        if left[:1] != STAR:
            head = right[0] if left[0] == MARK else left[0]
            return _headed(head, self.of(left[1:], right[1:]))
        return self._starred(left, right)

    def _starred(self, left: str, right: str) -> frozenset[str] | None:
        """Both overlap and ``left`` starts with a star: it ends here, or takes what ``right`` has next."""
        if right[:1] == STAR:
            return _headed(STAR, _joined(self.of(left[1:], right), self.of(left, right[1:])))
        if not right:
            return self.of(left[1:], right)
        return _joined(self.of(left[1:], right), _headed(right[0], self.of(left, right[1:])))


def _headed(head: str, tails: frozenset[str] | None) -> frozenset[str] | None:
    return None if tails is None else frozenset(_automaton(head + tail).text for tail in tails)


def _joined(left: frozenset[str] | None, right: frozenset[str] | None) -> frozenset[str] | None:
    if left is None or right is None:
        return None
    both = frozenset(_widest_texts(left | right))
    return both if len(both) <= MAX_PIECES else None


def _widest_texts(patterns: Iterable[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for pattern in sorted(set(patterns), key=lambda text: (len(text), text)):
        if not any(covers(other, pattern) for other in kept):
            kept = [other for other in kept if not covers(pattern, other)]
            kept.append(pattern)
    return tuple(kept)


def widest(resources: Iterable[str]) -> tuple[str, ...]:
    """Resource patterns without those that another one covers, in the order given."""
    patterns = tuple(dict.fromkeys(resources))
    if STAR in patterns:
        return (STAR,)
    wild = [pattern for pattern in patterns if WILD.search(pattern)]
    return tuple(
        pattern for pattern in patterns if not any(other != pattern and covers_resource(other, pattern) for other in wild)
    )


def intersections(left: Iterable[str], right: Iterable[str]) -> tuple[str, ...]:
    """What two lists of Resource patterns have in common."""
    right = tuple(right)
    return widest(piece for one in left for other in right for piece in intersection(one, other))
