from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import stamina
from openbao import Bao, openbao_server
from openbao_seed import Seed, seed

from keyrack.sdk import Context, Fingerprinter


@pytest.fixture(scope="session")
def openbao_seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Bao, Seed]]:
    with openbao_server(tmp_path_factory.mktemp("bao") / "log") as server:
        yield server, seed(server)


@pytest.fixture
def openbao_ctx() -> Context:
    return Context(now=datetime.now(UTC), fingerprint=Fingerprinter(b"k" * 32))


@pytest.fixture
def openbao_token(openbao_seeded: tuple[Bao, Seed], monkeypatch: pytest.MonkeyPatch) -> Bao:
    """The root token where people put theirs; nothing of the machine's own gets in."""
    for name in ("VAULT_TOKEN", "VAULT_ADDR", "BAO_ADDR", "BAO_NAMESPACE", "VAULT_NAMESPACE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BAO_TOKEN", openbao_seeded[0].root)
    return openbao_seeded[0]


@pytest.fixture
def fast_retries() -> Iterator[None]:
    stamina.set_testing(True, attempts=4, cap=True)
    yield
    stamina.set_testing(False)
