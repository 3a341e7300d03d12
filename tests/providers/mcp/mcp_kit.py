"""Shared by the mcp provider's tests: a fake world behind a gateway, fast retries, a fixed clock."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
import stamina

from keyrack.providers.mcp import provider
from keyrack.records import Record
from keyrack.sdk import Context, Fingerprinter, Forgetful, Target
from keyrack_estate.fakes.mcp import Mcp
from keyrack_estate.fakes.mcp_state import Issuer, Site, tool
from keyrack_estate.fakes.server import serve

NOW = datetime(2026, 11, 25, 4, 40, tzinfo=UTC)
SERVER, ISSUER, ELSEWHERE = (
    "https://mcp.nordholm.example/orders/mcp",
    "https://id.nordholm.example/staff",
    "https://mcp.nordholm.example/other",
)


@dataclass
class World:
    """A fake and how to scan it."""

    fake: Mcp
    url: str
    token: str
    other: str
    memory: Forgetful = field(default_factory=Forgetful)

    @property
    def site(self) -> Site:
        return self.fake.sites[0]

    def context(self, now: datetime = NOW) -> Context:
        return Context(now=now, fingerprint=Fingerprinter(b"test-key"), memory=self.memory)

    def target(self, **options: str) -> Target:
        known = {"servers": SERVER, "endpoint": self.url, "timeout": "5", **options}
        return Target("mcp", options={name: value for name, value in known.items() if value})

    def scan(self, now: datetime = NOW, **options: str) -> list[Record]:
        self.fake.refresh()
        return list(provider.discover(self.target(**options), self.context(now)))


def of(records: list[Record], kind: type, **values: Any) -> list[Any]:
    return [r for r in records if isinstance(r, kind) and all(getattr(r, name) == value for name, value in values.items())]


def verdicts(records: list[Record]) -> dict[str, str]:
    return {r.name: r.attrs["verdict"] for r in records if getattr(r, "type", "") == "mcp:must"}


@pytest.fixture(autouse=True)
def fast_retries() -> Iterator[None]:
    with stamina.set_testing(True, attempts=4, cap=True):
        yield


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """One protected server that does everything right, its authorization server, a token for it and one for another server."""
    token, other = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
    monkeypatch.setenv("MCP_TOKEN", token)
    monkeypatch.setenv("MCP_OTHER", other)
    tools = [
        tool("list_orders", "List orders of a customer."),
        tool("get_order", "One order by its number.", ("number",)),
        tool("cancel_order"),
    ]
    site = Site(
        SERVER, ISSUER, tools=tools, prompts=[{"name": "summary"}], resources=[{"uri": "orders://recent", "name": "recent"}]
    )
    fake = Mcp(sites=[site], issuers=[Issuer(ISSUER)], tokens={token: SERVER, other: ELSEWHERE}, page=2)
    with serve(fake) as url:
        yield World(fake, url, token, other)
