"""Nordholm's MCP servers and agents through the `keyrack` command: what is wrong is found, what looks alike is not."""

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
    folder = tmp_path_factory.mktemp("mcp-estate")
    world = build.make(7, NOW, others=["mcp"])
    (folder / "people.csv").write_text(world.company.people_csv())
    (folder / "vendors.csv").write_text(world.company.vendors_csv())
    with served(world, folder / "systems") as reached:
        lines = []
        for source in reached["mcp"].sources:
            lines += ["[[sources]]", *(f"{name} = {json.dumps(value)}" for name, value in source.items())]
        lines += ["[people]", 'file = "people.csv"', "[vendors]", 'file = "vendors.csv"']
        (folder / "keyrack.toml").write_text("\n".join(lines))
        words = ("scan", "--config", str(folder / "keyrack.toml"), "--format", "json", "-o", str(folder / "report.json"))
        done = keyrack(folder / "home", *words, **reached["mcp"].environment)
        calls = reached["mcp"].calls.total()
    assert done.returncode == 0, done.stderr
    return Scanned(world, folder, done.stderr, calls)


def scores(scanned: Scanned) -> dict[str, RiskScore]:
    entries = [entry for entry in scanned.world.truth.entries() if entry.system == "mcp"]
    return score(entries, report.read(scanned.folder / "report.json"))


def test_precision_and_recall_of_every_risk(scanned: Scanned) -> None:
    found = scores(scanned)
    misses = [f"{e.owasp} {e.label} {e.anchor}" for s in found.values() for e in s.misses]
    false = [
        f"{i.finding.rule} {i.finding.identity} {i.finding.credential}: {why}"
        for s in found.values()
        for i, why in s.false_findings
    ]
    assert not misses + false, "\n".join(misses + false)
    assert {s.owasp for s in found.values() if s.planted == 0} == {"NHI6:2025"}, "no MCP server is a deployment pipeline"
    assert sum(s.planted for s in found.values()) >= 40


def test_no_secret_leaves_the_scan(scanned: Scanned) -> None:
    state = scanned.world.systems["mcp"]
    secrets = [value.encode() for value in (*state.values, *state.tokens, state.other)]
    kept = [path for path in scanned.folder.rglob("*") if path.is_file() and scanned.folder / "systems" not in path.parents]
    written = [path.read_bytes() for path in kept] + [scanned.stderr.encode()]
    assert not [1 for value in secrets if any(value in content for content in written)]


def test_the_same_seed_gives_the_same_servers(scanned: Scanned) -> None:
    again, first = build.make(7, NOW, others=["mcp"]).systems["mcp"], scanned.world.systems["mcp"]
    assert (again.tokens, again.agents, again.values) == (first.tokens, first.agents, first.values)
    assert [(s.url, s.tools) for s in again.sites] == [(s.url, s.tools) for s in first.sites]


def test_bulk_is_big_and_whole() -> None:
    system = next(system for system in systems() if system.name == "mcp")
    state = system.bulk(3_000, 7, NOW)
    assert (len(state.agents), len(state.servers), len(state.tokens)) == (3_000, 3, 3)
