"""What a person wrote is read before any system is asked: a broken rule ends a scan at once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from toy import Toy, install, targets

from keyrack.app.config import load
from keyrack.app.home import Home
from keyrack.app.scan import ScanRequest, scan
from keyrack.errors import KeyrackError

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
RULE = """/*
id: own_rule
title: Ours
severity: low
confidence: high
owasp: NHI1:2025
key: []
inputs: [any.identities]
detects: d
why: w
remediation: "look at {identity}"
blind_spots: b
false_positives: f
bad: []
good: []
*/
SELECT uid AS identity FROM identities
"""


@pytest.fixture
def toy(monkeypatch):
    return install(monkeypatch, Toy())


def run(tmp_path, **files):
    (tmp_path / "rules").mkdir()
    for name, text in files.items():
        path = tmp_path / ("rules/own_rule.sql" if name == "rule" else f"{name}.csv")
        path.write_text(text)
    config = "[rules]\nfolder='rules'\n" + ("[people]\nfile='people.csv'\n" if "people" in files else "")
    (tmp_path / "keyrack.toml").write_text(config)
    home = Home(tmp_path / "home")
    return home, lambda: scan(home, load(tmp_path / "keyrack.toml"), ScanRequest(targets=targets("a"), now=NOW))


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (RULE.replace("/*", "--", 1), "rules.header"),
        (RULE.replace("severity: low", "severity: grim"), "rules.header"),
        (RULE.replace("own_rule", "other_rule"), "rules.id"),
        (RULE.replace("SELECT uid", "SELEKT uid"), "rules.sql"),
        (RULE.replace("FROM identities", "FROM identity"), "rules.sql"),
        (RULE.replace("uid AS identity", "uidd AS identity"), "rules.sql"),
        (RULE.replace("uid AS identity", "uid"), "rules.columns"),
    ],
)
def test_a_broken_rule_ends_a_scan_before_any_source_is_asked(toy, tmp_path, rule, code):
    home, go = run(tmp_path, rule=rule)
    with pytest.raises(KeyrackError) as caught:
        go()
    assert caught.value.code == code
    assert "own_rule" in f"{caught.value} {caught.value.hint}"
    assert toy.asked == []
    assert home.lake.commits() == []


def test_so_does_a_broken_list_of_people(toy, tmp_path):
    _, go = run(tmp_path, rule=RULE, people="email,status\nann@x.example,asleep\n")
    with pytest.raises(KeyrackError, match=r"people.csv:2"):
        go()
    assert toy.asked == []


def test_a_good_rule_is_no_hindrance(toy, tmp_path):
    home, go = run(tmp_path, rule=RULE)
    assert go().commit == home.lake.head()
    assert toy.asked == ["a"]
