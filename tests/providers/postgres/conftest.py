"""Shared by the postgres provider's tests: one real server a session, planted once; its hostile twin; a context."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from keyrack.sdk import Context, Fingerprinter, Target

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2] / "support")]

import postgres_seed
from postgresql import postgres_server

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def planted():
    """A running server, and what was planted in it."""
    seed = postgres_seed.Seed()
    with postgres_server(postgres_seed.hba(seed), ("track_commit_timestamp=on",)) as server:
        postgres_seed.plant(server, seed)
        postgres_seed.keyrack_role(server, seed)
        yield server, seed


@pytest.fixture
def ctx():
    return Context(now=NOW, fingerprint=Fingerprinter(b"k" * 32))


@pytest.fixture
def target(planted, monkeypatch):
    """The target for a role: by name, through the environment."""
    server, seed = planted

    def made(role: str = "", **options: str) -> Target:
        monkeypatch.setenv("KEYRACK_TEST_DSN", server.dsn(role, seed.secrets.get(role, "")))
        return Target("postgres", options={"dsn_env": "KEYRACK_TEST_DSN", "server": "pg-main", **options})

    return made
