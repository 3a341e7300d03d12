"""Shared by the ldap provider's tests: one real slapd a session, planted once; a context."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from keyrack.sdk import Context, Fingerprinter, Target

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2] / "support")]

import ldap_seed
from slapd import slapd_server

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def directory():
    with slapd_server(
        ldap_seed.BASE, ldap_seed.entries(), reader=ldap_seed.READER, password=ldap_seed.SECRETS["reader"]
    ) as server:
        yield server


@pytest.fixture
def ctx():
    return Context(now=NOW, fingerprint=Fingerprinter(b"k" * 32))


@pytest.fixture
def target(monkeypatch):
    """The target for a server: the password comes from the environment."""

    def made(server, user: str | None = None, password: str | None = None, **options: str) -> Target:
        monkeypatch.setenv("KEYRACK_TEST_LDAP", password or server.password)
        words = {"url": server.url, "bind_dn": user or server.reader, "password_env": "KEYRACK_TEST_LDAP", **options}
        return Target("ldap", options={key: value for key, value in words.items() if value})

    return made
