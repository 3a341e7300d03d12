"""Against the real thing: a FastMCP server behind oidc-provider, and what the official client makes of our fake."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
from mcpserver import mcp_server
from motoserver import free_port
from oidcprovider import Oidc, oidc_provider

from conftest import NOW, World, of, verdicts
from keyrack.providers.mcp import provider
from keyrack.records import Gap, Identity, Resource, Trust
from keyrack.sdk import Context, Fingerprinter, Target
from keyrack.sdk.testing import check_contract


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Oidc]]:
    """A protected server and its authorization server."""
    folder, port = tmp_path_factory.mktemp("real"), free_port()
    audience = f"http://127.0.0.1:{port}/mcp"
    with (
        oidc_provider(folder / "oidc.log", audience, "https://elsewhere.example/mcp") as oidc,
        mcp_server(folder / "mcp.log", port, oidc.issuer) as url,
    ):
        yield url, oidc


def test_a_real_server_behind_a_real_authorization_server(real: tuple[str, Oidc], monkeypatch: pytest.MonkeyPatch) -> None:
    url, oidc = real
    monkeypatch.setenv("TOKEN", oidc.token(url))
    monkeypatch.setenv("OTHER", oidc.token("https://elsewhere.example/mcp"))
    target = Target("mcp", options={"servers": url, "token_env": "TOKEN", "other_token_env": "OTHER"})
    planted = [oidc.secret]
    records = check_contract(provider, target, Context(now=NOW, fingerprint=Fingerprinter(b"k")), planted=planted)
    found = verdicts(records)
    failed = {r.name: r.attrs["evidence"] for r in of(records, Resource, type="mcp:must") if r.attrs["verdict"] == "fail"}
    assert failed == {}
    passed = {name for name, verdict in found.items() if verdict == "pass"}
    assert passed >= {
        "origin-checked", "discover-implemented", "resource-metadata", "resource-metadata-matches", "token-checked", "token-audience",
        "unauthorized-challenge", "as-discovery", "as-issuer", "as-pkce", "as-oauth21", "as-iss-advertised", "tools-cacheable", "stateless",
    }  # fmt: skip
    tools = {r.name: r.attrs for r in of(records, Resource, type="mcp:tool")}
    assert set(tools) == {"list_orders", "cancel_order"}
    assert (tools["list_orders"]["read_only"], tools["cancel_order"]["writes"]) == ("true", "true")
    (server,) = of(records, Identity)
    assert (server.attrs["protocol"], server.attrs["auth"], server.attrs["software"]) == ("2026-07-28", "oauth", "orders")
    (trust,) = of(records, Trust)
    assert trust.audiences == [url]
    assert not of(records, Gap)


def test_a_real_server_without_our_token(real: tuple[str, Oidc]) -> None:
    records = list(
        provider.discover(Target("mcp", options={"servers": real[0]}), Context(now=NOW, fingerprint=Fingerprinter(b"k")))
    )
    assert [g.reason for g in of(records, Gap)] == ["not_configured"]
    assert not of(records, Resource, type="mcp:tool")


def test_a_real_open_server(tmp_path: Path) -> None:
    with mcp_server(tmp_path / "log", free_port()) as url:
        records = list(
            provider.discover(Target("mcp", options={"servers": url}), Context(now=NOW, fingerprint=Fingerprinter(b"k")))
        )
    (server,) = of(records, Identity)
    assert (server.attrs["open"], server.attrs["tools_listed"]) == ("lists", "2")
    assert [name for name, verdict in verdicts(records).items() if verdict == "fail"] == []


@pytest.mark.parametrize(
    ("faults", "mode", "version"),
    [
        (set(), "auto", "2026-07-28"),
        ({"legacy"}, "auto", "2025-11-25"),
        ({"dual"}, "legacy", "2025-11-25"),
        ({"stream"}, "auto", "2026-07-28"),
    ],
)
def test_the_official_client_reads_our_fake(world: World, faults: set[str], mode: str, version: str) -> None:
    """`mcp.Client`, modern and by handshake, sees what we see: else the fake would only agree with ourselves."""
    from mcp.client.client import Client

    world.site.url, world.site.issuer, world.site.faults = "/mcp", "", faults
    world.fake.refresh()

    async def listed() -> tuple[str, set[str], set[str]]:
        async with Client(f"{world.url}/mcp", mode=mode) as client:
            tools = [tool for page in [await client.list_tools()] for tool in page.tools]
            more = await client.list_tools(cursor="2")
            prompts = await client.list_prompts()
            return (
                str(client.session.protocol_version),
                {t.name for t in (*tools, *more.tools)},
                {p.name for p in prompts.prompts},
            )

    spoken, tools, prompts = anyio.run(listed)
    assert spoken == version
    assert tools == {"list_orders", "get_order", "cancel_order"}
    assert prompts == {"summary"}


def test_the_official_client_follows_our_challenge(world: World) -> None:
    """The SDK's own OAuth discovery finds resource and authorization server of the fake, and its token opens it."""
    import httpx2
    from mcp.client.auth.utils import (
        build_oauth_authorization_server_metadata_discovery_urls,
        extract_resource_metadata_from_www_auth,
    )

    world.site.url, world.site.issuer, world.fake.issuers[0].url = "/mcp", "/idp", "/idp"
    world.fake.refresh()
    refused = httpx2.post(f"{world.url}/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
    where = extract_resource_metadata_from_www_auth(refused)
    assert where is not None
    resource = httpx2.get(where).json()
    places = build_oauth_authorization_server_metadata_discovery_urls(resource["authorization_servers"][0], f"{world.url}/mcp")
    metadata = next(answer.json() for answer in map(httpx2.get, places) if answer.status_code == 200)
    minted = httpx2.post(
        metadata["token_endpoint"], data={"grant_type": "client_credentials", "resource": resource["resource"]}
    ).json()
    assert world.fake.tokens[minted["access_token"]] == f"{world.url}/mcp"
