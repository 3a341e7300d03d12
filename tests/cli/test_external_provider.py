"""A provider from somebody else's package: found by entry point, scanned, taken apart, killed, resumed, stopped, its log followed."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from parley_kit import ROOT, Fake, House, made, serve, site

from keyrack.sdk import Context, Fingerprinter, Target
from keyrack.sdk.testing import check_contract, check_weather, storm

CTX = Context(now=datetime(2026, 1, 1, tzinfo=UTC), fingerprint=Fingerprinter(b"k" * 32))


@pytest.fixture
def fake() -> Fake:
    return made()


@pytest.fixture
def url(fake: Fake) -> Iterator[str]:
    with serve(fake) as address:
        yield address


@pytest.fixture
def house(tmp_path: Path, fake: Fake, url: str) -> House:
    return House(tmp_path / "home", site(tmp_path), fake, url)


def test_the_sample_keeps_the_contract(fake, url, monkeypatch):
    source = str(ROOT / "src")
    monkeypatch.syspath_prepend(source)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [source, os.environ.get("PYTHONPATH")])))
    monkeypatch.setenv("PARLEY_TOKEN", fake.token)
    import stamina
    from keyrack_parley import provider

    target = Target("parley", options={"endpoint": url, "workspace": "w1"})
    assert len(check_contract(provider, target, CTX, planted=[fake.token])) == 9
    with stamina.set_testing(True, attempts=4, cap=True), storm(url) as sky:
        check_weather(
            provider, sky, lambda there: Target("parley", options={"endpoint": there, "workspace": "w1", "timeout": "0.3"}), CTX,
            planted=[fake.token],
        )  # fmt: skip


def test_it_is_found_scanned_and_taken_apart(house, fake):
    done = house(*house.scan())
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert len([row for row in report["identities"] if row["provider"] == "parley"]) == 18
    assert house.sources() == [f"w{n}" for n in range(6)]
    assert sum(fake.calls.values()) == 7
    assert "Options of parley" in house("scan", "--help").stdout
    assert house("permissions", "parley").stdout.startswith("role: keyrack-read\n")


def test_what_it_cost_and_what_is_left_is_shown_everywhere(house, fake):
    fake.limit = 5000
    done = house(*house.scan())
    costs = json.loads(done.stdout)["run"]["costs"]
    assert sorted(cost["source"].rpartition("/")[2] for cost in costs) == [f"w{n}" for n in range(6)]
    assert sum(cost["calls"] for cost in costs) == sum(fake.calls.values()) == 7  # the listing of workspaces is in it
    assert {(cost["limit"], cost["waited"]) for cost in costs} == {(5000, 0.0)}
    assert min(cost["left"] for cost in costs) == 5000 - 7
    assert all(cost["resets"] for cost in costs)
    report = house("scan", "parley", "--parley-endpoint", house.url)
    assert re.search(
        r"^7 calls to 1 system\n  127\.0\.0\.1:\d+: 7 calls, 4,98\d of 5,000 left until \d\d:\d\d UTC$",
        report.stdout,
        re.MULTILINE,
    )
    rows = json.loads(house("sources", "--format", "json").stdout)
    assert [row["calls"] for row in rows] == [2, 1, 1, 1, 1, 1]
    assert rows[0]["spent"][0]["limit"] == 5000


def test_a_used_up_budget_is_a_gap_and_keeps_what_came_before(house, fake):
    fake.limit = 3
    done = house(*house.scan("--jobs", "1"))
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert len(report["identities"]) == 2 * 3
    assert [gap["reason"] for gap in report["gaps"]] == ["throttled"] * 4
    assert all("fills again in 60 minutes" in gap["hint"] for gap in report["gaps"])
    assert sum(fake.calls.values()) == 7  # no retry storm against a server that says when


def test_one_denied_workspace_hides_no_other(house, fake):
    fake.denied = {"/v1/workspaces/w2/bots"}
    done = house(*house.scan("--strict"))
    assert done.returncode == 3
    report = json.loads(done.stdout)
    assert len(report["identities"]) == 15
    assert [(gap["reason"], gap["permission"]) for gap in report["gaps"]] == [("denied", "bots.read")]


def test_a_missing_permission_is_named_by_doctor(house, fake, tmp_path):
    fake.denied = {"/v1/audit"}
    added = house("sources", "add", "parley", "--set", f"endpoint={house.url}", "--name", "chat", cwd=tmp_path)
    assert added.returncode == 0, added.stderr
    rows = json.loads(house("doctor", "--format", "json", cwd=tmp_path).stdout)
    missing = [
        (row["name"], row["state"], row["permission"])
        for row in rows
        if row["name"].startswith("source") and row["state"] != "ok"
    ]
    assert missing == [("source chat: parley.audit", "warning", "audit.read")]
    fake.denied = {"/v1/workspaces"}
    checked = house("sources", "check", "--format", "json", cwd=tmp_path)
    assert checked.returncode == 1
    assert [row["permission"] for row in json.loads(checked.stdout) if row["state"] == "failed"] == ["workspaces.read"]


def killed_when_only_w5_is_missing(house, fake) -> None:
    fake.hangs = {"w5"}
    process = house.start(*house.scan("--jobs", "2"))
    assert fake.arrived.wait(60)
    wanted = time.monotonic() + 60
    whole = house.home / "lake" / "runs"
    while len(list(whole.glob("run=*/whole/*.json"))) < 5 and time.monotonic() < wanted:
        time.sleep(0.02)  # until the other worker has finished the other five
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    fake.release.set()
    fake.hangs = set()
    fake.calls.clear()


def test_a_killed_scan_is_resumed_where_it_was(house, fake):
    killed_when_only_w5_is_missing(house, fake)
    assert house.sources() == []
    done = house(*house.scan("--resume"))
    assert done.returncode == 0, done.stderr
    assert "taken over" in done.stderr
    assert {path: count for path, count in fake.calls.items() if "bots" in path} == {"/v1/workspaces/w5/bots": 1}
    assert house.sources() == [f"w{n}" for n in range(6)]
    assert len(json.loads(done.stdout)["identities"]) == 18
    assert len(list((house.home / "lake" / "runs").iterdir())) == 1


def test_without_resume_the_person_is_told_and_everything_is_asked_again(house, fake):
    killed_when_only_w5_is_missing(house, fake)
    done = house(*house.scan())
    assert done.returncode == 0
    assert "scan --resume` keeps them" in done.stderr
    assert sum(count for path, count in fake.calls.items() if "bots" in path) == 6


def test_ctrl_c_ends_at_once_and_says_what_is_kept(house, fake):
    fake.hangs = {"w5"}
    process = house.start(*house.scan("--jobs", "2"))
    assert fake.arrived.wait(60)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "interrupted; nothing was committed" in told
    assert "Traceback" not in told


def test_its_live_log_is_followed_by_name(house, fake, tmp_path):
    house("sources", "add", "parley", "--set", f"endpoint={house.url}", "--name", "chat", "--no-check", cwd=tmp_path)
    first = house("usage", "ingest", "chat", "--format", "json", cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout)["new"] == 250
    fake.events += [{"parley_event": f"n{n}", "at": "2026-01-02T00:00:00Z", "action": "post"} for n in range(5)]
    fake.calls.clear()
    again = json.loads(house("usage", "ingest", "chat", "--format", "json", cwd=tmp_path).stdout)
    assert (again["events"], again["new"]) == (5, 5)
    assert fake.calls["/v1/audit"] == 1
    by_set = house("usage", "ingest", "parley", "--set", f"endpoint={house.url}", "--format", "json")
    assert json.loads(by_set.stdout)["new"] == 0
