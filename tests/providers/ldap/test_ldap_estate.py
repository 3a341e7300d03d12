"""Nordholm's directories through the `keyrack` command: what is wrong is found, what looks alike is not, no secret gets out."""

from __future__ import annotations

import json

import pytest
from system_scan import NOW, disagreements, scan_served, scan_system

from keyrack_estate import build
from keyrack_estate.systems import systems


@pytest.fixture(scope="module")
def scanned(tmp_path_factory):
    return scan_system("ldap", tmp_path_factory.mktemp("ldap-estate"))


def test_precision_and_recall_of_every_risk(scanned):
    found = scanned.scores()
    assert {s.owasp for s in found.values() if s.planted == 0} == set()
    assert disagreements(found) == []


def test_no_secret_leaves_the_scan(scanned):
    assert scanned.leaks(list(scanned.world.systems["ldap"].values.values())) == []


def test_the_same_seed_gives_the_same_directories(scanned):
    assert build.make(7, NOW, others=["ldap"]).systems["ldap"] == scanned.world.systems["ldap"]


def test_bulk_serves(tmp_path):
    system = next(system for system in systems() if system.name == "ldap")
    with system.serve(system.bulk(2_000, 7, NOW), tmp_path) as reached:
        scan_served(reached, tmp_path)
    assert sum(row["provider"] == "ldap" for row in json.loads((tmp_path / "report.json").read_bytes())["identities"]) == 2_001
