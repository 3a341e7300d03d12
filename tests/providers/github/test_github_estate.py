"""Nordholm's GitHub through the `keyrack` command: what is wrong is found, what looks alike is not, no secret gets out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from estate_scan import keyrack

from keyrack_estate import build, report
from keyrack_estate.names import anchor_token
from keyrack_estate.score import RiskScore, score
from keyrack_estate.systems import served, systems
from keyrack_estate.world import World

NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


@dataclass(frozen=True)
class Scanned:
    world: World
    folder: Path
    stderr: str
    calls: int


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Scanned:
    folder = tmp_path_factory.mktemp("github-estate")
    world = build.make(7, NOW, others=["github"])
    (folder / "people.csv").write_text(world.company.people_csv())
    (folder / "vendors.csv").write_text(world.company.vendors_csv())
    with served(world, folder / "systems") as reached:
        source = reached["github"].sources[0]
        lines = [f"{name} = {json.dumps(value)}" for name, value in source.items()]
        tables = ["[[sources]]", *lines, "[people]", 'file = "people.csv"', "[vendors]", 'file = "vendors.csv"']
        (folder / "keyrack.toml").write_text("\n".join(tables))
        words = ("scan", "--config", str(folder / "keyrack.toml"), "--format", "json", "-o", str(folder / "report.json"))
        done = keyrack(folder / "home", *words, **reached["github"].environment)
        calls = reached["github"].calls.total()
    assert done.returncode == 0, done.stderr
    return Scanned(world, folder, done.stderr, calls)


def scores(scanned: Scanned) -> dict[str, RiskScore]:
    """Scores of what GitHub can show: its own truth, and what the world planted at places that GitHub shows as well."""
    state = scanned.world.systems["github"]
    state = scanned.world.systems["github"]
    borrowed = {anchor_token(anchor) for anchor in state.borrowed if anchor.path}
    entries = [
        entry
        for entry in scanned.world.truth.entries()
        if (entry.system == "github" and entry.anchor not in state.beyond)
        or (entry.owasp == "NHI2:2025" and anchor_token(entry.anchor) in borrowed)
    ]
    return score(entries, report.read(scanned.folder / "report.json"))


def test_precision_and_recall_of_every_risk(scanned: Scanned) -> None:
    found = scores(scanned)
    misses = [f"{e.owasp} {e.label} {anchor_token(e.anchor)} {e.note}" for s in found.values() for e in s.misses]
    false = [
        f"{i.finding.owasp} {i.finding.rule} {i.finding.identity} {i.finding.credential} {i.finding.evidence.get('resource')}: {why}"
        for s in found.values()
        for i, why in s.false_findings
    ]
    assert not misses + false, "\n".join([*misses, "", *false])
    assert {s.owasp for s in found.values() if s.planted == 0} == set()
    assert sum(s.planted for s in found.values()) >= 70


def test_no_secret_leaves_the_scan(scanned: Scanned) -> None:
    values = [value.encode() for value in scanned.world.systems["github"].values]
    kept = [path for path in scanned.folder.rglob("*") if path.is_file()]
    written = [path.read_bytes() for path in kept] + [scanned.stderr.encode()]
    assert values
    assert not [1 for value in values if any(value in content for content in written)]


def test_the_same_seed_gives_the_same_organisation(scanned: Scanned) -> None:
    assert build.make(7, NOW, others=["github"]).systems["github"] == scanned.world.systems["github"]


def test_bulk_is_big_and_whole() -> None:
    system = next(system for system in systems() if system.name == "github")
    state = system.bulk(3_000, 7, NOW)
    keys = sum(len(repo.keys) for repo in state.org.repos.values())
    assert keys + len(state.org.repos) + len(state.org.members) + len(state.org.apps) == 3_000
    assert (len(state.org.repos), len(state.org.members), len(state.org.apps)) == (300, 1_740, 60)
