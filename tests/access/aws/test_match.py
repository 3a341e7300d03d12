"""Wildcards: against a slow reference, and fast whatever the pattern."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyrack.access.aws.match import LITERAL_MARK, LITERAL_STAR, arn_like, glob, literal, resource

texts = st.text("ab:/*", max_size=14)
patterns = st.text("ab:/*?", max_size=9)


def reference(pattern, text, reach):
    """Match by the book: before colon number ``reach`` wildcards stay in their segment, except a star that ends one."""
    out, colons = "", 0
    for index, character in enumerate(pattern):
        bound = colons < reach
        if character == "*":
            out += "[^:]*" if bound and pattern[index + 1 : index + 2] not in {"", ":"} else ".*"
        elif character == "?":
            out += "[^:]" if bound else "."
        else:
            out += re.escape(character)
        colons += character == ":"
    return re.fullmatch(out, text, re.DOTALL) is not None


@given(patterns, texts)
@settings(max_examples=2000, deadline=None)
def test_glob_agrees_with_the_reference(pattern, text):
    assert bool(glob(pattern)(text)) is reference(pattern, text, 0)


@given(patterns, texts)
@settings(max_examples=3000, deadline=None)
def test_resource_agrees_with_the_reference(pattern, text):
    assert bool(resource(pattern)(text)) is reference(pattern, text, 5)


@given(texts)
@settings(deadline=None)
def test_literal_text_matches_only_itself(text):
    assert glob(literal(text))(text)
    assert not glob(literal(text) + "x")(text)
    assert LITERAL_STAR not in text
    assert LITERAL_MARK not in text


@pytest.mark.parametrize("matcher", [glob, resource, arn_like])
@pytest.mark.parametrize(
    "pattern",
    ["arn:aws:s3:::" + "*a" * 60 + "b", "arn:aws:" + "a*" * 60 + "b:::x", "arn:aws:s3:::" + "*a?" * 60 + "b", "*a?" * 90],
)
def test_no_pattern_is_slow(matcher, pattern):
    """Text on which a naive expression takes years; a wrong answer would be as bad as none."""
    text = "arn:aws:s3:::" + "a" * 4000
    assert bool(matcher(pattern)(text)) is (pattern == "*a?" * 90 and matcher is glob)


def test_arn_like_checks_six_parts():
    pattern = "arn:aws:someservice:*:111122223333:finance/*"
    assert arn_like(pattern)("arn:aws:someservice:us-east-2:111122223333:finance/a:b")
    assert not arn_like(pattern)("arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt")
    assert not arn_like("arn:aws:s3:*")("arn:aws:s3:::b")
