"""The company's tenant, planted with labels, scanned by the command as users do, and scored against its truth."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from estate_scan import keyrack

from keyrack_estate import build, report
from keyrack_estate.score import by_provider, score
from keyrack_estate.systems.entra import SYSTEM
from keyrack_estate.world import new_world


@pytest.fixture(scope="module")
def world():
    made = new_world(7, datetime.now(UTC).replace(minute=0, second=0, microsecond=0))
    made.truth.system = SYSTEM.name
    made.systems[SYSTEM.name] = SYSTEM.plant(made)
    return made


@pytest.fixture(scope="module")
def reports(world, tmp_path_factory):
    folder = tmp_path_factory.mktemp("nordholm-entra")
    with SYSTEM.serve(world.systems[SYSTEM.name], folder) as served:
        lines = ["[people]", 'file = "people.csv"', "", "[vendors]", 'file = "vendors.csv"', ""]
        for source in served.sources:
            lines += ["[[sources]]", *(f"{key} = {build._toml(value)}" for key, value in source.items()), ""]
        (folder / "keyrack.toml").write_text("\n".join(lines))
        (folder / "people.csv").write_text(world.company.people_csv())
        (folder / "vendors.csv").write_text(world.company.vendors_csv())
        words = ("scan", "--config", str(folder / "keyrack.toml"), "--format", "json", "-o", str(folder / "report.json"))
        done = keyrack(folder / "home", *words, cwd=folder, **served.environment)
    assert done.returncode in {0, 1}, done.stderr
    return report.read(folder / "report.json")


def test_every_risk_is_found_and_nothing_is_made_up(world, reports):
    entries = [entry for entry in world.truth.entries() if entry.system == SYSTEM.name]
    scores = {**score(entries, reports), **by_provider(entries, reports)}
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
