"""Nordholm's clusters through the `keyrack` command: what is wrong is found, what looks alike is not, no secret gets out."""

from __future__ import annotations

import json

import pytest
from system_scan import NOW, SystemScan, disagreements, scan_system

from keyrack_estate import build
from keyrack_estate.systems import systems


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> SystemScan:
    return scan_system("kubernetes", tmp_path_factory.mktemp("kubernetes-estate"))


def test_precision_and_recall_of_every_risk(scanned: SystemScan) -> None:
    found = scanned.scores()
    assert disagreements(found) == []
    assert min(s.planted for s in found.values()) >= 3
    assert sum(s.planted for s in found.values()) >= 60


def test_no_secret_leaves_the_scan(scanned: SystemScan) -> None:
    values = list(scanned.world.systems["kubernetes"].values)
    assert len(values) > 30
    assert scanned.leaks(values) == []


def test_the_same_seed_gives_the_same_clusters(scanned: SystemScan) -> None:
    assert build.make(7, NOW, others=["kubernetes"]).systems["kubernetes"] == scanned.world.systems["kubernetes"]


def test_calls_of_the_company(scanned: SystemScan) -> None:
    """Two clusters: one call a kind, and version, groups, issuer, keys and the day of token tracking."""
    from keyrack.providers.kubernetes import kinds

    assert scanned.calls == 2 * (len({kind.plural for kind in kinds.ALL}) + 5)


def test_one_password_is_traced_from_the_vault_to_the_workload(scanned: SystemScan) -> None:
    document = json.loads((scanned.folder / "report.json").read_bytes())
    places: dict[str, set[tuple[str, str]]] = {}
    for item in document["placements"]:
        places.setdefault(item["credential_uid"], set()).add((item["system"], item["path"]))
    assert {("vault", "secret/payments/db"), ("cluster_secret", "namespaces/payments/secrets/db-credentials")} in places.values()


def test_bulk_is_big_and_made_as_it_is_read() -> None:
    system = next(system for system in systems() if system.name == "kubernetes")
    state = system.bulk(30_000, 7, NOW).states["bulk-eu"]
    assert (len(state.all("serviceaccounts")), len(state.all("secrets")), len(state.all("deployments.apps"))) == (
        30_000,
        15_000,
        7_500,
    )
    assert sum(map(len, state.objects.values())) < 300
