"""Nordholm's OpenBao server through the `keyrack` command: what is wrong is found, what looks alike is not, no secret gets out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from estate_scan import keyrack

from keyrack_estate import build, report
from keyrack_estate.score import score
from keyrack_estate.systems import served, systems
from keyrack_estate.systems.openbao.plant import Planter
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
    folder = tmp_path_factory.mktemp("openbao-estate")
    world = build.make(7, NOW, others=["openbao"])
    (folder / "people.csv").write_text(world.company.people_csv())
    (folder / "vendors.csv").write_text(world.company.vendors_csv())
    with served(world, folder / "systems") as reached:
        source = reached["openbao"].sources[0]
        lines = [
            "[[sources]]",
            *(f"{name} = {json.dumps(value)}" for name, value in source.items()),
            "[people]",
            'file = "people.csv"',
            "[vendors]",
            'file = "vendors.csv"',
        ]
        (folder / "keyrack.toml").write_text("\n".join(lines))
        words = ("scan", "--config", str(folder / "keyrack.toml"), "--format", "json", "-o", str(folder / "report.json"))
        done = keyrack(folder / "home", *words, BAO_TOKEN="", VAULT_TOKEN="")
        calls = reached["openbao"].calls.total()
    assert done.returncode == 0, done.stderr
    return Scanned(world, folder, done.stderr, calls)


def test_precision_and_recall_of_every_risk(scanned: Scanned) -> None:
    entries = [entry for entry in scanned.world.truth.entries() if entry.system == "openbao"]
    found = score(entries, report.read(scanned.folder / "report.json"))
    misses = [f"{e.owasp} {e.label} {e.anchor}" for s in found.values() for e in s.misses]
    false = [
        f"{i.finding.rule} {i.finding.identity} {i.finding.credential}: {why}"
        for s in found.values()
        for i, why in s.false_findings
    ]
    assert {s.owasp for s in found.values() if s.planted == 0} == set()
    assert (misses, false) == ([], [])


def test_the_same_seed_gives_the_same_server(scanned: Scanned) -> None:
    assert build.make(7, NOW, others=["openbao"]).systems["openbao"] == scanned.world.systems["openbao"]


def test_no_secret_leaves_the_scan(scanned: Scanned) -> None:
    planter = Planter(build.make(7, NOW))
    planter.plant()
    values = [value.encode() for value in planter.values.values()]
    assert len(values) == 13
    left = [path for path in scanned.folder.rglob("*") if path.is_file() and "systems" not in path.parts]
    written = [path.read_bytes() for path in left] + [scanned.stderr.encode()]
    assert not [value for value in values if any(value in content for content in written)]


def test_bulk_is_big_and_streams() -> None:
    system = next(system for system in systems() if system.name == "openbao")
    state = system.bulk(3_000, 7, NOW)
    assert (state.crowd.approles, state.crowd.tokens, state.crowd.secrets) == (1_500, 1_500, 3_000)
