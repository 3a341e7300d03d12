from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from keyrack_estate import names, report, truth
from keyrack_estate.cli import main
from keyrack_estate.score import score
from keyrack_estate.truth import Book, arn, key, place
from keyrack_estate.world import World

ROLE = "arn:aws:iam::210000000001:role/deploy"
KEY = "AKIA" + "QRSTUVWXYZ234567"


def one(owasp: str, entries: list[truth.Entry], *findings: dict[str, Any], **lists: Any) -> tuple[int, int, int, int]:
    rows = [{"rule": "r", "owasp": owasp, **finding} for finding in findings]
    parsed = report.Report(
        findings=[report.FindingRow(**row) for row in rows],
        identities=[report.IdentityRow(**row) for row in lists.get("identities", [])],
        credentials=[report.CredentialRow(**row) for row in lists.get("credentials", [])],
        placements=[report.PlacementRow(**row) for row in lists.get("placements", [])],
    )
    result = score(entries, [parsed])[owasp]
    return result.planted, result.found, result.hits, result.false


@pytest.fixture
def book() -> Book:
    return Book()


def test_an_identity_is_found_by_its_arn(book: Book) -> None:
    book.planted("admin_grant", arn(ROLE))
    assert one("NHI5:2025", book.entries(), {"identity": ROLE.removeprefix("arn:")}) == (1, 1, 1, 0)


def test_a_finding_of_another_risk_does_not_count(book: Book) -> None:
    book.planted("admin_grant", arn(ROLE))
    assert one("NHI1:2025", book.entries(), {"identity": ROLE.removeprefix("arn:")}) == (0, 0, 0, 1)


def test_a_decoy_key_of_a_user_with_a_planted_key_is_false(book: Book) -> None:
    book.planted("key_unrotated", key(KEY), arn(ROLE))
    other = KEY[:-1] + "2"
    book.decoy("NHI7:2025", key(other), "inactive")
    uid = f"cred:aws:{other}"
    found = one(
        "NHI7:2025", book.entries(), {"identity": ROLE[4:], "credential": uid}, credentials=[{"uid": uid, "public_id": other}]
    )
    assert found == (1, 1, 0, 1)


def test_a_debatable_thing_counts_neither_way(book: Book) -> None:
    book.debatable("NHI7:2025", key(KEY), "young")
    assert one("NHI7:2025", book.entries(), {"credential": f"cred:aws:{KEY}"}) == (0, 0, 0, 0)


def test_a_file_is_found_by_placement_and_by_path(book: Book) -> None:
    book.planted("secret_on_disk", place("bastion-1", "srv/shop/.env"))
    placements = [{"credential_uid": "cred:fp:1", "scope": "bastion-1", "path": "/srv/shop/.env"}]
    assert one("NHI2:2025", book.entries(), {"credential": "cred:fp:1"}, placements=placements) == (1, 1, 1, 0)
    finding = {"path": "/srv/shop/.env", "source": "machine:bastion-1"}
    assert one("NHI2:2025", book.entries(), finding) == (1, 1, 1, 0)


def test_a_server_is_found_by_its_file_and_name(book: Book) -> None:
    book.planted("unpinned_mcp_package", place("bastion-1", "home/a/.cursor/mcp.json", "github"))
    book.decoy("NHI3:2025", place("bastion-1", "home/a/.cursor/mcp.json", "git"), "pinned")
    uid = "machine:bastion-1:mcp-server/a/cursor/git"
    row = {"uid": uid, "name": "git", "scope": "bastion-1", "attrs": {"path": "/home/a/.cursor/mcp.json"}}
    assert one("NHI3:2025", book.entries(), {"identity": uid}, identities=[row]) == (1, 0, 0, 1)


def test_information_and_closed_findings_do_not_count(book: Book) -> None:
    findings = ({"identity": ROLE[4:], "severity": "info"}, {"identity": ROLE[4:], "status": "excepted"})
    assert one("NHI5:2025", book.entries(), *findings) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (names.file_token("nordholm/web", "/src/a.py"), names.file_token("repository:web", "src/a.py")),
        (names.file_token("b", "/tmp/x/home-root/etc/passwd"), names.file_token("machine:b", "etc/passwd")),
        (names.arn_token("arn:aws:ecs:eu-north-1:210000000001:task-definition/a:3"), names.arn_token("aws:ecs:eu-north-1:210000000001:task-definition/a")),
        (names.id_token("AB:CD" + ":00" * 30), names.id_token("abcd" + "00" * 30)),
        (names.item_token("b", "x", "claude-code/GitHub"), names.item_token("b", "x", "github")),
    ],
)  # fmt: skip
def test_names_of_one_thing_are_one_token(left: str, right: str) -> None:
    assert left == right


def perfect(world: World) -> dict[str, Any]:
    """A report that finds exactly what is planted."""
    findings, identities = [], []
    for number, entry in enumerate(world.truth.entries()):
        if not entry.present:
            continue
        finding: dict[str, Any] = {"rule": entry.label, "owasp": entry.owasp, "severity": "high"}
        anchor = entry.anchor
        if anchor.name:
            uid = f"x:{number}"
            identities.append({"uid": uid, "name": anchor.name, "scope": anchor.scope, "attrs": {"path": anchor.path}})
            finding["identity"] = uid
        elif anchor.path:
            finding |= {"path": anchor.path, "source": anchor.scope}
        elif anchor.arn:
            finding["identity"] = anchor.arn.removeprefix("arn:")
        else:
            finding["credential"] = f"cred:{number}"
        findings.append(finding)
    credentials = [
        {"uid": f"cred:{n}", "public_id": e.anchor.public_id} for n, e in enumerate(world.truth.entries()) if e.anchor.public_id
    ]
    return {"findings": findings, "identities": identities, "credentials": credentials}


def test_a_perfect_report_scores_one(world: World, written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "report.json"
    path.write_text(json.dumps(perfect(world)))
    arguments = ["score", "--truth", str(written / "truth.jsonl"), "--report", str(path), "--min", "1.0"]
    assert main([*arguments, "--format", "json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["ok"]
    assert [risk["recall"] for risk in result["risks"]] == [1.0] * 10


def test_an_empty_report_fails_and_lists_every_miss(written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "report.json"
    path.write_text('{"findings": []}')
    assert main(["score", "--truth", str(written / "truth.jsonl"), "--report", str(path), "--details", "1000"]) == 1
    out = capsys.readouterr().out
    planted = sum(entry.present is True for entry in truth.read(written / "truth.jsonl"))
    assert out.count("\nmissed ") == planted


def test_a_broken_report_is_a_sentence(written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "report.json"
    path.write_text("no json")
    assert main(["score", "--truth", str(written / "truth.jsonl"), "--report", str(path)]) == 1
    assert "keyrack-estate:" in capsys.readouterr().err
