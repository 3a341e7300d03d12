"""Nordholm's MCP servers and agents through the `keyrack` command: what is wrong is found, what looks alike is not."""

from __future__ import annotations

import pytest
from system_scan import NOW, SystemScan, disagreements, scan_system

from keyrack_estate import build
from keyrack_estate.systems import systems


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> SystemScan:
    return scan_system("mcp", tmp_path_factory.mktemp("mcp-estate"))


def test_precision_and_recall_of_every_risk(scanned: SystemScan) -> None:
    found = scanned.scores()
    assert disagreements(found) == []
    assert {s.owasp for s in found.values() if s.planted == 0} == {"NHI6:2025"}, "no MCP server is a deployment pipeline"
    assert sum(s.planted for s in found.values()) >= 40


def test_no_secret_leaves_the_scan(scanned: SystemScan) -> None:
    state = scanned.world.systems["mcp"]
    assert scanned.leaks([*state.values, *state.tokens, state.other]) == []


def test_the_same_seed_gives_the_same_servers(scanned: SystemScan) -> None:
    again, first = build.make(7, NOW, others=["mcp"]).systems["mcp"], scanned.world.systems["mcp"]
    assert (again.tokens, again.agents, again.values) == (first.tokens, first.agents, first.values)
    assert [(s.url, s.tools) for s in again.sites] == [(s.url, s.tools) for s in first.sites]


def test_bulk_is_big_and_whole() -> None:
    system = next(system for system in systems() if system.name == "mcp")
    state = system.bulk(3_000, 7, NOW)
    assert (len(state.agents), len(state.servers), len(state.tokens)) == (3_000, 3, 3)
