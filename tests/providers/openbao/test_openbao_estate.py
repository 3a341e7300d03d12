"""Nordholm's OpenBao server through the `keyrack` command: what is wrong is found, what looks alike is not, no secret gets out."""

from __future__ import annotations

import pytest
from system_scan import NOW, SystemScan, disagreements, scan_system

from keyrack_estate import build
from keyrack_estate.systems import systems
from keyrack_estate.systems.openbao.plant import Planter


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> SystemScan:
    return scan_system("openbao", tmp_path_factory.mktemp("openbao-estate"), BAO_TOKEN="", VAULT_TOKEN="")


def test_precision_and_recall_of_every_risk(scanned: SystemScan) -> None:
    found = scanned.scores()
    assert {s.owasp for s in found.values() if s.planted == 0} == set()
    assert disagreements(found) == []


def test_the_same_seed_gives_the_same_server(scanned: SystemScan) -> None:
    assert build.make(7, NOW, others=["openbao"]).systems["openbao"] == scanned.world.systems["openbao"]


def test_no_secret_leaves_the_scan(scanned: SystemScan) -> None:
    planter = Planter(build.make(7, NOW))
    planter.plant()
    assert len(planter.values) == 13
    assert scanned.leaks(list(planter.values.values())) == []


def test_bulk_is_big_and_streams() -> None:
    system = next(system for system in systems() if system.name == "openbao")
    state = system.bulk(3_000, 7, NOW)
    assert (state.crowd.approles, state.crowd.tokens, state.crowd.secrets) == (1_500, 1_500, 3_000)
