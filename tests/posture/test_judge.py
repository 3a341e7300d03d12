"""The life of findings and the laws of the score."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample import NOW, build_sample, records, user

from keyrack.app.evaluation import open_commit
from keyrack.lake.engines.duckdb import connect
from keyrack.ledger import FindingException, Ledger
from keyrack.records import Credential, Gap
from keyrack.rules import builtin
from keyrack.rules.inputs import expanded
from keyrack.rules.reach import TABLES
from keyrack.sdk import gap, registry


def findings(sample, now=None):
    connection = open_commit(sample.home, sample.commit, now)
    rows = connection.execute("SELECT rule, identity, status, first_seen, last_seen, id FROM findings").fetchall()
    return {(rule, identity): (status, first, last, key) for rule, identity, status, first, last, key in rows}


KEY = ("aws_access_key_unrotated", user("ci"))


def test_first_seen_survives_and_resolution_is_noticed(tmp_path):
    first = findings(build_sample(tmp_path))
    assert first[KEY][0] == "open"
    later = NOW + timedelta(days=1)
    second = findings(build_sample(tmp_path, later))
    assert second[KEY][1:3] == (NOW, later)
    assert second[KEY][3] == first[KEY][3]
    rotated = [r for r in records(later) if not (isinstance(r, Credential) and r.public_id == "K1")]
    third = findings(build_sample(tmp_path, later + timedelta(days=1), rotated))
    assert third[KEY][0] == "resolved"
    again = findings(build_sample(tmp_path, later + timedelta(days=2)))
    assert again[KEY][0] == "open"
    assert again[KEY][1] == NOW


def test_a_gapped_rule_never_resolves(tmp_path):
    build_sample(tmp_path)
    blind = [r for r in records() if not isinstance(r, Credential)]
    inputs = next(rule.header.inputs for rule in builtin() if rule.id == KEY[0])
    blind.append(gap(inputs[0], "iam:ListAccessKeys", "denied", "not allowed"))
    after = build_sample(tmp_path, NOW + timedelta(days=1), blind)
    assert findings(after)[KEY][0] == "open"
    assert "aws_access_key_unrotated" in after.report().summary.unknown_rules


def test_exceptions_show_at_once_and_end_by_themselves(tmp_path):
    sample = build_sample(tmp_path)
    key = findings(sample)[KEY][3]
    until = NOW + timedelta(days=10)
    Ledger(sample.home.ledger_file).except_finding(FindingException(key, "break-glass, reviewed", until, "ann", NOW))
    assert findings(sample, NOW + timedelta(days=1))[KEY][0] == "excepted"
    assert findings(sample, NOW + timedelta(days=11))[KEY][0] == "open"
    assert findings(build_sample(tmp_path, NOW + timedelta(days=2)))[KEY][0] == "excepted"
    assert findings(build_sample(tmp_path, NOW + timedelta(days=12)))[KEY][0] == "open"


def test_optional_gaps_make_rules_unknown_but_not_the_scan_incomplete(tmp_path):
    """The law is: not looked at is unknown, wished or not. Optional gaps used to leave rules alone, and an offline scan claimed
    that functions it had never asked for were clean. What --strict fails on is another question, and still `incomplete`'s."""
    build_sample(tmp_path)
    blind = [r for r in records() if not isinstance(r, Credential | Gap)]
    inputs = next(rule.header.inputs for rule in builtin() if rule.id == KEY[0])
    blind.append(gap(inputs[0], "offline scan", "not_configured", "optional", incomplete=False))
    after = build_sample(tmp_path, NOW + timedelta(days=1), blind)
    summary = after.report().summary
    expected = sorted(rule.id for rule in builtin() if inputs[0] in expanded(rule.header.inputs, registry.manifests()))
    assert (summary.unknown_rules, summary.incomplete, after.report().run.complete) == (expected, 0, True)
    assert findings(after)[KEY][0] == "open"


def test_a_place_that_another_source_is_for_leaves_rules_alone(tmp_path):
    build_sample(tmp_path)
    rows = [r for r in records() if not isinstance(r, Credential | Gap)]
    inputs = next(rule.header.inputs for rule in builtin() if rule.id == KEY[0])
    rows.append(gap(inputs[0], "/home/ann/web", "unsupported", "a repository of its own", incomplete=False))
    after = build_sample(tmp_path, NOW + timedelta(days=1), rows)
    assert after.report().summary.unknown_rules == []
    assert findings(after)[KEY][0] == "resolved"


SCRIPT = "posture/sql/20_risk.sql"
_SEVERITY = st.sampled_from(["info", "low", "medium", "high", "critical"])
_CONFIDENCE = st.sampled_from(["low", "medium", "high"])


@pytest.fixture(scope="module")
def scorer():
    from importlib.resources import files

    script = files("keyrack.posture").joinpath("sql/20_risk.sql").read_text("utf-8")
    connection = connect()
    connection.execute("CREATE TABLE identities AS SELECT 'x' AS uid, 'prod' AS environment, TRUE AS third_party")
    connection.execute("CREATE TABLE credentials (uid VARCHAR, identity_uid VARCHAR)")
    for name, columns in TABLES.items():
        connection.execute(f"CREATE TABLE {name} ({columns})")

    def score(privilege: str, found: list[tuple[str, str]]) -> float:
        connection.execute("CREATE OR REPLACE TABLE privileges AS SELECT 'x' AS identity_uid, ? AS privilege", [privilege])
        connection.execute(
            """CREATE OR REPLACE TABLE findings (identity VARCHAR, credential VARCHAR, id VARCHAR, rule VARCHAR, title VARCHAR,
            owasp VARCHAR, severity VARCHAR, confidence VARCHAR, status VARCHAR, subject VARCHAR)"""
        )
        for index, (severity, confidence) in enumerate(found):
            row = ["x", None, str(index), "r", "t", "NHI1:2025", severity, confidence, "open", "x"]
            connection.execute("INSERT INTO findings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        connection.execute(script)
        result = connection.execute("SELECT score FROM risks").fetchone()
        return result[0] if result else 0.0

    return score


@given(st.lists(st.tuples(_SEVERITY, _CONFIDENCE), max_size=6), _SEVERITY, _CONFIDENCE)
def test_adding_a_finding_never_lowers_the_score(scorer, found, severity, confidence):
    before, after = scorer("write", found), scorer("write", [*found, (severity, confidence)])
    assert 0 <= before <= after <= 100


@given(st.lists(st.tuples(_SEVERITY, _CONFIDENCE), min_size=1, max_size=6))
def test_more_power_never_lowers_the_score(scorer, found):
    scores = [scorer(privilege, found) for privilege in ("read", "write", "permissions", "admin")]
    assert scores == sorted(scores)
