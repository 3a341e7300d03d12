"""Nordholm's Google Cloud through the `keyrack` command: what is wrong is found, what looks alike is not, no secret gets out."""

from __future__ import annotations

import json

import pytest
from system_scan import NOW, disagreements, scan_system

from keyrack_estate import build
from keyrack_estate.systems import systems


@pytest.fixture(scope="module")
def scanned(tmp_path_factory):
    return scan_system("gcp", tmp_path_factory.mktemp("gcp-estate"))


def test_precision_and_recall_of_every_risk(scanned):
    found = scanned.scores()
    assert {s.owasp for s in found.values() if s.planted == 0} == set()
    assert disagreements(found) == []


def test_the_same_seed_gives_the_same_organisation(scanned):
    assert build.make(7, NOW, others=["gcp"]).systems["gcp"] == scanned.world.systems["gcp"]


def test_no_secret_leaves_the_scan(scanned):
    assert scanned.leaks(list(scanned.world.systems["gcp"].values.values())) == []


def test_calls_of_the_company(scanned):
    assert scanned.calls == 40


def test_one_password_is_recognised_in_vault_and_settings(scanned):
    """The traced credential: in Secret Manager of production, and in a function of the test project."""
    document = json.loads((scanned.folder / "report.json").read_bytes())
    places: dict[str, set[str]] = {}
    for place in document["placements"]:
        places.setdefault(place["credential_uid"], set()).add(place["system"])
    assert {"vault", "workload_env"} in places.values()


def test_bulk_is_big_and_whole():
    system = next(system for system in systems() if system.name == "gcp")
    state = system.bulk(3_000, 7, NOW)
    assert (len(state.things["account"]), len(state.things["key"]), len(state.things["project"])) == (3_000, 1_500, 6)
