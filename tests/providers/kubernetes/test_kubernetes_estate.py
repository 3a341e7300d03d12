"""Nordholm's clusters through the `keyrack` command: what is wrong is found, what looks alike is not, no secret gets out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from estate_scan import keyrack

from keyrack_estate import build, report
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
    folder = tmp_path_factory.mktemp("kubernetes-estate")
    world = build.make(7, NOW, others=["kubernetes"])
    (folder / "people.csv").write_text(world.company.people_csv())
    (folder / "vendors.csv").write_text(world.company.vendors_csv())
    with served(world, folder / "systems") as reached:
        lines = []
        for source in reached["kubernetes"].sources:
            lines += ["[[sources]]", *(f"{name} = {json.dumps(value)}" for name, value in source.items())]
        lines += ["[people]", 'file = "people.csv"', "[vendors]", 'file = "vendors.csv"']
        (folder / "keyrack.toml").write_text("\n".join(lines))
        words = ("scan", "--config", str(folder / "keyrack.toml"), "--format", "json", "-o", str(folder / "report.json"))
        done = keyrack(folder / "home", *words, **reached["kubernetes"].environment)
        calls = reached["kubernetes"].calls.total()
    assert done.returncode == 0, done.stderr
    return Scanned(world, folder, done.stderr, calls)


def scores(scanned: Scanned) -> dict[str, RiskScore]:
    entries = [entry for entry in scanned.world.truth.entries() if entry.system == "kubernetes"]
    return score(entries, report.read(scanned.folder / "report.json"))


def test_precision_and_recall_of_every_risk(scanned: Scanned) -> None:
    found = scores(scanned)
    misses = [f"{e.owasp} {e.label} {e.anchor}" for s in found.values() for e in s.misses]
    false = [
        f"{i.finding.owasp} {i.finding.rule} {i.finding.identity} {i.finding.credential} {i.finding.path}: {why}"
        for s in found.values()
        for i, why in s.false_findings
    ]
    assert not misses + false, "\n".join(misses + false)
    assert min(s.planted for s in found.values()) >= 3
    assert sum(s.planted for s in found.values()) >= 60


def test_no_secret_leaves_the_scan(scanned: Scanned) -> None:
    values = [value.encode() for value in scanned.world.systems["kubernetes"].values]
    assert len(values) > 30
    left = [path for path in scanned.folder.rglob("*") if path.is_file() and "systems" not in path.parts]
    written = [path.read_bytes() for path in left] + [scanned.stderr.encode()]
    assert not [value for value in values if any(value in content for content in written)]


def test_the_same_seed_gives_the_same_clusters(scanned: Scanned) -> None:
    assert build.make(7, NOW, others=["kubernetes"]).systems["kubernetes"] == scanned.world.systems["kubernetes"]


def test_calls_of_the_company(scanned: Scanned) -> None:
    """Two clusters: one call a kind, and version, groups, issuer, keys and the day of token tracking."""
    from keyrack.providers.kubernetes import kinds

    assert scanned.calls == 2 * (len({kind.plural for kind in kinds.ALL}) + 5)


def test_one_password_is_traced_from_the_vault_to_the_workload(scanned: Scanned) -> None:
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
