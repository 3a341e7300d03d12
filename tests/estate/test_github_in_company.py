"""GitHub beside the code it holds and the clouds that trust it: what only shows across systems, and no false word across them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from estate_scan import keyrack

from keyrack_estate import build, moto, report, truth
from keyrack_estate.names import anchor_token
from keyrack_estate.score import by_provider
from keyrack_estate.systems import served, together
from keyrack_estate.world import World

NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
OTHERS = ("gcp", "github", "openbao")


@dataclass(frozen=True)
class Scanned:
    world: World
    folder: Path
    document: dict[str, Any]


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Scanned:
    """AWS, the host, the repositories, and the systems of :data:`OTHERS`."""
    folder = tmp_path_factory.mktemp("github-company")
    world = build.make(7, NOW, others=OTHERS)
    with moto.serve(world.account) as endpoint, served(world, folder / "systems") as reached:
        company = together(reached)
        build.write(world, folder / "estate", port=int(endpoint.rpartition(":")[2]), sources=company.sources)
        config, out = str(folder / "estate" / "keyrack.toml"), str(folder / "report.json")
        done = keyrack(folder / "home", "scan", "--config", config, "--format", "json", "-o", out, **company.environment)
    assert done.returncode == 0, done.stderr
    assert company.sources
    return Scanned(world, folder, json.loads((folder / "report.json").read_bytes()))


def test_what_is_wrong_is_found_and_nothing_else(scanned: Scanned) -> None:
    entries = truth.read(scanned.folder / "estate" / "truth.jsonl")
    scores = by_provider(entries, report.read(scanned.folder / "report.json"))
    mine = scores["github"]
    said = [f"missed {e.owasp} {e.label} {anchor_token(e.anchor)}" for e in mine.misses]
    said += [f"false {i.finding.rule} {i.finding.identity}: {why}" for i, why in mine.false_findings]
    assert min(mine.precision, mine.recall) >= 0.95, "\n".join(said)
    assert mine.planted >= 80
    weak = {name: (s.precision, s.recall) for name, s in scores.items() if min(s.precision, s.recall) < 0.95}
    assert weak == {}


def test_a_secret_in_the_code_and_its_alert_are_one_credential(scanned: Scanned) -> None:
    systems: dict[str, set[str]] = {}
    for place in scanned.document["placements"]:
        if (place["scope"], place["path"]) == ("nordholm/api", "api/settings.py"):
            systems.setdefault(place["credential_uid"], set()).add(place["system"])
    assert {"git_head", "git_history"} in systems.values(), "the clone and GitHub's alert name the same credential"


def test_the_private_half_in_the_code_is_the_deploy_key(scanned: Scanned) -> None:
    places = {
        place["credential_uid"]
        for place in scanned.document["placements"]
        if (place["scope"], place["path"]) == ("nordholm/payments", "deploy/keys/deploy_key")
    }
    held = {c["uid"]: c["identity_uid"] for c in scanned.document["credentials"] if c["uid"] in places}
    assert any(str(identity).startswith("github:nordholm:deploy-key/payments/") for identity in held.values())


@pytest.mark.parametrize("app", ["nordholm-settings", "brightcost", "nordholm-people"])
def test_an_app_that_rules_repositories_reaches_the_roles_that_trust_them(scanned: Scanned, app: str) -> None:
    role = f"aws:{scanned.world.account.role_arn('gha-payments-prod').removeprefix('arn:aws:')}"
    done = keyrack(scanned.folder / "home", "paths", "--to", role, "--from", f"github:nordholm:app/{app}", "--format", "json")
    assert done.returncode == 0, done.stderr
    (path,) = json.loads(done.stdout)["paths"]
    assert path["hops"][-1]["mechanism"] == "sts:AssumeRoleWithWebIdentity"
    assert path["hops"][-1]["from"] == "github:nordholm:actions/payments"


def test_an_app_that_writes_issues_reaches_none(scanned: Scanned) -> None:
    role = f"aws:{scanned.world.account.role_arn('gha-payments-prod').removeprefix('arn:aws:')}"
    done = keyrack(
        scanned.folder / "home", "paths", "--to", role, "--from", "github:nordholm:app/nordholm-labels", "--format", "json"
    )
    assert json.loads(done.stdout)["paths"] == []
