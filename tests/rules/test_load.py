"""Loading rules: header errors are named with the file, the contract is enforced, a user's folder loads beside ours."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyrack.errors import UsageError
from keyrack.rules.load import builtin, from_folder, parse

GOOD = """/*
id: mine
title: T
severity: low
confidence: low
owasp: NHI1:2025
inputs: [aws.iam]
detects: d
why: w
remediation: r
blind_spots: b
false_positives: f
bad: []
good: []
*/
SELECT i.uid AS identity FROM identities i;
"""


def test_a_rule_loads_with_defaults() -> None:
    rule = parse(GOOD, "rules/mine.sql")
    assert rule.id == "mine"
    assert rule.header.key == ("credential",)
    assert rule.sql == "SELECT i.uid AS identity FROM identities i"
    assert rule.origin == "built-in"


def test_windows_line_ends_are_the_same_rule() -> None:
    assert parse(GOOD.replace("\n", "\r\n"), "mine.sql").header == parse(GOOD, "mine.sql").header


@pytest.mark.parametrize(
    ("change", "code", "says"),
    [
        (("/*\n", ""), "rules.header", "mine.sql"),
        (("title: T\n", ""), "rules.header", "title"),
        (("title: T\n", "titel: T\ntitle: T\n"), "rules.header", "titel"),
        (("severity: low", "severity: urgent"), "rules.header", "urgent"),
        (("inputs: [aws.iam]", "inputs: [aws.iam"), "rules.header", "mine.sql"),
        (("NHI1:2025", "NHI11:2025"), "rules.owasp", "NHI11:2025"),
        (("id: mine", "id: yours"), "rules.id", "yours"),
        (("SELECT i.uid AS identity FROM identities i;\n", ""), "rules.header", "SELECT"),
    ],
)
def test_a_broken_header_is_refused_with_its_file(change: tuple[str, str], code: str, says: str) -> None:
    assert change[0] in GOOD
    with pytest.raises(UsageError) as caught:
        parse(GOOD.replace(*change), "mine.sql")
    assert caught.value.code == code
    assert "mine.sql" in str(caught.value)
    assert says in str(caught.value)


@given(st.text(max_size=400))
def test_arbitrary_text_is_refused_never_crashes(text: str) -> None:
    with pytest.raises(UsageError):
        parse(text, "mine.sql")


@given(st.text(max_size=200))
def test_arbitrary_headers_are_refused_never_crash(text: str) -> None:
    with pytest.raises(UsageError):
        parse(f"/*\n{text}\n*/\nSELECT 1", "mine.sql")


def test_a_users_folder_loads_and_is_marked(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "mine.sql").write_text(GOOD, "utf-8")
    (rule,) = from_folder(tmp_path)
    assert rule.origin == "user"
    assert rule.file.endswith("mine.sql")


def test_a_missing_folder_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist") as caught:
        from_folder(tmp_path / "nothing")
    assert caught.value.code == "rules.folder"


def test_builtin_rules_are_read_once_and_in_order() -> None:
    assert builtin() is builtin()
    files = [rule.file for rule in builtin()]
    assert files == sorted(files)
