"""The simulated trail: native shapes, deterministic, and true to the account's own documents."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from keyrack_estate import build
from keyrack_estate.cli import main
from keyrack_estate.logs import truth
from keyrack_estate.logs.actors import Actor, Cast
from keyrack_estate.logs.truth import Facts
from keyrack_estate.logs.write import DETAILS, TRUTH, write
from keyrack_estate.world import World

FIXED = datetime(2026, 11, 24, 12, tzinfo=UTC)
EVENTS = 60_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs")


@pytest.fixture(scope="module")
def facts(world: World, folder: Path) -> Facts:
    return write(world, folder, events=EVENTS, torn=True)


@pytest.fixture(scope="module")
def records(facts: Facts, folder: Path) -> list[dict[str, Any]]:
    return [record for _, record in read(folder)]


@pytest.fixture(scope="module")
def cast(world: World) -> dict[str, Actor]:
    return {actor.arn: actor for actor in Cast(world).make()}


def trail(folder: Path) -> list[Path]:
    return sorted((folder / "cloudtrail").glob("AWSLogs/*/CloudTrail/*/*/*/*/*.json.gz"))


def read(folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in trail(folder):
        try:
            text = gzip.decompress(path.read_bytes())
        except EOFError:
            continue
        for record in json.loads(text)["Records"]:
            yield path, record


def role_of(record: dict[str, Any]) -> str | None:
    who = record["userIdentity"]
    issuer = who.get("sessionContext", {}).get("sessionIssuer", {})
    found: str | None = issuer.get("arn") or who.get("arn")
    return found


def denied(record: dict[str, Any]) -> bool:
    return record.get("errorCode") in {"AccessDenied", "Client.UnauthorizedOperation", "AuthorizationError"}


def test_files_lie_as_cloudtrail_delivers_them(facts: Facts, folder: Path) -> None:
    for path in trail(folder):
        account, kind, region, stamp, _ = path.name.split("_")
        assert (account, kind) == (facts.account, "CloudTrail")
        assert path.parts[-5] == region
        assert "".join(path.parts[-4:-1]) == stamp[:8]
    assert {path.parts[-5] for path in trail(folder)} == {"eu-north-1", "us-east-1"}


def test_about_as_many_events_as_asked_for(facts: Facts) -> None:
    assert EVENTS * 0.6 < facts.events < EVENTS * 1.6


def test_one_file_is_torn_some_come_twice_one_comes_late(folder: Path, facts: Facts) -> None:
    torn = 0
    for path in trail(folder):
        try:
            gzip.decompress(path.read_bytes())
        except EOFError:
            torn += 1
    assert torn == 1
    events = Counter(record["eventID"] for _, record in read(folder))
    assert sum(events.values()) > len(events) == facts.events
    late = {path for path, record in read(folder) if record["eventTime"][:10] != "-".join(path.parts[-4:-1])}
    assert late


def test_a_session_is_issued_before_it_works(records: list[dict[str, Any]]) -> None:
    issued: dict[str, str] = {}
    for record in records:
        if record["eventName"].startswith("AssumeRole"):
            key = record["responseElements"]["credentials"]["accessKeyId"]
            issued[key] = min(record["eventTime"], issued.get(key, "9"))
    working = [r for r in records if r["userIdentity"].get("type") == "AssumedRole"]
    assert working
    for record in working:
        assert issued[record["userIdentity"]["accessKeyId"]] <= record["eventTime"]


def test_every_way_to_come_by_a_session_is_there(records: list[dict[str, Any]]) -> None:
    ways = {(r["eventName"], r["userIdentity"].get("type")) for r in records if r["eventName"].startswith("AssumeRole")}
    assert ways >= {
        ("AssumeRole", "AWSService"),
        ("AssumeRole", "AWSAccount"),
        ("AssumeRole", "AssumedRole"),
        ("AssumeRole", "IAMUser"),
        ("AssumeRoleWithWebIdentity", "WebIdentityUser"),
        ("AssumeRoleWithSAML", "SAMLUser"),
    }
    kinds = {r["userIdentity"].get("type") for r in records}
    assert {"Root", "IAMUser", "AssumedRole", "AWSService", "AWSAccount"} <= kinds


def test_what_went_through_is_allowed_and_what_was_refused_is_not(facts: Facts, cast: dict[str, Actor]) -> None:
    passed = {"iam:passedtoservice": "ecs-tasks.amazonaws.com"}
    for item in facts.identities:
        actor = cast[item.identity]
        for pair in [*item.used, *item.hidden]:
            assert pair.by == "trust" or actor.may(pair.action, pair.resource, passed), (item.identity, pair)
        refused = {(pair.action, pair.resource) for pair in item.denied if not actor.may(pair.action, pair.resource)}
        assert bool(refused) == bool(item.denied)


def test_the_log_shows_what_the_truth_says(facts: Facts, records: list[dict[str, Any]]) -> None:
    seen: dict[str, Counter[str]] = {}
    ids = set()
    for record in records:
        arn, service = role_of(record), record["eventSource"].partition(".")[0]
        if arn and not denied(record) and service in {"dynamodb", "sqs"} and record["eventID"] not in ids:
            seen.setdefault(arn, Counter())[f"{service}:{record['eventName']}"] += 1
        ids.add(record["eventID"])
    for item in facts.identities:
        told: Counter[str] = Counter()
        for pair in item.used:
            if pair.action.startswith(("dynamodb:", "sqs:")):
                told[pair.action] += pair.calls
        assert told == seen.get(item.identity, Counter()), item.identity


def test_data_events_nobody_collects_leave_no_trace(
    facts: Facts, records: list[dict[str, Any]], world: World, tmp_path: Path
) -> None:
    assert not any(r["eventName"] in {"GetObject", "PutObject", "PutLogEvents"} for r in records)
    assert any(pair.action == "s3:GetObject" for item in facts.identities for pair in item.hidden)
    assert any("s3:GetObject" in item.unknown for item in facts.identities)
    full = write(world, tmp_path, events=5_000, data="all")
    assert any(record["eventName"] == "GetObject" for _, record in read(tmp_path))
    assert not any(item.hidden or item.unknown for item in full.identities)


def test_every_case_a_rehearsal_must_tell_apart(facts: Facts) -> None:
    assert {item.state for item in facts.identities} == {"used", "hidden", "denied_only", "never"}
    verdicts = Counter((p.change, tuple(p.accept)) for item in facts.identities for p in item.proposals)
    assert verdicts["remove_all", ("breaks",)] > 100
    assert verdicts["remove_actions", ("breaks",)] > 500
    assert verdicts["remove_actions", ("safe",)] > 100
    assert verdicts["remove_actions", ("not enough evidence",)] > 100
    assert verdicts["revoke_key", ("breaks",)] > 50
    assert any("days old" in p.why for item in facts.identities if item.used for p in item.proposals)
    passed = [item for item in facts.identities if any(pair.action == "iam:PassRole" for pair in item.used)]
    assert passed


def test_the_same_seed_gives_the_same_bytes(world: World, tmp_path: Path) -> None:
    def run(name: str) -> dict[str, bytes]:
        write(world, tmp_path / name, events=2_000)
        return {p.relative_to(tmp_path / name).as_posix(): p.read_bytes() for p in (tmp_path / name).rglob("*") if p.is_file()}

    assert run("a") == run("b")


def test_nothing_happens_before_or_after(facts: Facts, records: list[dict[str, Any]]) -> None:
    times = [record["eventTime"] for record in records]
    assert min(times) >= facts.start.strftime("%Y-%m-%dT00:00:00Z")
    assert max(times) < facts.end.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_the_command_writes_logs_truth_and_details(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["logs", str(tmp_path), "--now", FIXED.isoformat(), "--events", "2000"]) == 0
    assert "events in" in capsys.readouterr().out
    facts = truth.read(tmp_path / TRUTH)
    account = build.make(7, FIXED).account
    assert len(facts.identities) == len(account.users) + len(account.roles)
    details = json.loads((tmp_path / DETAILS).read_bytes())
    assert {role["Arn"] for role in details["RoleDetailList"]} == {account.role_arn(name) for name in account.roles}
