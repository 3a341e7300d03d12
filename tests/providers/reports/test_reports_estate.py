"""What only other tools saw at Nordholm, through the `keyrack` command: found where it is wrong, silent where it only looks so."""

from __future__ import annotations

import json

import pytest
from system_scan import NOW, PEOPLE, SystemScan, scan_served, scan_system

from keyrack_estate import build
from keyrack_estate.systems import served, systems


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> SystemScan:
    return scan_system("reports", tmp_path_factory.mktemp("reports-estate"))


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> SystemScan:
    """With our own scans of the repositories that TruffleHog read too."""
    folder = tmp_path_factory.mktemp("reports-beside") / "nordholm"
    world = build.make(7, NOW, others=["reports"])
    build.write(world, folder)
    repositories = [line for name in sorted(world.repos) for line in ("[[sources]]", f'target = "repos/{name}"')]
    with served(world, folder / "systems") as reached:
        stderr = scan_served(reached["reports"], folder, *repositories, *PEOPLE)
    return SystemScan("reports", world, folder, stderr, 0)


def wrong(scanned: SystemScan) -> list[str]:
    found = scanned.scores(scanned.world.truth.entries())
    misses = [f"missed {e.owasp} {e.label} {e.anchor}" for s in found.values() for e in s.misses if e.system == "reports"]
    false = [
        f"false {i.finding.rule} {i.finding.identity} {i.finding.credential} {i.finding.path}: {why}"
        for s in found.values()
        for i, why in s.false_findings
        if (i.finding.source or "").startswith("reports:")
    ]
    return misses + false


def test_precision_and_recall_of_every_risk_alone(alone: SystemScan) -> None:
    assert not wrong(alone), "\n".join(wrong(alone))
    planted = [e for e in alone.world.truth.entries() if e.system == "reports" and e.present]
    assert {e.owasp for e in planted} == {f"NHI{number}:2025" for number in range(1, 8)}
    assert len(planted) >= 45


def test_precision_and_recall_beside_our_own_scans(beside: SystemScan) -> None:
    assert not wrong(beside), "\n".join(wrong(beside))


def test_one_secret_is_one_credential_and_one_finding_in_both(beside: SystemScan) -> None:
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


def test_no_secret_leaves_the_scan(alone: SystemScan) -> None:
    state = alone.world.systems["reports"]
    secrets = {
        str(value)
        for line in state.files["trufflehog-org.jsonl"].splitlines()
        for value in [json.loads(line)["Raw"]]
        if not str(value).startswith(("AKIA", "your-"))
    }
    assert alone.leaks(list(secrets)) == []


def test_the_same_seed_gives_the_same_reports(alone: SystemScan) -> None:
    again = build.make(7, NOW, others=["reports"]).systems["reports"]
    assert again == alone.world.systems["reports"]


def test_bulk_is_one_export() -> None:
    system = next(system for system in systems() if system.name == "reports")
    state = system.bulk(3_000, 7, NOW)
    assert sum(text.count("\n") for text in state.files.values()) == 3_001
