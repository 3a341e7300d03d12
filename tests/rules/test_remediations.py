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
