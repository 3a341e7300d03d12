"""Nordholm's MCP servers and agents: planted with their truth, served behind one gateway as a person's list would name them."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from keyrack_estate.fakes.mcp import Mcp
from keyrack_estate.fakes.mcp_state import Card, Issuer, Site, tool
from keyrack_estate.fakes.server import serve
from keyrack_estate.systems import Served
from keyrack_estate.systems.mcp.labels import LABELS
from keyrack_estate.systems.mcp.plant import Planter, State
from keyrack_estate.systems.mcp.servers import OURS, STAFF
from keyrack_estate.world import World

TOKEN_ENV, OTHER_ENV = "NORDHOLM_MCP_TOKEN_{}", "NORDHOLM_MCP_OTHER"


@dataclass(frozen=True)
class System:
    """The system; stateless."""

    name: str = "mcp"
    order: int = 60
    labels: Mapping[str, tuple[str, str]] = field(default_factory=lambda: LABELS)

    def plant(self, world: World) -> State:
        """Make servers, cards and the registry, and write their truth."""
        return Planter(world).plant()

    def bulk(self, size: int, seed: int, now: datetime) -> State:
        """A registry of ``size`` agents, and one server for a thousand of them, on ten hosts."""
        del seed, now
        urls = [f"https://mcp-{number % 10}.nordholm.example/bulk-{number}" for number in range(max(1, size // 1000))]
        state = State(issuers=[Issuer(STAFF)])
        state.sites = [Site(url, STAFF, tools=[tool(f"list_{number}") for number in range(20)]) for url in urls]
        state.servers = [{"url": url} for url in urls]
        state.tokens = {f"bulk-{number}": url for number, url in enumerate(urls)}
        state.agents = [
            {
                "id": f"agent-{number}",
                "sponsor": "ann@nordholm.example",
                "access": "read",
                "servers": [{"url": urls[number % len(urls)], "tools": ["list_1"]}],
                "credentials": [{"issuer": "github", "public_id": f"bulk-{number}", "reference": f"vault:secret/bulk/{number}"}],
            }
            for number in range(size)
        ]
        return state

    @contextlib.contextmanager
    def serve(self, state: State, folder: Path) -> Iterator[Served]:
        """Serve it on loopback until the block ends; lists and registry are written into ``folder``."""
        fake = Mcp(
            page=50, sites=state.sites, issuers=state.issuers, cards=[Card(url, card) for url, card in state.cards.items()]
        )
        fake.tokens = {**state.tokens, state.other: f"{OURS}/elsewhere"} if state.other else dict(state.tokens)
        names = {url: (TOKEN_ENV.format(number), token) for number, (token, url) in enumerate(state.tokens.items())}
        _write(folder / "servers.json", {"servers": [_entry(server, names, bool(state.other)) for server in state.servers]})
        _write(folder / "agents.json", {"organisation": "nordholm", "agents": state.agents})
        with serve(fake) as url:
            common: dict[str, str | bool] = {"target": "mcp", "endpoint": url}
            sources: list[dict[str, str | bool]] = [
                {**common, "servers": str(folder / "servers.json")},
                {"target": "mcp", "agents": str(folder / "agents.json")},
            ]
            sources += [{**common, "cards": ",".join(state.cards)}] if state.cards else []
            secrets = dict(names.values()) | ({OTHER_ENV: state.other} if state.other else {})
            yield Served(tuple(sources), secrets, fake)


def _entry(server: Mapping[str, Any], names: Mapping[str, tuple[str, str]], other: bool) -> dict[str, Any]:
    """One entry of the list of servers, with the names of the variables that hold its tokens."""
    url = server["url"]
    named = {"token_env": names[url][0], **({"other_token_env": OTHER_ENV} if other else {})} if url in names else {}
    return {**server, **named}


def _write(path: Path, document: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(document))
    path.chmod(0o600)


SYSTEM = System()
