"""The real server behind bad weather, a token that ends midway, hostile names, and a hundred thousand of everything."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import pytest
from matrix import record_outcomes
from openbao import Bao
from openbao_seed import Seed, client

from keyrack.providers.openbao import provider
from keyrack.records import Credential, Gap, Placement
from keyrack.sdk import Context, Target
from keyrack.sdk.testing import check_weather, storm
from keyrack.sdk.testing.storm import GALES, Gale, Reply
from keyrack_estate.fakes.openbao import OpenBaoFake, crowd
from keyrack_estate.fakes.server import serve

HOSTILE = (  # the server itself refuses control and direction characters
    "a b",
    "quote\"'`",
    "percent%2e%2e",
    "ünïcödé-💥",
    "semi;colon&x=1?y#z",
    "x" * 400,
    "star*plus+",
    "$(id)",
)


def target(url: str, **options: str) -> Target:
    return Target("openbao", options={"endpoint": url, "server": "bao", "timeout": "2", **options})


@pytest.mark.usefixtures("fast_retries")
def test_every_weather(openbao_seeded: tuple[Bao, Seed], openbao_token: Bao, openbao_ctx: Context) -> None:
    bao, made = openbao_seeded
    with storm(f"http://127.0.0.1:{bao.port}") as sky:
        outcomes = check_weather(
            provider, sky, lambda url: target(url, timeout="0.3"), openbao_ctx, planted=[*made.planted, openbao_token.root]
        )
    record_outcomes("openbao", outcomes)
    assert len(outcomes) == len(GALES)
    assert not [outcome.gale for outcome in outcomes if outcome.refused]


@pytest.mark.usefixtures("fast_retries", "openbao_token")
@pytest.mark.parametrize(
    ("path", "capability"),
    [
        ("auth/token/accessors", "openbao.tokens"),
        ("sys/audit", "openbao.server"),
        ("identity/entity/id", "openbao.entities"),
        ("sys/policies", "openbao.policies"),
        ("/secret-id", "openbao.secret_ids"),
        ("detailed-metadata", None),
    ],
)
def test_one_refusal_leaves_the_rest_standing(
    openbao_seeded: tuple[Bao, Seed], openbao_ctx: Context, path: str, capability: str | None
) -> None:
    """A Gap of that part alone; listings that only some versions have are done without."""
    bao, _ = openbao_seeded
    with storm(f"http://127.0.0.1:{bao.port}") as sky:
        calm = {record.uid for record in provider.discover(target(sky.url), openbao_ctx) if isinstance(record, Credential)}
        sky.gale = next(gale for gale in GALES if gale.name == "403")
        sky.hits = lambda method, called: path in called
        found = list(provider.discover(target(sky.url), openbao_ctx))
    gaps = {record.capability for record in found if isinstance(record, Gap)}
    assert gaps == ({capability} if capability else set())
    if capability is None:
        assert {record.uid for record in found if isinstance(record, Credential)} == calm


def test_a_token_that_ends_midway_is_said(
    openbao_seeded: tuple[Bao, Seed], openbao_ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    bao, _ = openbao_seeded
    hv = client(bao)
    short = hv.auth.token.create(policies=["admin"], num_uses=12)["auth"]["client_token"]
    monkeypatch.setenv("BAO_TOKEN", short)
    found = list(provider.discover(target(f"http://127.0.0.1:{bao.port}"), openbao_ctx))
    gaps = [record for record in found if isinstance(record, Gap)]
    assert {gap.reason for gap in gaps} == {"denied"}
    assert any("midway" in gap.detail for gap in gaps)
    assert len(found) > len(gaps)


@pytest.mark.usefixtures("openbao_token")
def test_hostile_names_come_through_as_they_are(openbao_seeded: tuple[Bao, Seed], openbao_ctx: Context) -> None:
    bao, _ = openbao_seeded
    hv = client(bao)
    hv.sys.enable_secrets_engine("kv", path="odd", options={"version": "2"})
    for name in HOSTILE:
        status, _answer = bao.call("POST", f"odd/data/{name}", {"data": {"x": "y"}})
        assert status == 200, name
    found = list(provider.discover(target(f"http://127.0.0.1:{bao.port}", values="true"), openbao_ctx))
    paths = {record.path for record in found if isinstance(record, Placement) and record.scope == "bao"}
    assert {f"odd/{name}" for name in HOSTILE} <= paths
    assert not [record for record in found if isinstance(record, Gap)]
    hv.sys.disable_secrets_engine("odd")


@pytest.fixture
def many() -> Iterator[tuple[OpenBaoFake, str]]:
    fake = OpenBaoFake(tokens={"root-of-fake": "root"}, state=crowd())
    with serve(fake) as url:
        yield fake, url


def test_a_hundred_thousand_secrets_in_bounded_memory(
    many: tuple[OpenBaoFake, str], openbao_ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They stream: what is held grows with their names, not with their records."""
    fake, url = many
    monkeypatch.setenv("BAO_TOKEN", "root-of-fake")
    fake.state = crowd(secrets=100_000, folder=1000)
    tracemalloc.start()
    count = sum(isinstance(record, Placement) for record in provider.discover(target(url), openbao_ctx))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 100_000
    assert peak < 120_000_000
    assert fake.total() < 100 + 2 * 100 + 30


def test_a_limit_is_kept_and_said(many: tuple[OpenBaoFake, str], openbao_ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    fake, url = many
    monkeypatch.setenv("BAO_TOKEN", "root-of-fake")
    fake.state = crowd(secrets=500, folder=100, tokens=300)
    found = list(provider.discover(target(url, limit="250"), openbao_ctx))
    assert sum(isinstance(record, Placement) for record in found) == 250
    assert {gap.capability for gap in found if isinstance(gap, Gap) and gap.reason == "too_large"} == {
        "openbao.kv",
        "openbao.tokens",
    }


@pytest.mark.usefixtures("fast_retries")
def test_a_folder_that_holds_itself_ends(openbao_ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """A listing that repeats for ever, the only way this API could: a folder inside the folder, without end."""
    monkeypatch.setenv("BAO_TOKEN", "root-of-fake")
    fake = OpenBaoFake(tokens={"root-of-fake": "root"}, state=crowd(secrets=1, folder=1, endless=True))
    with serve(fake) as url:
        found = list(provider.discover(target(url), openbao_ctx))
    assert any(isinstance(record, Gap) and record.reason == "truncated" for record in found)


def test_a_gale_of_its_own_words() -> None:
    """503 means sealed here."""
    from keyrack.providers.openbao.connection import explain

    told = explain(503, {}, {})
    assert told is not None
    assert "sealed" in told.sentence
    assert isinstance(Gale("x", lambda good: good).reply(Reply()), Reply)
