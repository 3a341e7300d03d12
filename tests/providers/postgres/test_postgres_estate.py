"""Nordholm's PostgreSQL server through the `keyrack` command: what is wrong is found, what looks alike is not, no secret gets out."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from estate_scan import keyrack

from keyrack_estate import build, report
from keyrack_estate.build import source_tables
from keyrack_estate.score import score
from keyrack_estate.systems import served, systems

NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
UNSHOWN = {"NHI7:2025"}  # PostgreSQL keeps no age of passwords


@pytest.fixture(scope="module")
def scanned(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pg-estate")
    world = build.make(7, NOW, others=["postgres"])
    (folder / "people.csv").write_text(world.company.people_csv())
    (folder / "vendors.csv").write_text(world.company.vendors_csv())
    with served(world, folder) as reached:
        lines = [f"{name} = {json.dumps(value)}" for name, value in reached["postgres"].sources[0].items()]
        tables = ["[[sources]]", *lines, "[people]", 'file = "people.csv"', "[vendors]", 'file = "vendors.csv"']
        (folder / "keyrack.toml").write_text("\n".join(tables))
        words = ("scan", "--config", str(folder / "keyrack.toml"), "--format", "json", "-o", str(folder / "report.json"))
        done = keyrack(folder / "home", *words, **reached["postgres"].environment)
    assert done.returncode == 0, done.stderr
    return world, folder, done.stderr


def test_precision_and_recall_of_every_risk(scanned):
    world, folder, _ = scanned
    entries = [entry for entry in world.truth.entries() if entry.system == "postgres"]
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
    values = [value.encode() for value in world.systems["postgres"].values.values()]
    written = [path.read_bytes() for path in folder.rglob("*") if path.is_file()] + [stderr.encode()]
    assert not [value for value in values if any(value in content for content in written)]


def test_the_same_seed_gives_the_same_server(scanned):
    assert build.make(7, NOW, others=["postgres"]).systems["postgres"] == scanned[0].systems["postgres"]


def test_bulk_serves(tmp_path):
    system = next(system for system in systems() if system.name == "postgres")
    with system.serve(system.bulk(2_000, 7, NOW), tmp_path) as reached:
        (tmp_path / "keyrack.toml").write_text(
            "\n".join(["[[sources]]", *(f"{k} = {json.dumps(v)}" for k, v in reached.sources[0].items())])
        )
        words = ("scan", "--config", str(tmp_path / "keyrack.toml"), "--format", "json", "-o", str(tmp_path / "report.json"))
        done = keyrack(tmp_path / "home", *words, **reached.environment)
    assert done.returncode == 0, done.stderr
    assert (
        sum(row["provider"] == "postgres" for row in json.loads((tmp_path / "report.json").read_bytes())["identities"]) == 2_001
    )


def test_the_payments_password_is_traced_to_the_role_it_opens(tmp_path):
    """One value: in OpenBao, in Google's Secret Manager and in a user mapping; the server keeps a verifier of it and nothing more."""
    world = build.make(7, NOW, others=["gcp", "openbao", "postgres"])
    with served(world, tmp_path) as reached:
        tables = source_tables(source for name in world.systems for source in reached[name].sources)
        (tmp_path / "keyrack.toml").write_text("\n".join(tables))
        environment = {key: value for one in reached.values() for key, value in one.environment.items()}
        scanned = keyrack(tmp_path / "home", "scan", "--config", str(tmp_path / "keyrack.toml"), **environment)
    assert scanned.returncode == 0, scanned.stderr
    done = keyrack(tmp_path / "home", "trace", "payments_app")
    assert done.returncode == 0, done.stderr
    for told in (
        "pg:payments-db.nordholm.example:role/payments_app",
        "secret/payments/db",
        "//secretmanager.googleapis.com/",
        "user mapping of warehouse_loader",
    ):
        assert told in done.stdout, done.stdout
    assert world.shared["payments-db"] not in done.stdout + scanned.stdout
