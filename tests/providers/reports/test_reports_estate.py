"""What only other tools saw at Nordholm, through the `keyrack` command: found where it is wrong, silent where it only looks so."""

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


def scan(folder: Path, others: list[str], *, repositories: bool) -> Scanned:
    world = build.make(7, NOW, others=others)
    with served(world, folder / "systems") as reached:
        sources = [source for system in reached.values() for source in system.sources]
        build.write(world, folder / "nordholm", sources=sources)
        lines = []
        for source in sources:
            lines += ["[[sources]]", *(f"{name} = {json.dumps(value)}" for name, value in source.items())]
        for name in sorted(world.repos) if repositories else ():
            lines += ["[[sources]]", f'target = "repos/{name}"']
        lines += ["[people]", 'file = "people.csv"', "[vendors]", 'file = "vendors.csv"']
        (folder / "nordholm" / "keyrack.toml").write_text("\n".join(lines))
        words = ("scan", "--config", str(folder / "nordholm/keyrack.toml"), "--format", "json", "-o", str(folder / "report.json"))
        done = keyrack(folder / "home", *words)
    assert done.returncode == 0, done.stderr
    return Scanned(world, folder, done.stderr)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Scanned:
    return scan(tmp_path_factory.mktemp("reports-estate"), ["reports"], repositories=False)


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Scanned:
    """With our own scans of the repositories that TruffleHog read too."""
    return scan(tmp_path_factory.mktemp("reports-beside"), ["reports"], repositories=True)


def scores(scanned: Scanned) -> dict[str, RiskScore]:
    return score(scanned.world.truth.entries(), report.read(scanned.folder / "report.json"))


def wrong(scanned: Scanned) -> list[str]:
    found = scores(scanned)
    misses = [f"missed {e.owasp} {e.label} {e.anchor}" for s in found.values() for e in s.misses if e.system == "reports"]
    false = [
        f"false {i.finding.rule} {i.finding.identity} {i.finding.credential} {i.finding.path}: {why}"
        for s in found.values()
        for i, why in s.false_findings
        if (i.finding.source or "").startswith("reports:")
    ]
    return misses + false


def test_precision_and_recall_of_every_risk_alone(alone: Scanned) -> None:
    assert not wrong(alone), "\n".join(wrong(alone))
    planted = [e for e in alone.world.truth.entries() if e.system == "reports" and e.present]
    assert {e.owasp for e in planted} == {f"NHI{number}:2025" for number in range(1, 8)}
    assert len(planted) >= 45


def test_precision_and_recall_beside_our_own_scans(beside: Scanned) -> None:
    assert not wrong(beside), "\n".join(wrong(beside))


def test_one_secret_is_one_credential_and_one_finding_in_both(beside: Scanned) -> None:
    """TruffleHog's secrets of repositories are the credentials our own scanner found, so they add no finding."""
    document = json.loads((beside.folder / "report.json").read_text())
    told = [
        p for p in document["placements"] if p["attrs"].get("report") == "trufflehog-org.jsonl" and p["system"] == "git_history"
    ]
    ours = {(p["credential_uid"], p["scope"]) for p in document["placements"] if "report" not in p["attrs"]}
    joined = [p for p in told if (p["credential_uid"], p["scope"]) in ours]
    assert len(told) > 20
    assert len(joined) / len(told) >= 0.95, [p["path"] for p in told if p not in joined]
    hidden = [p for p in document["placements"] if p["attrs"].get("hidden") == "redacted"]
    assert hidden
    named = [p for p in hidden if (p["credential_uid"], p["scope"]) in ours]
    assert len(named) / len(hidden) >= 0.8, [(p["path"], p["line"]) for p in hidden if p not in named]


def test_no_secret_leaves_the_scan(alone: Scanned) -> None:
    state = alone.world.systems["reports"]
    secrets = {
        str(value).encode()
        for line in state.files["trufflehog-org.jsonl"].splitlines()
        for value in [json.loads(line)["Raw"]]
        if not str(value).startswith(("AKIA", "your-"))
    }
    kept = [path for path in alone.folder.rglob("*") if path.is_file() and (alone.folder / "home") in path.parents]
    written = [*(path.read_bytes() for path in kept), (alone.folder / "report.json").read_bytes(), alone.stderr.encode()]
    assert not [1 for value in secrets if any(value in content for content in written)]


def test_the_same_seed_gives_the_same_reports(alone: Scanned) -> None:
    again = build.make(7, NOW, others=["reports"]).systems["reports"]
    assert again == alone.world.systems["reports"]


def test_bulk_is_one_export() -> None:
    system = next(system for system in systems() if system.name == "reports")
    state = system.bulk(3_000, 7, NOW)
    assert sum(text.count("\n") for text in state.files.values()) == 3_001
