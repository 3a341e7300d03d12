"""Wildcards of the policy language: ``*`` any run of characters, ``?`` one character, and where each may reach.

Facts: IAM User Guide, "IAM JSON policy elements: Resource" (using wildcards in resource ARNs), "Action" and
"Condition operators" (ArnLike checks six components separately). Matchers are compiled once a text and cached; every
regular expression here is linear or quadratic in the text, whatever the pattern (no catastrophic backtracking).

A literal ``*`` or ``?`` (from a policy variable's value or ``${*}``) travels in a pattern as ``LITERAL_STAR`` or
``LITERAL_MARK``, lone surrogates that no valid UTF-8 text contains.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

Matcher = Callable[[str], object]
"""Truthy when a text matches."""

LITERAL_STAR, LITERAL_MARK = "\udc2a", "\udc3f"
_TO_LITERAL = str.maketrans({"*": LITERAL_STAR, "?": LITERAL_MARK})
_TO_PLAIN = str.maketrans({LITERAL_STAR: "*", LITERAL_MARK: "?"})
_ARN_PARTS = 6


def literal(text: str) -> str:
    """Text whose wildcard characters stand for themselves inside a pattern."""
    return text.translate(_TO_LITERAL)


def plain(text: str) -> str:
    """A pattern as the text it spells, for operators that know no wildcards."""
    return text.translate(_TO_PLAIN) if LITERAL_STAR in text or LITERAL_MARK in text else text


def anything(_text: str) -> bool:
    """Match every text."""
    return True


def nothing(_text: str) -> bool:
    """Match no text."""
    return False


@lru_cache(maxsize=16384)
def glob(pattern: str) -> Matcher:
    """Matcher of StringLike and of actions: wildcards reach over everything; case-sensitive."""
    return _matcher(pattern, reach=0)


@lru_cache(maxsize=16384)
def resource(pattern: str) -> Matcher:
    """Matcher of a Resource element.

    "You can use wildcard characters (* and ?) within the individual segments of an ARN. If the * wildcard is the last character
    of a resource ARN segment, it can expand to match beyond the colon boundaries." The part after the fifth colon is one
    segment in which both reach over everything. Case-sensitive.
    """
    return _matcher(pattern, reach=_ARN_PARTS - 1)


def _matcher(pattern: str, *, reach: int) -> Matcher:
    """Literals and prefixes, which most patterns are, without an expression."""
    if pattern == "*":
        return anything
    if "*" not in pattern and "?" not in pattern:
        return plain(pattern).__eq__
    head = pattern[:-1]
    if pattern[-1] == "*" and "*" not in head and "?" not in head:
        prefix = plain(head)
        return lambda text: text.startswith(prefix)
    return re.compile(_expression(_pieces(pattern, reach=reach)), re.DOTALL).fullmatch


@lru_cache(maxsize=16384)
def arn_like(pattern: str) -> Matcher:
    """Matcher of ArnLike and ArnEquals (they behave identically): six components, each checked separately, case-sensitive.

    A lone ``*`` matches any text; a pattern of fewer than six components matches nothing.
    """
    if pattern == "*":
        return anything
    parts = pattern.split(":", _ARN_PARTS - 1)
    if len(parts) < _ARN_PARTS:
        return nothing
    wanted = tuple(glob(part) for part in parts)

    def matches(text: str) -> bool:
        given = text.split(":", _ARN_PARTS - 1)
        return len(given) == _ARN_PARTS and all(test(part) for test, part in zip(wanted, given, strict=True))

    return matches


@dataclass(frozen=True, slots=True)
class _Piece:
    """Text between two stars, and the star before it: none (the first), bound to its segment, or reaching over everything."""

    star: str
    expression: str
    has_colon: bool


_FREE, _BOUND = ".", "[^:]"


def _pieces(pattern: str, reach: int) -> list[_Piece]:
    """Split a pattern at its stars; before the colon number ``reach`` wildcards are bound to their segment."""
    pieces: list[_Piece] = []
    star, text, colons, from_colon = "", [""], 0, 0
    for index, character in enumerate(pattern):
        bound = colons < reach
        if character == "*":
            pieces.append(_Piece(star, "".join(text), colons > from_colon))
            ends_segment = pattern[index + 1 : index + 2] in {"", ":"}
            star, text, from_colon = _BOUND if bound and not ends_segment else _FREE, [], colons
        elif character == "?":
            text.append(_BOUND if bound else _FREE)
        else:
            text.append(re.escape(plain(character)))
            colons += character == ":"
    return [*pieces, _Piece(star, "".join(text), colons > from_colon)]


def _expression(pieces: list[_Piece]) -> str:
    """Join pieces so that each star takes the leftmost text that lets the next piece match.

    Leftmost is right before a star that reaches over everything (as in fnmatch), so those groups are atomic. Within a run
    between two such stars a bound star is atomic too, unless its piece ends the text or holds a colon: only one place fits then.
    """
    first, *others = pieces
    runs = [first.expression]
    for piece in others:
        if piece.star == _FREE:
            runs.append(piece.expression)
        elif piece is others[-1] or piece.has_colon:
            runs[-1] += f"[^:]*{piece.expression}"
        else:
            runs[-1] += f"(?>[^:]*?{piece.expression})"
    if len(runs) == 1:
        return runs[0]
    head, *middle, last = runs
    return head + "".join(f"(?>.*?{run})" for run in middle if run) + f".*{last}"
