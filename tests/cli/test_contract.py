"""The command line is a contract: names, formats, exit codes, data on stdout and all else on stderr."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from estate_scan import KEYRACK, environment, keyrack
from sample import build_sample


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A root file system with one world-readable secret, made at run time."""
    root = tmp_path / "root"
    home = root / "home" / "ann"
    home.mkdir(parents=True)
    (root / "etc").mkdir()
    (root / "etc" / "passwd").write_text("root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/bash\n")
    (root / "etc" / "hostname").write_text("box\n")
    token = "ghp_" + os.urandom(18).hex()
    (home / ".netrc").write_text(f"machine registry.acme.io login ann password {token}\n")
    (home / ".netrc").chmod(0o644)
    return root


def test_clean_folder_exits_0(tmp_path):
    (tmp_path / "empty").mkdir()
    done = keyrack(tmp_path / "home", "scan", str(tmp_path / "empty"), "--format", "json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["findings"] == []


def test_findings_alone_do_not_fail_but_fail_on_does(tmp_path, tree):
    scan = ("scan", "machine", "--root", str(tree), "--format", "json")
    done = keyrack(tmp_path / "home", *scan)
    assert done.returncode == 0, done.stderr
    severities = {f["severity"] for f in json.loads(done.stdout)["findings"]}
    assert severities & {"high", "critical", "medium"}
    ranks = ["info", "low", "medium", "high", "critical"]
    worst = max(ranks.index(s) for s in severities)
    assert keyrack(tmp_path / "home", *scan, "--fail-on", "info").returncode == 11 + worst
    if worst < 4:
        assert keyrack(tmp_path / "home", *scan, "--fail-on", "critical").returncode == 0


def test_usage_errors_exit_2_with_a_next_step(tmp_path):
    for words in (
        ["scan", "no-such-target"],
        ["scan", "--format", "xml", "."],
        ["scan", "--fail-on", "awful", "."],
        ["scan", "--config", "missing.toml"],
        ["rules", "no_such_rule"],
        ["permissions", "no-such-provider"],
        ["inventory", "wishes"],
        ["findings", "--owasp", "NHI99"],
        ["findings", "--status", "odd"],
        ["except", "KR-1"],
    ):
        done = keyrack(tmp_path / "home", *words, cwd=tmp_path)
        assert done.returncode == 2, (words, done.stderr)
        assert done.stdout == ""
        assert "Traceback" not in done.stderr
        assert "next:" in done.stderr or "one of" in done.stderr, done.stderr


def test_nothing_scanned_exits_3(tmp_path):
    done = keyrack(tmp_path / "home", "scan", "aws", "--aws-endpoint-url", "http://127.0.0.1:9", "--format", "json")
    assert done.returncode == 3, done.stderr
    assert done.stdout == ""
    assert "next:" in done.stderr
    assert "Traceback" not in done.stderr


def test_strict_exits_3_when_something_was_not_seen(tmp_path, tree):
    (tree / "home" / "ann" / ".kube").mkdir()
    (tree / "home" / "ann" / ".kube" / "config").write_text("apiVersion: v1\nusers: [}")
    scan = ("scan", "machine", "--root", str(tree), "--format", "json")
    done = keyrack(tmp_path / "home", *scan, "--strict")
    assert done.returncode == 3, done.stderr
    gaps = json.loads(done.stdout)["gaps"]
    assert any(g["reason"] == "malformed" and "kube" in g["subject"] for g in gaps)
    assert keyrack(tmp_path / "home", *scan).returncode == 0


def test_one_failing_target_does_not_hide_the_other(tmp_path, tree):
    words = ("scan", "aws", "machine", "--root", str(tree), "--aws-endpoint-url", "http://127.0.0.1:9", "--format", "json")
    done = keyrack(tmp_path / "home", *words)
    assert done.returncode == 0
    document = json.loads(done.stdout)
    assert document["identities"]
    assert [one["target"] for one in document["run"]["unseen"]] == ["aws"]
    assert not document["run"]["complete"]
    assert "not scanned" in done.stderr
    later = keyrack(tmp_path / "home", "scan", "--as-of", "2099-01-01")
    assert "1 target not scanned at all" in later.stdout
    assert keyrack(tmp_path / "home", *words, "--strict").returncode == 3


def test_home_is_private(tmp_path, tree):
    home = tmp_path / "home"
    keyrack(home, "scan", "machine", "--root", str(tree))
    assert home.stat().st_mode & 0o077 == 0
    assert (home / "fingerprint.key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "words",
    [
        ["inventory"], ["inventory", "credentials"], ["inventory", "placements"], ["inventory", "grants"], ["inventory", "trusts"],
        ["inventory", "owners"], ["findings"], ["findings", "--status", "all"], ["gaps"], ["sources"], ["sources", "--runs"],
        ["rules"], ["rules", "aws_access_key_unrotated"], ["except"], ["doctor"], ["version"], ["permissions", "aws"],
        ["permissions", "machine"], ["show", "ci"],
    ],
)  # fmt: skip
def test_every_reading_command_speaks_json(tmp_path, words):
    sample = build_sample(tmp_path / "home")
    done = keyrack(sample.home.root, *words, "--format", "json")
    assert done.returncode == 0, done.stderr
    json.loads(done.stdout)
    table = keyrack(sample.home.root, *words)
    assert table.returncode == 0, table.stderr
    assert table.stdout.strip()
    assert "\x1b[31m" not in table.stdout


def test_permissions_is_a_policy_an_administrator_can_attach(tmp_path):
    document = json.loads(keyrack(tmp_path, "permissions", "aws").stdout)
    assert document["Version"] == "2012-10-17"
    actions = document["Statement"][0]["Action"]
    assert "iam:GetAccountAuthorizationDetails" in actions
    assert not [a for a in actions if a.split(":")[1].startswith(("Create", "Delete", "Put", "Update", "Attach"))]


def test_output_file_appears_whole_or_not_at_all(tmp_path):
    sample = build_sample(tmp_path / "home")
    out = tmp_path / "findings.csv"
    assert keyrack(sample.home.root, "findings", "--format", "csv", "-o", str(out)).returncode == 0
    assert out.read_text().startswith("id,rule,title")
    done = keyrack(sample.home.root, "findings", "-o", str(tmp_path / "missing" / "x.csv"))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_a_closed_pipe_is_no_error(tmp_path):
    sample = build_sample(tmp_path / "home")
    command = [KEYRACK, "findings", "--format", "jsonl"]
    with subprocess.Popen(command, env=environment(sample.home.root), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(1)
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()


def test_as_of_and_diff_see_the_past(tmp_path):
    from datetime import timedelta

    from sample import NOW, records

    from keyrack.records import Credential

    build_sample(tmp_path / "home")
    rotated = [r for r in records(NOW) if not isinstance(r, Credential)]
    sample = build_sample(tmp_path / "home", NOW + timedelta(days=2), rotated)
    now = json.loads(keyrack(sample.home.root, "inventory", "credentials", "--format", "json").stdout)
    then = json.loads(keyrack(sample.home.root, "inventory", "credentials", "--format", "json", "--as-of", "2026-11-01").stdout)
    assert (len(now), len(then)) == (0, 3)
    changes = json.loads(keyrack(sample.home.root, "diff", "--format", "json").stdout)
    assert {c["change"] for c in changes if c["table"] == "credentials"} == {"removed"}
    assert {c["change"] for c in changes if c["table"] == "findings"} == {"resolved"}


def test_what_was_accepted_does_not_look_fixed(tmp_path):
    from datetime import timedelta

    from sample import NOW

    from keyrack.ledger import FindingException, Ledger

    sample = build_sample(tmp_path / "home")
    finding = next(iter(sample.report().rows("findings")))["id"]
    decision = FindingException(finding, "reviewed", NOW + timedelta(days=30), "ann", NOW)
    Ledger(sample.home.ledger_file).except_finding(decision)
    build_sample(tmp_path / "home", NOW + timedelta(days=1))
    changes = json.loads(keyrack(sample.home.root, "diff", "--format", "json").stdout)
    assert [(c["change"], c["id"]) for c in changes] == [("excepted", finding)]


def test_an_exact_name_wins_over_uids_that_contain_it(tmp_path):
    sample = build_sample(tmp_path / "home")
    story = json.loads(keyrack(sample.home.root, "show", "ci", "--format", "json").stdout)
    assert story["uid"] == "aws:iam::111122223333:user/ci"
    several = keyrack(sample.home.root, "show", "aws:iam")
    assert several.returncode == 1
    assert "one of:" in several.stderr


def test_user_rules_and_disabled_rules(tmp_path, tree):
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "every_account.sql").write_text(
        """/*
id: every_account
title: An account exists
severity: info
confidence: high
owasp: NHI1:2025
inputs: [machine.accounts]
detects: Any account.
why: To prove that own rules load.
remediation: Look at {name}.
blind_spots: None.
false_positives: All.
bad: [{identities: [{uid: a, type: "unix:user"}]}]
good: [{identities: []}]
*/
SELECT uid AS identity, NULL AS credential, name FROM identities WHERE type = 'unix:user'
"""
    )
    config = tmp_path / "keyrack.toml"
    config.write_text(
        f'[[sources]]\ntarget = "machine"\nroot = "{tree}"\n[rules]\nfolder = "rules"\ndisabled = ["world_readable_secret"]\n'
    )
    done = keyrack(tmp_path / "home", "scan", "--config", str(config), "--format", "json")
    assert done.returncode == 0, done.stderr
    found = {f["rule"] for f in json.loads(done.stdout)["findings"]}
    assert "every_account" in found
    assert "world_readable_secret" not in found


def test_configuration_mistakes_are_named(tmp_path):
    config = tmp_path / "keyrack.toml"
    for text, word in (
        ("[[sources]]\ntarget = 3", "sources"),
        ('[[sources]]\ntarget = "machine"\nrooot = "x"', "rooot"),
        ("[peopel]", "peopel"),
        ("nonsense", "keyrack.toml"),
        ('[people]\nfile = "missing.csv"\n[[sources]]\ntarget = "machine"\nroot = "."', "missing.csv"),
    ):
        config.write_text(text)
        done = keyrack(tmp_path / "home", "scan", "--config", str(config), cwd=tmp_path)
        assert done.returncode == 2, (text, done.stderr)
        assert word in done.stderr
        assert "Traceback" not in done.stderr
