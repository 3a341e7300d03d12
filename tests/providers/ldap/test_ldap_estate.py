"""Nordholm's directories through the `keyrack` command: what is wrong is found, what looks alike is not, no secret gets out."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from estate_scan import keyrack

from keyrack_estate import build, report
from keyrack_estate.score import score
from keyrack_estate.systems import served, systems

NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
UNSHOWN: set[str] = set()


def table(source):
    return ["[[sources]]", *(f"{name} = {json.dumps(value)}" for name, value in source.items())]


@pytest.fixture(scope="module")
def scanned(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ldap-estate")
    world = build.make(7, NOW, others=["ldap"])
    (folder / "people.csv").write_text(world.company.people_csv())
    (folder / "vendors.csv").write_text(world.company.vendors_csv())
    with served(world, folder) as reached:
        tables = [line for source in reached["ldap"].sources for line in table(source)]
        tables += ["[people]", 'file = "people.csv"', "[vendors]", 'file = "vendors.csv"']
        (folder / "keyrack.toml").write_text("\n".join(tables))
        words = ("scan", "--config", str(folder / "keyrack.toml"), "--format", "json", "-o", str(folder / "report.json"))
        done = keyrack(folder / "home", *words, **reached["ldap"].environment)
    assert done.returncode == 0, done.stderr
    return world, folder, done.stderr


def test_precision_and_recall_of_every_risk(scanned):
    world, folder, _ = scanned
    entries = [entry for entry in world.truth.entries() if entry.system == "ldap"]
    scores = score(entries, report.read(folder / "report.json"))
    assert {s.owasp for s in scores.values() if s.planted == 0} == UNSHOWN
    wrong = {
        s.owasp: ([m.anchor.native for m in s.misses], [(f.finding.rule, f.finding.identity, why) for f, why in s.false_findings])
        for s in scores.values()
        if s.misses or s.false_findings
    }
    assert wrong == {}


def test_no_secret_leaves_the_scan(scanned):
    world, folder, stderr = scanned
    values = [value.encode() for value in world.systems["ldap"].values.values()]
    written = [path.read_bytes() for path in folder.rglob("*") if path.is_file()] + [stderr.encode()]
    assert not [value for value in values if any(value in content for content in written)]


def test_the_same_seed_gives_the_same_directories(scanned):
    assert build.make(7, NOW, others=["ldap"]).systems["ldap"] == scanned[0].systems["ldap"]


def test_bulk_serves(tmp_path):
    system = next(system for system in systems() if system.name == "ldap")
    with system.serve(system.bulk(2_000, 7, NOW), tmp_path) as reached:
        (tmp_path / "keyrack.toml").write_text("\n".join(line for source in reached.sources for line in table(source)))
        words = ("scan", "--config", str(tmp_path / "keyrack.toml"), "--format", "json", "-o", str(tmp_path / "report.json"))
        done = keyrack(tmp_path / "home", *words, **reached.environment)
    assert done.returncode == 0, done.stderr
    assert sum(row["provider"] == "ldap" for row in json.loads((tmp_path / "report.json").read_bytes())["identities"]) == 2_001
