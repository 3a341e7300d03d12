"""Nordholm's PostgreSQL server through the `keyrack` command: what is wrong is found, what looks alike is not, no secret gets out."""

from __future__ import annotations

import json

import pytest
from estate_scan import keyrack
from system_scan import NOW, disagreements, scan_served, scan_system

from keyrack_estate import build
from keyrack_estate.systems import served, systems, together


@pytest.fixture(scope="module")
def scanned(tmp_path_factory):
    return scan_system("postgres", tmp_path_factory.mktemp("postgres-estate"))


def test_precision_and_recall_of_every_risk(scanned):
    found = scanned.scores()
    assert {s.owasp for s in found.values() if s.planted == 0} == {"NHI7:2025"}  # PostgreSQL keeps no age of passwords
    assert disagreements(found) == []


def test_no_secret_leaves_the_scan(scanned):
    assert scanned.leaks(list(scanned.world.systems["postgres"].values.values())) == []


def test_the_same_seed_gives_the_same_server(scanned):
    assert build.make(7, NOW, others=["postgres"]).systems["postgres"] == scanned.world.systems["postgres"]


def test_bulk_serves(tmp_path):
    system = next(system for system in systems() if system.name == "postgres")
    with system.serve(system.bulk(2_000, 7, NOW), tmp_path) as reached:
        scan_served(reached, tmp_path)
    assert (
        sum(row["provider"] == "postgres" for row in json.loads((tmp_path / "report.json").read_bytes())["identities"]) == 2_001
    )


def test_the_payments_password_is_traced_to_the_role_it_opens(tmp_path):
    """One value: in OpenBao, in Google's Secret Manager and in a user mapping; the server keeps a verifier of it and nothing more."""
    world = build.make(7, NOW, others=["gcp", "openbao", "postgres"])
    with served(world, tmp_path) as reached:
        company = together(reached)
        (tmp_path / "keyrack.toml").write_text("\n".join(build.source_tables(company.sources)))
        scanned = keyrack(tmp_path / "home", "scan", "--config", str(tmp_path / "keyrack.toml"), **company.environment)
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
