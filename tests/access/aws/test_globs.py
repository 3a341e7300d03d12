"""The algebra of wildcard patterns agrees with matching texts one by one."""

from __future__ import annotations

import itertools
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from keyrack.access.aws.globs import covers, intersection, overlaps

TEXTS = ["".join(chars) for length in range(6) for chars in itertools.product("abc", repeat=length)]
PATTERNS = st.text("ab*?", max_size=6)


def matches(pattern: str) -> set[str]:
    compiled = re.compile("".join({"*": ".*", "?": "."}.get(char, char) for char in pattern))
    return {text for text in TEXTS if compiled.fullmatch(text)}


@given(PATTERNS, PATTERNS)
@settings(max_examples=1500)
def test_containment_is_exact(wide: str, narrow: str) -> None:
    # Six tokens and a letter neither pattern names: a counterexample, if there is one, has at most five letters in
    # nearly every case; containment claimed must hold, containment denied must show in some text or in a longer one.
    if covers(wide, narrow):
        assert matches(narrow) <= matches(wide)
    elif matches(narrow) <= matches(wide):
        longer = narrow.replace("*", "cccccccc").replace("?", "c"), narrow.replace("*", "abcabcabc").replace("?", "c")
        compiled = re.compile("".join({"*": ".*", "?": "."}.get(char, char) for char in wide))
        assert not all(compiled.fullmatch(text) for text in longer) or narrow.count("*") + narrow.count("?") > 1


@given(PATTERNS, PATTERNS)
@settings(max_examples=1500)
def test_overlap_and_intersection_are_exact(left: str, right: str) -> None:
    both = matches(left) & matches(right)
    if both:
        assert overlaps(left, right)
    pieces = intersection(left, right)
    assert bool(pieces) == overlaps(left, right)
    assert set().union(*map(matches, pieces)) == both
    assert all(covers(left, piece) and covers(right, piece) for piece in pieces)


def test_examples() -> None:
    assert covers("arn:aws:s3:::*", "arn:aws:s3:::logs-*")
    assert not covers("arn:aws:s3:::logs-*", "arn:aws:s3:::*")
    assert covers("*?", "?*")
    assert covers("s3:*object*", "s3:getobject*")
    assert not overlaps("s3:get*", "s3:put*")
    assert overlaps("*prod", "logs*")
    assert intersection("logs-*", "*-prod") == ("logs-prod", "logs-*-prod")
