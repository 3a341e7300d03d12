"""A provider from somebody else's package: found by entry point, scanned, taken apart, killed, resumed, stopped, its log followed."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from estate_scan import KEYRACK, environment, keyrack

from keyrack.sdk import Context, Fingerprinter, Target
from keyrack.sdk.testing import check_contract, check_weather, storm

ROOT = Path(__file__).parents[1] / "external_provider"
sys.path.insert(0, str(ROOT))

from parley_fake import Fake, serve

CTX = Context(now=datetime(2026, 1, 1, tzinfo=UTC), fingerprint=Fingerprinter(b"k" * 32))


def bot(number: int) -> dict[str, object]:
    ends = "2027-01-01T00:00:00Z" if number % 2 else None
    token = {"id": f"t{number}", "created_at": "2025-01-01T00:00:00Z", "expires_at": ends, "last_used_at": "2025-06-01T00:00:00Z"}
    return {"id": f"b{number}", "name": f"bot {number}", "created_at": "2024-01-01T00:00:00Z", "tokens": [token]}


@pytest.fixture
def fake() -> Fake:
    return Fake(
        token=secrets.token_urlsafe(24),
        workspaces={f"w{n}": [bot(100 * n + m) for m in range(3)] for n in range(6)},
        events=[
            {"parley_event": f"e{n}", "at": "2026-01-01T00:00:00Z", "action": "post", "bot_uid": "parley:x:bot/b1"}
            for n in range(250)
        ],
    )


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """What pip would leave: the package, and its metadata with the entry points of its own pyproject.toml."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    info = tmp_path / "site" / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    lines = [
        f"[{group}]\n" + "".join(f"{k} = {v}\n" for k, v in points.items()) for group, points in project["entry-points"].items()
    ]
    (info / "entry_points.txt").write_text("\n".join(lines))
    (tmp_path / "site" / "keyrack_parley").symlink_to(ROOT / "src" / "keyrack_parley")
    return tmp_path / "site"


@pytest.fixture
def url(fake: Fake) -> Iterator[str]:
    with serve(fake) as address:
        yield address


class House:
    """The command, with the package installed."""

    def __init__(self, home: Path, site: Path, fake: Fake, url: str) -> None:
        self.home, self.url = home, url
        self.extra = {"PYTHONPATH": str(site), "PARLEY_TOKEN": fake.token}

    def __call__(self, *words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        return keyrack(self.home, *words, cwd=cwd, **self.extra)

    def scan(self, *words: str) -> list[str]:
        return ["scan", "parley", "--parley-endpoint", self.url, "--format", "json", *words]

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [KEYRACK, *words],
            env=environment(self.home, **self.extra),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def sources(self) -> list[str]:
        return [row["source"].rpartition("/")[2] for row in json.loads(self("sources", "--format", "json").stdout)]


@pytest.fixture
def house(tmp_path: Path, site: Path, fake: Fake, url: str) -> House:
    return House(tmp_path / "home", site, fake, url)


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
