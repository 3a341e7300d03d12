"""`keyrack sources`, `doctor` and `permissions`: list, add, check, remove, and which permissions are missing, exactly."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from estate_scan import keyrack
from fakes import Fakes
from toy import Toy, install

from keyrack.app.config import Config, load
from keyrack.app.home import Home
from keyrack.app.policies import grant, policy
from keyrack.app.sources_check import check
from keyrack.app.sources_config import configured
from keyrack.app.targets import resolve, settings
from keyrack.errors import KeyrackError, UsageError
from keyrack.sdk import Probe

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def test_add_check_list_scan_remove(tmp_path):
    (tmp_path / "root" / "etc").mkdir(parents=True)
    home = tmp_path / "home"
    done = keyrack(home, "sources", "add", "machine", "--name", "box", "--every", "6h", "--set", "root=root", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert 'every = "6h"' in (tmp_path / "keyrack.toml").read_text()
    listed = json.loads(keyrack(home, "sources", "list", "--configured", "--format", "json", cwd=tmp_path).stdout)
    assert [(row["name"], row["provider"], row["when"]) for row in listed] == [("box", "machine", "6h")]
    checked = keyrack(home, "sources", "check", "--format", "json", cwd=tmp_path)
    assert checked.returncode == 0
    assert [row["state"] for row in json.loads(checked.stdout)] == ["ok"]
    done = keyrack(home, "scan", "box", "--format", "json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(keyrack(home, "sources", "--format", "json", cwd=tmp_path).stdout)[0]["provider"] == "machine"
    assert json.loads(keyrack(home, "sources", "list", "--format", "json", cwd=tmp_path).stdout)[0]["provider"] == "machine"
    assert keyrack(home, "sources", "remove", "box", cwd=tmp_path).returncode == 0
    assert load(tmp_path / "keyrack.toml").sources == ()


def test_add_refuses_a_secret_an_unknown_option_and_what_fails(tmp_path):
    token = Fakes(5).github()
    for words in (
        ["machine", "--set", f"root={token}"],
        ["machine", "--set", "nonsense=1"],
        ["machine", "--set", "root"],
        ["machine", "--set", "root=/nowhere/at/all"],
        ["machine", "--every", "1m"],
        ["nonsense"],
    ):
        done = keyrack(tmp_path / "home", "sources", "add", *words, cwd=tmp_path)
        assert done.returncode == 2, (words, done.stderr)
        assert token not in done.stderr + done.stdout
        assert "next:" in done.stderr
        assert not (tmp_path / "keyrack.toml").exists()
    assert (
        keyrack(tmp_path / "home", "sources", "add", "machine", "--set", "root=/nowhere", "--yes", cwd=tmp_path).returncode == 0
    )


def test_check_names_an_unknown_source(tmp_path):
    assert keyrack(tmp_path / "home", "sources", "check", "ghost", cwd=tmp_path).returncode == 2


@pytest.fixture
def toy(monkeypatch):
    return install(monkeypatch, Toy())


def toml(tmp_path, text):
    (tmp_path / "keyrack.toml").write_text(text)
    return load(tmp_path / "keyrack.toml")


def test_probes_say_exactly_which_permission_is_missing(toy, tmp_path):
    toy.probes = [
        Probe("toy.things", ok=True, detail="12 things"),
        Probe("toy.things", ok=False, detail="refused", permission="things.read"),
    ]
    config = toml(
        tmp_path,
        '[[sources]]\ntarget="toy"\n[[sources]]\ntarget="toy"\nwhich="unknown"\n[[sources]]\ntarget="toy"\nwhich="bug"\n',
    )
    rows = [(row.name, row.state, row.hint, row.permission) for row in check(Home(tmp_path / "h"), configured(config), NOW)]
    assert rows == [
        ("source toy: toy.things", "ok", "", None),
        ("source toy: toy.things", "failed", "grant things.read", "things.read"),
        ("source toy-2", "failed", "buy one", None),
        ("source toy-3", "failed", "report it as a bug", None),
    ]


def test_names_and_options_of_configured_sources(toy, tmp_path):
    config = toml(
        tmp_path,
        '[[sources]]\nname="prod"\ntarget="toy"\nwhich="a"\nfile="f.json"\nfast=true\nlogs=true\nschedule="0 3 * * *"\n[[sources]]\ntarget="."\n',
    )
    first, second = configured(config)
    assert first.target.options == {"which": "a", "file": str(tmp_path / "f.json"), "fast": "true"}
    assert first.logs
    assert first.timetable
    assert second.target.provider == "repository"
    assert resolve(["prod"], {}, config) == [first.target]
    assert resolve([], {}, config) == [first.target, second.target]
    assert resolve(["toy"], {"toy": {"which": "z"}}, config)[0].options == {"which": "z"}


@pytest.mark.parametrize(
    "text",
    ['[[sources]]\nname="x"\n', '[[sources]]\ntarget="toy"\nodd="1"\n', '[[sources]]\ntarget="toy"\nevery="1s"\n', "[[sources]]\ntarget=true\n",
     '[[sources]]\nname="a"\ntarget="toy"\n[[sources]]\nname="a"\ntarget="toy"\n', '[[sources]]\ntarget="no/such/path"\n'],
)  # fmt: skip
def test_malformed_sources_are_usage_errors(toy, tmp_path, text):
    with pytest.raises(UsageError):
        configured(toml(tmp_path, text))


def test_set_words(toy):
    assert settings(["toy.which=a=b", "toy.fast=true"]) == {"toy": {"which": "a=b", "fast": "true"}}
    for word in ("toy.which", "which=a", "toy.odd=1", "nobody.x=1"):
        with pytest.raises(KeyrackError):
            settings([word])


def test_grant_is_printed_where_a_provider_has_one(toy):
    from dataclasses import replace

    assert grant("toy", optional=False) is None
    toy.manifest = replace(
        toy.manifest, grant=lambda permissions: "CREATE ROLE keyrack; -- " + ", ".join(p.name for p in permissions)
    )
    assert grant("toy", optional=False) == "CREATE ROLE keyrack; -- things.read"
    assert policy("toy", optional=True, listed=True)["permissions"][0]["why"] == "to list things"


def test_no_sources_is_nothing_to_check(toy, tmp_path):
    assert list(check(Home(tmp_path / "h"), configured(Config()), NOW)) == []
