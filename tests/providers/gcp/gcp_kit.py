"""Shared by the gcp provider's tests: a seeded fake on loopback, and a sign-in by a token in the environment."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from keyrack.sdk import Context, Fingerprinter, Target

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2] / "support")]

from gcp_seed import NOW, PROD, TOKEN_ENV, Seed

from keyrack_estate.fakes.server import serve


@pytest.fixture
def seed(monkeypatch: pytest.MonkeyPatch) -> Seed:
    made = Seed()
    monkeypatch.setenv(TOKEN_ENV, made.token)
    return made


@pytest.fixture
def ctx() -> Context:
    return Context(now=NOW, fingerprint=Fingerprinter(b"k" * 32))


def target(url: str, **options: str) -> Target:
    named = {"project", "folder", "organization"} & set(options)
    base = {} if named else {"project": PROD}
    return Target("gcp", "", {"endpoint": url, "token_env": TOKEN_ENV, **base, **options})


@pytest.fixture
def fake(seed: Seed) -> Iterator[object]:
    made = seed.fake()
    with serve(made):
        yield made
