"""Nordholm's Google Cloud through the `keyrack` command: what is wrong is found, what looks alike is not, no secret gets out."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from estate_scan import keyrack

from keyrack_estate import build, report
from keyrack_estate.score import score
from keyrack_estate.systems import served, systems

NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


@pytest.fixture(scope="module")
def scanned(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gcp-estate")
    world = build.make(7, NOW, others=["gcp"])
    (folder / "people.csv").write_text(world.company.people_csv())
    (folder / "vendors.csv").write_text(world.company.vendors_csv())
    with served(world, folder) as reached:
        source = reached["gcp"].sources[0]
        lines = [f"{name} = {json.dumps(value)}" for name, value in source.items()]
        tables = ["[[sources]]", *lines, "[people]", 'file = "people.csv"', "[vendors]", 'file = "vendors.csv"']
        (folder / "keyrack.toml").write_text("\n".join(tables))
        words = ("scan", "--config", str(folder / "keyrack.toml"), "--format", "json", "-o", str(folder / "report.json"))
        done = keyrack(folder / "home", *words, **reached["gcp"].environment)
        calls = reached["gcp"].calls.total()
    assert done.returncode == 0, done.stderr
    return world, folder, done.stderr, calls


def test_precision_and_recall_of_every_risk(scanned):
    world, folder, _, _ = scanned
    entries = [entry for entry in world.truth.entries() if entry.system == "gcp"]
    scores = score(entries, report.read(folder / "report.json"))
    assert {s.owasp for s in scores.values() if s.planted == 0} == set()
    weak = {s.owasp: (s.precision, s.recall) for s in scores.values() if min(s.precision, s.recall) < 0.95}
    assert weak == {}


def test_the_same_seed_gives_the_same_organisation(scanned):
    again = build.make(7, NOW, others=["gcp"])
    assert again.systems["gcp"] == scanned[0].systems["gcp"]


def test_no_secret_leaves_the_scan(scanned):
    world, folder, stderr, _ = scanned
    values = [value.encode() for value in world.systems["gcp"].values.values()]
    written = [path.read_bytes() for path in folder.rglob("*") if path.is_file()] + [stderr.encode()]
    assert not [value for value in values if any(value in content for content in written)]


def test_calls_of_the_company(scanned):
    assert scanned[3] == 40


def test_one_password_is_recognised_in_vault_and_settings(scanned):
    """The traced credential: in Secret Manager of production, and in a function of the test project."""
    document = json.loads((scanned[1] / "report.json").read_bytes())
    places: dict[str, set[str]] = {}
    for place in document["placements"]:
        places.setdefault(place["credential_uid"], set()).add(place["system"])
    assert {"vault", "workload_env"} in places.values()


def test_bulk_is_big_and_whole():
    system = next(system for system in systems() if system.name == "gcp")
    state = system.bulk(3_000, 7, NOW)
    assert (len(state.things["account"]), len(state.things["key"]), len(state.things["project"])) == (3_000, 1_500, 6)
