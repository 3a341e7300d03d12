"""Every MUST of the specification: a server that does everything right passes, and for each MUST one that breaks it fails that row alone."""

from __future__ import annotations

import pytest
from mcp_kit import ISSUER, SERVER, World, of, verdicts

from keyrack.providers.mcp.musts import table
from keyrack.records import Gap

FULL = {"token_env": "MCP_TOKEN", "other_token_env": "MCP_OTHER"}
NEVER = {must.id for must in table() if must.judge.__name__ == "<lambda>" and must.judge.__qualname__.startswith("never")}
AS_FAULTS = {
    "as-discovery": {"silent": True},
    "as-issuer": {"more": {"issuer": "https://id.other.example"}},
    "as-pkce": {"more": {"code_challenge_methods_supported": None}},
    "as-https": {"more": {"token_endpoint": "http://id.nordholm.example/token"}},
    "as-oauth21": {"more": {"grant_types_supported": ["authorization_code", "password"]}},
}
CANNOT_FAIL = {"as-iss-advertised", "endpoint-post"}


def test_a_server_that_does_everything_right_passes(world: World) -> None:
    found = verdicts(world.scan(**FULL))
    assert {name for name, verdict in found.items() if verdict == "fail"} == set()
    assert len(found) == len(table())
    unseen = {name for name, verdict in found.items() if verdict == "not observable"}
    assert unseen - NEVER == {"stream-without-requests", "log-only-when-asked", "extension-names"}


@pytest.mark.parametrize("must", [m.id for m in table() if m.id not in NEVER | CANNOT_FAIL | set(AS_FAULTS)])
def test_a_server_that_breaks_one_requirement_fails_that_row_alone(world: World, must: str) -> None:
    world.site.faults.add(must)
    options = {**FULL, "other_token_env": "" if must == "token-checked" else "MCP_OTHER"}
    if must == "resource-metadata-https":
        world.site.url = SERVER.replace("https", "http")
        options["servers"] = world.site.url
    found = verdicts(world.scan(**options))
    assert {name for name, verdict in found.items() if verdict == "fail"} == {must}


@pytest.mark.parametrize("must", sorted(AS_FAULTS))
def test_an_authorization_server_that_breaks_one_requirement_fails_that_row_alone(world: World, must: str) -> None:
    for name, value in AS_FAULTS[must].items():
        setattr(world.fake.issuers[0], name, value)
    found = verdicts(world.scan(**FULL))
    assert {name for name, verdict in found.items() if verdict == "fail"} == {must}


def test_a_server_of_the_oldest_transport_fails_the_endpoint_alone(world: World) -> None:
    world.site.faults |= {"sse"}
    world.site.issuer = ""
    records = world.scan()
    assert {name for name, verdict in verdicts(records).items() if verdict == "fail"} == {"endpoint-post"}
    assert [g.reason for g in of(records, Gap)] == ["unsupported"]


def test_openid_metadata_is_found_too(world: World) -> None:
    world.fake.issuers[0].openid = True
    found = verdicts(world.scan(**FULL))
    assert found["as-discovery"] == found["as-issuer"] == "pass"


def test_streams_are_read(world: World) -> None:
    world.site.faults.add("stream")
    found = verdicts(world.scan(**FULL))
    assert (found["stream-without-requests"], found["log-only-when-asked"], found["result-type"]) == ("pass",) * 3


def test_ids_are_stable_and_sections_named() -> None:
    ids = [must.id for must in table()]
    assert len(set(ids)) == len(ids) >= 55
    assert all(must.section and must.asks.endswith(".") for must in table())
    assert ISSUER.startswith("https")
