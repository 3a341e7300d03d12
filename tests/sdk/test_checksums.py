"""Checksums in tokens of GitHub and npm."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokens import checked, unchecked

from keyrack.sdk.checksums import digits, genuine

BODY = st.text(alphabet=string.ascii_letters + string.digits, min_size=30, max_size=30)
PREFIX = st.sampled_from(["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "npm_"])


@given(PREFIX, BODY)
def test_only_the_right_checksum_passes(prefix, body):
    assert genuine(checked(prefix, body)) is True
    assert genuine(unchecked(prefix, body)) is False


@pytest.mark.parametrize(
    "text", ["", "ghp_", "ghp_" + "a" * 35, "ghp_" + "a" * 37, "glpat-" + "a" * 36, "ghp_" + "é" * 36, "ghs_" + "a.b" * 12]
)
def test_other_forms_have_none(text):
    assert genuine(text) is None


def test_leading_zeros_are_kept():
    bodies = [f"{number:030d}" for number in range(200)]
    assert {len(digits(body)) for body in bodies} == {6}
    assert any(digits(body).startswith("0") for body in bodies)
