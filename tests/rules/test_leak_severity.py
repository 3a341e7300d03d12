"""How bad a leak is said to be, by what is known of the value and of the place."""

from __future__ import annotations

import pytest

from keyrack.rules import builtin
from keyrack.rules.examples import hits

RULES = {rule.id: rule for rule in builtin()}


def verdict(rule, credential, placement):
    example = {
        "credentials": [{"uid": "cred:fp:1", "kind": "api_token", "issuer": "github", "fingerprint": "f1", **credential}],
        "placements": [
            {"credential_uid": "cred:fp:1", "exposure": "committed", "scope": "acme/web", "path": "a.py", **placement}
        ],
    }
    (row,) = hits(RULES[rule], example)
    return row


@pytest.mark.parametrize(
    ("attrs", "place", "expected"),
    [
        ({}, {"test_path": "true"}, ("low", "low")),
        ({"checksum": "valid"}, {"test_path": "true"}, ("high", "high")),
        ({"checksum": "valid"}, {}, ("high", "high")),
        ({"public": "key of a Firebase app"}, {}, ("info", "low")),
    ],
)
def test_what_the_value_says_of_itself(attrs, place, expected):
    row = verdict("secret_in_code", {"attrs": attrs}, {"system": "git_head", "attrs": place})
    assert (row["severity"], row["confidence"]) == expected


def test_history_says_where_the_secret_lives_now():
    gone = verdict("secret_in_history", {}, {"system": "git_history", "commit": "c1"})
    tip = verdict("secret_in_history", {}, {"system": "git_history", "commit": "c1", "attrs": {"branch_tip": "feature/x"}})
    assert gone["title"] == tip["title"]
    assert "removed" not in gone["title"]
    assert "earlier commits only" in gone["evidence"]["lives_in"]
    assert "feature/x" in tip["evidence"]["lives_in"]
    assert "feature/x" in tip["remediation"]
