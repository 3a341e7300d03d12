"""The company's tenant, planted with labels, scanned by the command as users do, and scored against its truth."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from system_scan import scan_system

from keyrack_estate import report
from keyrack_estate.score import by_provider
from keyrack_estate.systems.entra import SYSTEM
from keyrack_estate.world import new_world


@pytest.fixture(scope="module")
def scanned(tmp_path_factory):
    return scan_system("entra", tmp_path_factory.mktemp("nordholm-entra"))


def test_every_risk_is_found_and_nothing_is_made_up(scanned):
    entries = scanned.entries()
    scores = {**scanned.scores(), **by_provider(entries, report.read(scanned.folder / "report.json"))}
    assert sum(entry.present is True for entry in entries) >= 60
    assert sum(entry.present is False for entry in entries) >= 45
    for name, row in scores.items():
        misses = [(entry.label, entry.note) for entry in row.misses]
        false = [(found.finding.rule, found.finding.evidence.get("name"), why) for found, why in row.false_findings]
        assert row.recall >= 0.95, (name, misses)
        assert row.precision >= 0.95, (name, false)
    assert all(scores[owasp].planted for owasp in scores if owasp.startswith("NHI"))


def test_the_same_seed_makes_the_same_tenant():
    moment = datetime(2026, 11, 24, 12, tzinfo=UTC)
    first, second = (SYSTEM.plant(new_world(3, moment)) for _ in range(2))
    assert first.maker.directory == second.maker.directory
    assert first.maker.cloud == second.maker.cloud


def test_a_large_tenant_of_the_size_asked_for():
    made = SYSTEM.bulk(2000, 5, datetime(2026, 11, 24, tzinfo=UTC)).maker.directory
    assert 1800 <= len(made.principals) + len(made.users) <= 2200
