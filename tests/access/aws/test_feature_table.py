"""Every documented feature of the AWS policy language, decided by the command line as it is shipped.

The expected values come from AWS's documents (``doc`` and ``fact`` of each case), not from the engine.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
TABLE = Path(__file__).with_name("feature_table")
COMMAND = (sys.executable, "-m", "keyrack", "access", "decide", "--language", "aws-iam")
OPTIONAL = ("boundaries", "scps", "rcps", "resource_policies", "session_policies", "endpoint_policies")
OUTCOMES = {"allow", "implicit_deny", "explicit_deny", "error"}


def table() -> list[dict[str, Any]]:
    """All cases, topic by topic."""
    return [case for path in sorted(TABLE.glob("*.yaml")) for case in yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)]


CASES = table()


def line(case: dict[str, Any]) -> str:
    """The case as one line of input; kinds that it does not mention are not attached."""
    given = case["line"]
    return given if isinstance(given, str) else json.dumps({**dict.fromkeys(OPTIONAL), **given})


@pytest.fixture(scope="module")
def answers() -> list[dict[str, Any]]:
    text = "".join(line(case) + "\n" for case in CASES)
    done = subprocess.run(COMMAND, input=text.encode(), capture_output=True, check=False)
    assert b"Traceback" not in done.stderr
    return [json.loads(answer) for answer in done.stdout.splitlines()]


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case["id"] for case in CASES])
def test_feature(answers, number):
    case, answer = CASES[number], answers[number]
    expected = case["expect"] if isinstance(case["expect"], list) else [case["expect"]]
    assert answer.get("decision", "error") in expected, f"{case['fact']} ({case['doc']}) {answer}"
    if "error" in answer:
        assert case.get("mentions", "") in json.dumps(answer["error"])


def test_answers_keep_order_and_ids(answers):
    assert [answer["id"] for answer in answers] == [case["id"] for case in CASES]


def test_every_answer_names_what_decided(answers):
    for answer in answers:
        if "error" not in answer:
            assert set(answer) == {"id", "decision", "because", "assumed"}
            assert answer["because"], answer


def test_grammar_errors_carry_a_position(answers):
    broken = [answer for answer in answers if answer["id"].startswith("grammar-") and "error" in answer]
    assert broken
    assert [
        answer["id"] for answer in broken if not re.search(r"_policies|boundaries|scps|rcps|line \d", json.dumps(answer["error"]))
    ] == []
    second = next(answer for answer in broken if answer["id"] == "grammar-error-names-second-statement")
    assert "Statement[1]" in json.dumps(second["error"])


def test_statements_are_named_by_sid_or_number(answers):
    by_id = {answer["id"]: answer for answer in answers}
    named = {
        "effect-deny-wins-other-policy": ["identity", "2.1"],
        "effect-or-across-policies": ["identity", "2.2"],
        "grammar-sid-ok": ["identity", "AllowAll1"],
        "cross-both": ["resource", "1.1", "identity", "1.1"],
        "boundary-lacks": ["boundary"],
        "session-lacks": ["session"],
        "scp-deny-at-root": ["scp", "2.1"],
        "scp-deny-at-account": ["scp", "4.1"],
        "rcp-deny-at-ou": ["rcp", "3.1"],
        "endpoint-denies": ["endpoint", "1.2"],
    }
    assert {name: by_id[name]["because"] for name in named} == named


def test_missing_keys_are_reported(answers):
    by_id = {answer["id"]: answer for answer in answers}
    assert "aws:principaltag/team" in [key.lower() for key in by_id["stringequals-missing"]["assumed"]]
    assert by_id["stringequals-match1"]["assumed"] == []


def test_the_table_is_whole():
    assert len(CASES) >= 250
    assert [name for name, count in Counter(case["id"] for case in CASES).items() if count > 1] == []
    for case in CASES:
        assert case["doc"].startswith("https://docs.aws.amazon.com/"), case["id"]
        assert case["fact"].endswith("."), case["id"]
        expected = case["expect"] if isinstance(case["expect"], list) else [case["expect"]]
        assert set(expected) <= OUTCOMES, case["id"]


def test_every_feature_is_proved_from_both_sides():
    """A feature with only one outcome would pass with an engine that always answers so; only what is refused by grammar may have one."""
    outcomes: dict[str, set[str]] = {}
    for case in CASES:
        expected = case["expect"] if isinstance(case["expect"], list) else [case["expect"]]
        outcomes.setdefault(case["feature"], set()).update(expected)
    assert [name for name, seen in outcomes.items() if len(seen) < 2 and name != "Call without permission"] == []


def test_the_page_is_up_to_date():
    sys.path.insert(0, str(ROOT / "docs"))
    from generator import access_features

    assert (ROOT / "docs" / "access-features.md").read_text("utf-8") == access_features.page(TABLE)
