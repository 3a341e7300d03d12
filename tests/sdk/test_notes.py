"""Descriptions: what they say about governance is kept, what they give away is fingerprinted and never becomes a tag."""

from __future__ import annotations

import secrets as random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyrack.sdk.checksums import digits
from keyrack.sdk.notes import pairs, secrets

WORD = f"Aa1!{random.token_hex(5)}"


@pytest.mark.parametrize(
    "said",
    [
        f"password: {WORD}",
        f"pw is {WORD}, ask the help desk",
        f"Owner = team data; PWD={WORD}",
        f"note: password is {WORD}",
        f"usage: old password {WORD} was lost; initial password -> {WORD}",
        f"Passwort: {WORD}",
        f'contact: it@acme.example; pass: "{WORD}".',
        f"lösenord: {WORD}",
    ],
    ids=lambda said: said.replace(WORD, "WORD"),
)
def test_a_password_in_a_description_is_found_and_is_no_tag(said):
    found = list(secrets(said, "ldap", "description"))
    assert [(one.kind, one.issuer, one.secret.reveal().decode()) for one in found] == [("password", "ldap", WORD)]
    assert not [value for value in pairs(said).values() if WORD in value]


@pytest.mark.parametrize(
    "said",
    [
        "password never expires",
        "password: see vault",
        "password: vault:secret/payments",
        "pass: CyberArk-Safe-12",
        "password policy: at least 14 characters",
        "Password last changed: 2024-01-01",
        "password: svc.backup@acme.example",
        "password: changeme",
        "password: ${DB_PASSWORD}",
        "passport: X1234567",
        "compass: North1x",
        "token: https://wiki.acme.example/tokens/42",
        "password is 90 days old",
        "",
    ],
)
def test_sentences_about_passwords_are_no_passwords(said):
    assert list(secrets(said, "ldap", "description")) == []


def test_a_token_of_a_known_form_needs_no_word_before_it():
    body = random.token_hex(15)
    token = f"ghp_{body}{digits(body)}"
    assert [one.issuer for one in secrets(f"used by CI, {token}", "ldap", "description")] == ["github"]
    assert pairs(f"purpose: CI with {token}; env: prod") == {"env": "prod"}


def test_only_pairs_about_governance_become_tags():
    said = "Owner: ebba@acme.example; env=prod; cost-center: 42; Cost_Center: 43; key: abc; ssn: 1\nvendor: Lumenwatch"
    assert pairs(said) == {"owner": "ebba@acme.example", "env": "prod", "cost center": "43", "vendor": "Lumenwatch"}


@given(st.text(max_size=300))
def test_it_is_total(said):
    assert all(len(name) < 40 for name in pairs(said))
    assert all(one.secret for one in secrets(said, "ldap", "description"))
