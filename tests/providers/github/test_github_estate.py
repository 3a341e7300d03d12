"""Nordholm's GitHub through the `keyrack` command: what is wrong is found, what looks alike is not, no secret gets out."""

from __future__ import annotations

import pytest
from system_scan import NOW, SystemScan, disagreements, scan_system

from keyrack_estate import build
from keyrack_estate.names import anchor_token
from keyrack_estate.score import RiskScore
from keyrack_estate.systems import systems


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> SystemScan:
    return scan_system("github", tmp_path_factory.mktemp("github-estate"))


def scores(scanned: SystemScan) -> dict[str, RiskScore]:
    """Scores of what GitHub can show: its own truth, and what the world planted at places that GitHub shows as well."""
    state = scanned.world.systems["github"]
    borrowed = {anchor_token(anchor) for anchor in state.borrowed if anchor.path}
    entries = [
        entry
        for entry in scanned.world.truth.entries()
        if (entry.system == "github" and entry.anchor not in state.beyond)
        or (entry.owasp == "NHI2:2025" and anchor_token(entry.anchor) in borrowed)
    ]
    return scanned.scores(entries)


def test_precision_and_recall_of_every_risk(scanned: SystemScan) -> None:
    found = scores(scanned)
    assert disagreements(found) == []
    assert {s.owasp for s in found.values() if s.planted == 0} == set()
    assert sum(s.planted for s in found.values()) >= 70


def test_no_secret_leaves_the_scan(scanned: SystemScan) -> None:
    values = list(scanned.world.systems["github"].values)
    assert values
    assert scanned.leaks(values) == []


def test_the_same_seed_gives_the_same_organisation(scanned: SystemScan) -> None:
    assert build.make(7, NOW, others=["github"]).systems["github"] == scanned.world.systems["github"]


def test_bulk_is_big_and_whole() -> None:
    system = next(system for system in systems() if system.name == "github")
    state = system.bulk(3_000, 7, NOW)
    keys = sum(len(repo.keys) for repo in state.org.repos.values())
    assert keys + len(state.org.repos) + len(state.org.members) + len(state.org.apps) == 3_000
    assert (len(state.org.repos), len(state.org.members), len(state.org.apps)) == (300, 1_740, 60)
