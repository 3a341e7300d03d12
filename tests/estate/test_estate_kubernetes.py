"""Nordholm's clusters beside the clouds, vault and code they are tied to, in one scan: other systems' records change no verdict on them."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import pytest
from system_scan import SystemScan, scan_system

from keyrack_estate import report
from keyrack_estate.score import by_provider


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> SystemScan:
    return scan_system("kubernetes", tmp_path_factory.mktemp("tied-estate"), "entra", "gcp", "github", "openbao")


@pytest.fixture(scope="module")
def document(scanned: SystemScan) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((scanned.folder / "report.json").read_bytes())
    return found


def test_verdicts_on_the_clusters_stand(scanned: SystemScan) -> None:
    row = by_provider(scanned.world.truth.entries(), report.read(scanned.folder / "report.json"))["kubernetes"]
    misses = [f"{entry.owasp} {entry.label} {entry.anchor}" for entry in row.misses]
    false = [f"{item.finding.rule} {item.finding.identity} {item.finding.path}: {why}" for item, why in row.false_findings]
    assert not misses + false, "\n".join(misses + false)
    assert row.planted >= 80


def test_one_password_is_traced_from_code_and_vault_to_the_cluster(document: dict[str, Any]) -> None:
    places: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for item in document["placements"]:
        places[item["credential_uid"]].add((item["system"], item["scope"]))
    traced = next(found for found in places.values() if ("cluster_secret", "prod-eu") in found and len(found) > 3)
    assert ("vault", "vault.nordholm.example") in traced
    assert {system for system, _ in traced} >= {"cluster_secret", "vault", "workload_env"}


def test_the_payments_account_becomes_what_clouds_and_vault_say(document: dict[str, Any]) -> None:
    known = {identity["uid"] for identity in document["identities"]}
    assert {"k8s:prod-eu:sa/payments/api", "gcp:sa/deployer@nordholm-prod.iam.gserviceaccount.com"} <= known
