"""The algebra of wildcard patterns agrees with matching texts one by one."""

from __future__ import annotations

import itertools
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from keyrack.access.aws import match
from keyrack.access.aws.globs import covers, covers_resource, intersection, overlaps, overlaps_resource, pieces

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
    found = pieces(left, right)
    assert bool(found) == overlaps(left, right)
    assert set().union(*map(matches, found)) == both
    assert all(covers(left, piece) and covers(right, piece) for piece in found)


def test_examples() -> None:
    assert covers("arn:aws:s3:::*", "arn:aws:s3:::logs-*")
    assert not covers("arn:aws:s3:::logs-*", "arn:aws:s3:::*")
    assert covers("*?", "?*")
    assert covers("s3:*object*", "s3:getobject*")
    assert not overlaps("s3:get*", "s3:put*")
    assert overlaps("*prod", "logs*")
    assert pieces("logs-*", "*-prod") == ("logs-prod", "logs-*-prod")


ARNS = [
    ":".join(parts)
    for parts in itertools.product(("a",), ("b",), ("", "a", "b:c"), ("", "ab"), ("", "b"), ("", "a", "a:b", "ab/c"))
]
RESOURCES = st.lists(st.sampled_from(["*", "a", "b", "a*", "*b", "a*b", "?", "a*:b", ""]), min_size=1, max_size=6).map(":".join)


@given(RESOURCES, RESOURCES)
@settings(max_examples=1500)
def test_resources_are_read_as_the_matcher_reads_them(left: str, right: str) -> None:
    ours = {arn for arn in ARNS if match.resource(left)(arn)}
    theirs = {arn for arn in ARNS if match.resource(right)(arn)}
    if covers_resource(left, right):
        assert theirs <= ours
    if ours & theirs:
        assert overlaps_resource(left, right)
    for piece in intersection(left, right):
        assert {arn for arn in ARNS if match.resource(piece)(arn)} <= ours & theirs


def test_a_star_inside_a_segment_keeps_to_it() -> None:
    assert not covers_resource("arn:aws:sqs:eu*1:1:q", "arn:aws:sqs:eu-2:x-1:1:q")
    assert covers_resource("arn:aws:sqs:*", "arn:aws:sqs:eu-west-1:111122223333:jobs")
    assert covers_resource("arn:aws:sqs:eu-*:*:q", "arn:aws:sqs:eu-west-?:111122223333:q")
    assert intersection("arn:aws:sqs:eu-*:*:jobs*", "arn:aws:sqs:*:111122223333:*") == ("arn:aws:sqs:eu-*:111122223333:jobs*",)
