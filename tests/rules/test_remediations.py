"""What a responder is told to do: words that fit the thing found, and no command that does harm."""

from __future__ import annotations

import pytest

from keyrack.rules import builtin
from keyrack.rules.examples import hits

RULES = {rule.id: rule for rule in builtin()}
KEY = {"uid": "cred:fp:1", "kind": "secret", "issuer": "unknown", "name": "DB_PASSWORD", "fingerprint": "f1"}
FILE = {
    "credential_uid": "cred:fp:1",
    "system": "file",
    "scope": "h1",
    "path": "/srv/shop/.env",
    "attrs": {"field": "DB_PASSWORD"},
}


def told(rule, **example):
    (found,) = hits(RULES[rule], example)
    return str(found["remediation"]), found


@pytest.mark.parametrize(
    ("issuer", "words"),
    [
        ("unknown", "at the service that accepts it"),
        ("jwt", "at the service that signed it"),
        ("database", "in the database that accepts it"),
        ("ssh", "by a new key pair"),
        ("stripe", "at stripe"),
    ],
)
def test_rotation_is_said_in_words_that_fit_the_issuer(issuer, words):
    text, _ = told("secret_in_config_file", credentials=[{**KEY, "issuer": issuer}], placements=[FILE])
    assert f"rotate it {words}" in text
    assert "DB_PASSWORD (DB_PASSWORD)" not in text


@pytest.mark.parametrize("rule", ["secret_in_config_file", "secret_in_state_file", "secret_in_agent_config"])
def test_a_readable_file_is_closed_first(rule):
    system = {"secret_in_config_file": "file", "secret_in_state_file": "state_file", "secret_in_agent_config": "agent_config"}[
        rule
    ]
    place = {**FILE, "system": system, "path": "/srv/my shop/env", "mode": "0644"}
    open_, _ = told(rule, credentials=[KEY], placements=[{**place, "readers": "world"}])
    assert open_.startswith("First `chmod 600 '/srv/my shop/env'`")
    shut, _ = told(rule, credentials=[KEY], placements=[{**place, "readers": "owner"}])
    assert "chmod" not in shut


def test_a_chmod_that_would_not_help_or_would_break_logins_is_not_advised():
    unit = {**FILE, "system": "env", "path": "/etc/systemd/system/shop.service", "readers": "world"}
    text, _ = told("secret_in_config_file", credentials=[KEY], placements=[unit])
    assert "EnvironmentFile=" in text
    assert "chmod 600" not in text
    text, _ = told("secret_in_config_file", credentials=[KEY], placements=[{**unit, "path": "/etc/environment"}])
    assert "chmod 600" not in text


def _account(*keys):
    name = "machine:h1:unix-user/deploy"
    unix = {"interactive": "true", "shell": "/bin/bash", "service_evidence": "name"}
    return {
        "identities": [{"uid": name, "type": "unix:user", "provider": "machine", "scope": "h1", "name": "deploy", "attrs": unix}],
        "credentials": [
            {
                "uid": f"cred:ssh:{i}",
                "kind": "ssh_key",
                "issuer": "ssh",
                "public_id": f"SHA256:{i}",
                "attrs": {"options": options},
            }
            for i, options in enumerate(keys)
        ],
        "placements": [
            {
                "credential_uid": f"cred:ssh:{i}",
                "scope": "h1",
                "path": "/home/deploy/.ssh/authorized_keys",
                "line": i + 1,
                "consumer_uid": name,
            }
            for i in range(len(keys))
        ],
    }


def test_a_shell_that_forced_commands_need_is_never_taken_away():
    text, found = told("interactive_service_account", **_account('restrict,command="borg serve"', "no-pty"))
    assert "nologin" not in text
    assert "Leave the shell as it is: other keys of this account run forced commands" in text
    assert found["line"] == 2
    assert "SHA256:0" not in str(found["evidence"])
    assert hits(RULES["interactive_service_account"], _account('restrict,command="borg serve"')) == []


@pytest.mark.parametrize(
    ("kind", "path", "words"),
    [
        ("ssh_key", "/home/a/.ssh/id_rsa", "`ssh-keygen -t ed25519 -f /home/a/.ssh/id_rsa.new`"),
        ("ssh_key", "/home/a/.ssh/authorized_keys", "let its holder make a new one"),
        ("ssh_key", "/etc/ssh/ssh_host_rsa_key", "HostKey"),
        ("private_key", "/etc/ssl/private/web.key", "openssl req -new"),
        ("certificate", "/etc/ssl/web.pem", "openssl req -new"),
    ],
)
def test_a_weak_key_is_replaced_by_the_tool_of_its_kind(kind, path, words):
    key = {"uid": "cred:w", "kind": kind, "issuer": "ssh" if kind == "ssh_key" else "x509", "algorithm": "RSA", "bits": 1024}
    text, _ = told("weak_key", credentials=[key], placements=[{"credential_uid": "cred:w", "path": path}])
    assert words in text
    assert ("openssl" in text) == (kind != "ssh_key")


