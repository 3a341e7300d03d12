from __future__ import annotations

from collections.abc import Iterator

import pytest
from fakes import Fakes
from github_seed import NOW, at, seed

from keyrack.sdk import Context, Fingerprinter, Target
from keyrack_estate.fakes.github import Github
from keyrack_estate.fakes.server import serve


@pytest.fixture
def ctx() -> Context:
    return Context(now=NOW, fingerprint=Fingerprinter(b"k" * 32))


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Github, Fakes]]:
    monkeypatch.setenv("GITHUB_TOKEN", "app-token")
    fake, made = seed()
    with serve(fake):
        yield fake, made


@pytest.fixture
def target(github: tuple[Github, Fakes]) -> Target:
    return at(github[0].url)
