"""A source that nobody wants to look at any more: out of the inventory, neither open nor resolved, and still in earlier runs."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
import structlog
from toy import Toy, install, targets
from typer.testing import CliRunner

from keyrack.app.config import Config
from keyrack.app.diff import diff
from keyrack.app.doctor import checks
from keyrack.app.evaluation import open_commit
from keyrack.app.home import Home
from keyrack.app.scan import ScanRequest, scan
from keyrack.app.sources_forget import forget, in_force_of
from keyrack.cli.main import build
from keyrack.errors import KeyrackError, UsageError
from keyrack.records import Credential
from keyrack.records.uids import credential_uid

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def with_old_key(source):
    """An identity with a key that never expires: the general rules say something of it."""
    from toy import identity

    def does(_ctx):
        owner = identity(source, "a")
        yield owner
        yield Credential(
            uid=credential_uid("toy", public_id=f"{source}-1"), kind="api_token", issuer="toy", name="k", identity_uid=owner.uid,
            public_id=f"{source}-1", status="active", created_at=NOW - timedelta(days=900), expiry="never",
        )  # fmt: skip

    return does


@pytest.fixture
def toy(monkeypatch):
    return install(monkeypatch, Toy(does={name: with_old_key(name) for name in ("a", "b")}))


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


def findings(home, commit):
    connection = open_commit(home, commit)
    rows = connection.execute("SELECT source, status, count(*) FROM findings GROUP BY ALL ORDER BY ALL").fetchall()
    connection.close()
    return rows


def scanned(home, *names, now=NOW):
    return scan(home, Config(), ScanRequest(targets=targets(*names), now=now)).commit


def test_what_was_found_there_is_neither_open_nor_resolved(toy, home):
    before = scanned(home, "a", "b")
    assert {row[0] for row in findings(home, before)} == {"toy:a", "toy:b"}
    after = forget(home, Config(), ["toy:a"], NOW + timedelta(hours=1))
    assert {row[:2] for row in findings(home, after)} == {("toy:b", "open")}
    assert (sorted(after.sources), after.scanned, after.forgotten) == (["toy:b"], [], ("toy:a",))
    changes = {(row["change"], row["table"]) for row in diff(home, before, after)}
    assert changes == {("removed", "identities"), ("removed", "credentials"), ("unwatched", "findings")}


def test_earlier_runs_keep_it_and_the_next_scan_of_it_brings_it_back(toy, home):
    before = scanned(home, "a", "b")
    forget(home, Config(), ["toy:a"], NOW + timedelta(hours=1))
    assert sorted(home.lake.head(NOW).sources) == ["toy:a", "toy:b"]
    assert findings(home, home.lake.head(NOW)) == findings(home, before)
    again = scanned(home, "a", now=NOW + timedelta(hours=2))
    assert findings(home, again) == findings(home, before)


def test_nothing_left_is_a_state_too(toy, home):
    scanned(home, "a")
    after = forget(home, Config(), ["toy:a"], NOW + timedelta(hours=1))
    assert after.sources == {}
    assert findings(home, after) == []


def test_a_finding_fixed_before_stays_resolved(toy, home):
    scanned(home, "a")
    toy.does.pop("a")
    fixed = scanned(home, "a", now=NOW + timedelta(hours=1))
    resolved = [row for row in findings(home, fixed) if row[1] == "resolved"]
    assert resolved
    after = forget(home, Config(), ["toy:a"], NOW + timedelta(hours=2))
    assert findings(home, after) == resolved


def test_what_is_not_in_force_is_a_usage_error(toy, home):
    scanned(home, "a")
    with pytest.raises(UsageError, match="toy:z"):
        forget(home, Config(), ["toy:a", "toy:z"], NOW)
    assert sorted(home.lake.head().sources) == ["toy:a"]


def test_not_while_a_scan_is_at_work(toy, home):
    scanned(home, "a")
    with home.lake.lock(), pytest.raises(KeyrackError) as caught:
        forget(home, Config(), ["toy:a"], NOW)
    assert caught.value.code == "lake.busy"


class Cli:
    """The command in this process, where the toy is installed."""

    def __init__(self, folder):
        self.folder = folder
        self.file = folder / "keyrack.toml"

    def __call__(self, *words):
        return CliRunner().invoke(build(list(words)), [*words, "--config", str(self.file), "--home", str(self.folder / "home")])

    def in_force(self):
        words = ["sources", "--home", str(self.folder / "home"), "--format", "json"]
        return {row["source"]: row["name"] for row in json.loads(CliRunner().invoke(build(words), words).stdout)}


@pytest.fixture
def cli(toy, tmp_path):
    toy.children = {"org": ["a", "b"]}
    file = "[[sources]]\ntarget='toy'\nname='org'\nwhich='org'\n\n[[sources]]\ntarget='toy'\nname='other'\nwhich='c'\n"
    (tmp_path / "keyrack.toml").write_text(file)
    made = Cli(tmp_path)
    assert made("scan").exit_code == 0
    yield made
    structlog.reset_defaults()  # the command logs to the stream that its runner gave it, and that is closed by now


def test_removing_a_source_takes_out_all_that_it_stood_for(cli, home):
    assert cli.in_force() == {"toy:a": "org", "toy:b": "org", "toy:c": "other"}
    done = cli("sources", "remove", "org")
    assert done.exit_code == 0, done.output
    assert "out of the inventory: toy:a, toy:b" in done.stdout
    assert cli.in_force() == {"toy:c": "other"}
    assert "org" not in cli.file.read_text()


def test_removing_may_keep_and_forget_later(cli, home):
    done = cli("sources", "remove", "org", "--keep")
    assert "kept in the inventory: toy:a, toy:b" in done.stdout
    assert in_force_of(home, "org") == ["toy:a", "toy:b"]
    assert cli("sources", "forget", "toy:a", "toy:b").exit_code == 0
    assert cli.in_force() == {"toy:c": "other"}


def test_a_source_never_scanned_is_said(cli):
    cli.file.write_text(cli.file.read_text() + "\n[[sources]]\ntarget='toy'\nname='new'\nwhich='n'\n")
    assert "nothing in the inventory is known to come from it" in cli("sources", "remove", "new").stdout


def test_a_scan_at_work_leaves_a_next_step(cli, home):
    with home.lake.lock():
        done = cli("sources", "remove", "org")
    assert isinstance(done.exception, KeyrackError)
    assert done.exception.hint == "later: keyrack sources forget toy:a toy:b"
    assert "org" not in cli.file.read_text()


def test_doctor_names_what_the_file_does_not_have_any_more(cli, home):
    cli.file.write_text("[[sources]]\ntarget='toy'\nname='other'\nwhich='c'\n")
    found = {check.name: check for check in checks(home, cli.file, NOW, probe=False)}
    assert found["inventory"].state == "warning"
    assert "keyrack sources forget toy:a toy:b" in found["inventory"].hint
    forget(home, Config(), ["toy:a", "toy:b"], NOW + timedelta(days=3650))  # after the command's own clock
    assert "inventory" not in {check.name for check in checks(home, cli.file, NOW, probe=False)}
