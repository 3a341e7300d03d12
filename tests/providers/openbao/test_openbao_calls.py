"""The fake is the server's likeness, the community's client reads it, and calls grow as the manifest says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import hvac
import pytest
from openbao import Bao
from openbao_seed import Seed, client

from keyrack.providers.openbao import provider
from keyrack.records import Credential, Gap, Identity
from keyrack.sdk import Context, Target
from keyrack.sdk.testing import check_contract
from keyrack_estate.fakes.openbao import START, OpenBaoFake, crowd, metadata, secret_id, token
from keyrack_estate.fakes.server import serve

TOKEN = "root-of-fake"


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[OpenBaoFake, Target]]:
    monkeypatch.setenv("BAO_TOKEN", TOKEN)
    made = OpenBaoFake(tokens={TOKEN: "root"})
    with serve(made) as url:
        yield made, Target("openbao", options={"endpoint": url, "server": "bao"})


def shape(value: Any) -> Any:
    return sorted(value) if isinstance(value, dict) else type(value)


def test_the_fake_has_the_real_servers_members(openbao_seeded: tuple[Bao, Seed]) -> None:
    bao, made = openbao_seeded
    hv = client(bao)
    real = bao.must("POST", "auth/token/lookup-accessor", {"accessor": made.accessors["batch"]})["data"]
    assert set(token("a", "b", START, START)) <= set(real)
    body = {"secret_id_accessor": made.accessors["payments"]}
    real = bao.must("POST", "auth/approle/role/payments/secret-id-accessor/lookup", body)["data"]
    assert set(secret_id("a", START, START)) == set(real)
    real = hv.secrets.kv.v2.read_secret_metadata("payments/db")["data"]
    ours = metadata(START, START)
    assert set(ours) <= set(real)
    assert {name: shape(version) for name, version in ours["versions"].items()} == {
        name: shape(version) for name, version in real["versions"].items()
    }


def test_the_communitys_client_reads_the_fake(fake: tuple[OpenBaoFake, Target]) -> None:
    server, target = fake
    server.state = crowd(secrets=30, folder=10, tokens=5, approles=3)
    hv = hvac.Client(url=target.options["endpoint"], token=TOKEN)
    assert len(hv.auth.approle.list_roles()["data"]["keys"]) == 3
    assert hv.auth.approle.read_role("app-1")["data"]["bind_secret_id"] is True
    assert hv.auth.approle.list_secret_id_accessors("app-1")["data"]["keys"] == ["sid-app-1"]
    assert len(hv.adapter.list("/v1/auth/token/accessors")["data"]["keys"]) == 5
    assert hv.auth.token.lookup_accessor("t1")["data"]["display_name"] == "token-t1"
    assert hv.secrets.kv.v2.list_secrets("f0")["data"]["keys"][0] == "s0"
    assert hv.secrets.kv.v2.read_secret_metadata("f0/s3")["data"]["current_version"] == 1
    del server.tokens[TOKEN]
    with pytest.raises(hvac.exceptions.Forbidden):
        hv.auth.approle.list_roles()


def test_our_provider_reads_it_too(fake: tuple[OpenBaoFake, Target], openbao_ctx: Context) -> None:
    server, target = fake
    server.state = crowd(secrets=30, folder=10, tokens=5, approles=3)
    found = check_contract(provider, target, openbao_ctx, planted=[TOKEN])
    assert not [record for record in found if isinstance(record, Gap)]
    assert sum(isinstance(record, Identity) for record in found) == 8
    assert sum(isinstance(record, Credential) for record in found) == 30 + 5 + 3


def calls(fake: tuple[OpenBaoFake, Target], ctx: Context, **size: int) -> int:
    server, target = fake
    server.state = crowd(**size)
    before = server.total()
    list(provider.discover(target, ctx))
    return server.total() - before


def test_calls_are_the_manifests_formula(fake: tuple[OpenBaoFake, Target], openbao_ctx: Context) -> None:
    """Fixed + 1 a token + 3 an AppRole (its role, its list, its one secret-id) + 1 a folder that holds something."""
    fixed = calls(fake, openbao_ctx)
    assert calls(fake, openbao_ctx, tokens=7) - fixed == 7
    assert calls(fake, openbao_ctx, tokens=70) - fixed == 70
    roles = calls(fake, openbao_ctx, approles=1) - 3
    assert calls(fake, openbao_ctx, approles=40) - roles == 3 * 40
    few = calls(fake, openbao_ctx, secrets=1000, folder=100)
    assert few - calls(fake, openbao_ctx, secrets=100, folder=100) == 9
    assert calls(fake, openbao_ctx, secrets=10_000, folder=1000) == few


def test_a_server_without_detailed_lists_costs_one_call_a_secret(fake: tuple[OpenBaoFake, Target], openbao_ctx: Context) -> None:
    """HashiCorp Vault: nothing is lost, only slower."""
    rich = [record.uid for record in _discover(fake, openbao_ctx) if isinstance(record, Credential)]
    fake[0].detailed = False
    found = _discover(fake, openbao_ctx)
    assert sorted(record.uid for record in found if isinstance(record, Credential)) == sorted(rich)
    assert not [record for record in found if isinstance(record, Gap)]
    assert calls(fake, openbao_ctx, secrets=200, folder=100) - calls(fake, openbao_ctx, secrets=100, folder=100) == 101


def _discover(fake: tuple[OpenBaoFake, Target], ctx: Context) -> list[Any]:
    fake[0].state = crowd(secrets=30, folder=10, tokens=5, approles=3)
    return list(provider.discover(fake[1], ctx))
