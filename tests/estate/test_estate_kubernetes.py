"""Nordholm's clusters beside the clouds, vault and code they are tied to, in one scan: other systems' records change no verdict on them."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from estate_scan import keyrack

from keyrack_estate import build, report
from keyrack_estate.score import by_provider
from keyrack_estate.systems import served
from keyrack_estate.world import World

TIED = ("entra", "gcp", "github", "kubernetes", "openbao")


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, Path]:
    folder = tmp_path_factory.mktemp("tied-estate")
    world = build.make(7, datetime.now(UTC).replace(minute=0, second=0, microsecond=0), others=TIED)
    (folder / "people.csv").write_text(world.company.people_csv())
    (folder / "vendors.csv").write_text(world.company.vendors_csv())
    with served(world, folder / "systems") as reached:
        sources = [source for one in reached.values() for source in one.sources]
        head = ["[people]", 'file = "people.csv"', "[vendors]", 'file = "vendors.csv"', ""]
        (folder / "keyrack.toml").write_text("\n".join([*head, *build.source_tables(sources)]))
        environment = {name: value for one in reached.values() for name, value in one.environment.items()}
        words = ("scan", "--config", str(folder / "keyrack.toml"), "--format", "json", "-o", str(folder / "report.json"))
        done = keyrack(folder / "home", *words, **environment)
    assert done.returncode == 0, done.stderr
    return world, folder / "report.json"


def test_verdicts_on_the_clusters_stand(scanned: tuple[World, Path]) -> None:
    world, path = scanned
    row = by_provider(world.truth.entries(), report.read(path))["kubernetes"]
    misses = [f"{entry.owasp} {entry.label} {entry.anchor}" for entry in row.misses]
    false = [f"{item.finding.rule} {item.finding.identity} {item.finding.path}: {why}" for item, why in row.false_findings]
    assert not misses + false, "\n".join(misses + false)
    assert row.planted >= 80


def test_one_password_is_traced_from_code_and_vault_to_the_cluster(scanned: tuple[World, Path]) -> None:
    places: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for item in json.loads(scanned[1].read_bytes())["placements"]:
        places[item["credential_uid"]].add((item["system"], item["scope"]))
    traced = next(found for found in places.values() if ("cluster_secret", "prod-eu") in found and len(found) > 3)
    assert ("vault", "vault.nordholm.example") in traced
    assert {system for system, _ in traced} >= {"cluster_secret", "vault", "workload_env"}


def test_the_payments_account_becomes_what_clouds_and_vault_say(scanned: tuple[World, Path]) -> None:
    document = json.loads(scanned[1].read_bytes())
    known = {identity["uid"] for identity in document["identities"]}
    assert {"k8s:prod-eu:sa/payments/api", "gcp:sa/deployer@nordholm-prod.iam.gserviceaccount.com"} <= known