@pytest.mark.parametrize(
    ("client", "action", "words"),
    [
        ("codex", "*", 'set approval_policy = "on-request" and sandbox_mode = "workspace-write"'),
        ("goose", "*", "GOOSE_MODE"),
        ("claude-code", "*", "permissions.defaultMode"),
        ("claude-code", "Bash(*)", "replace Bash(*) by the commands"),
    ],
)
def test_an_unrestricted_agent_is_told_the_switch_of_its_client(client, action, words):
    agent = {
        "uid": "a",
        "kind": "ai_agent",
        "type": "mcp:agent",
        "provider": "machine",
        "name": "Agent",
        "attrs": {"client": client},
    }
    grant = {
        "identity_uid": "a",
        "language": "mcp",
        "actions": [action],
        "privilege": "admin",
        "attrs": {"source_path": "/home/a/c"},
    }
    text, _ = told("agent_unrestricted", identities=[agent], grants=[grant])
    assert words in text
    assert "replace * by" not in text


@pytest.mark.parametrize(
    ("in_use", "severity", "words"), [(None, "low", "if nothing does, delete it"), ("true", "high", "Replace ")]
)
def test_an_expired_certificate_nobody_is_known_to_read_is_low(in_use, severity, words):
    attrs = {"subject": "CN=a", **({"in_use": in_use} if in_use else {})}
    cert = {
        "uid": "cred:x",
        "kind": "certificate",
        "issuer": "x509",
        "public_id": "aa",
        "expires_at": "now-3d",
        "expiry": "set",
        "attrs": attrs,
    }
    text, found = told(
        "certificate_expired", credentials=[cert], placements=[{"credential_uid": "cred:x", "path": "/etc/ssl/a.pem"}]
    )
    assert (found["severity"], words in text) == (severity, True)


def test_a_copied_private_key_names_those_who_hold_it():
    """The key opens root; root holds no copy."""
    users = [
        {"uid": f"u/{name}", "type": "unix:user", "provider": "machine", "scope": "h1", "name": name}
        for name in ("root", "ann", "ben")
    ]
    key = {"uid": "cred:k", "kind": "ssh_key", "issuer": "ssh", "public_id": "SHA256:k", "identity_uid": "u/root"}
    places = [
        {"credential_uid": "cred:k", "scope": "h1", "path": f"/home/{name}/.ssh/id_rsa", "consumer_uid": f"u/{name}"}
        for name in ("ann", "ben")
    ]
    admitted = {"credential_uid": "cred:k", "scope": "h1", "path": "/root/.ssh/authorized_keys", "consumer_uid": "u/root"}
    text, found = told("private_key_on_several_hosts", identities=users, credentials=[key], placements=[*places, admitted])
    assert found["identity"] == "u/ann"
    assert text.startswith("Make a key for each of ann on h1, ben on h1")
    assert "root on" not in text


EXAMPLES = [
    pytest.param(rule, index, id=f"{rule.id}-{index}") for rule in RULES.values() for index in range(len(rule.header.bad))
]


@pytest.mark.parametrize(("rule", "index"), EXAMPLES)
def test_commands_hold_no_angle_brackets(rule, index):
    """In a shell ``<function>`` opens a file; a command to paste has words in capitals where something must be filled in."""
    for found in hits(rule, rule.header.bad[index]):
        commands = [
            text
            for text in str(found["remediation"]).split("`")[1::2]
            if text.startswith(("aws ", "kubectl ", "gh ", "gcloud ", "ssh"))
        ]
        assert not [text for text in commands if "<" in text]


def test_a_leavers_key_is_compared_before_its_line_is_deleted():
    (found,) = hits(RULES["leaver_ssh_key"], RULES["leaver_ssh_key"].header.bad[0])
    assert "`ssh-keygen -lf " in str(found["remediation"])


def test_turning_rotation_on_does_not_change_the_value_at_once():
    (found,) = hits(RULES["stored_secret_unrotated"], RULES["stored_secret_unrotated"].header.bad[0])
    assert "--no-rotate-immediately`" in str(found["remediation"])
