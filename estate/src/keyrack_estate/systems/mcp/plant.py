"""Plants servers, cards and agents, each with its truth: what is wrong by label, and that nothing else is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from keyrack_estate.fakes.mcp_state import Issuer, Site, tool
from keyrack_estate.systems.mcp.agents import AGENTS, Agent, Held
from keyrack_estate.systems.mcp.servers import CARDS, ISSUERS, OURS, SERVERS, Spec
from keyrack_estate.truth import Anchor, key, native, place
from keyrack_estate.world import World


@dataclass
class State:
    """Everything served: servers and their tokens, cards, the list of servers and the registry as people wrote them."""

    sites: list[Site] = field(default_factory=list)
    issuers: list[Issuer] = field(default_factory=list)
    cards: dict[str, dict[str, Any]] = field(default_factory=dict)
    servers: list[dict[str, Any]] = field(default_factory=list)
    agents: list[dict[str, Any]] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)
    other: str = ""
    values: list[str] = field(default_factory=list)
    """Secrets that lie where they should not; none may leave a scan."""


class Planter:
    """One planting."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.truth = world.truth
        self.chance = world.chance.child("mcp")
        self.state = State(issuers=[Issuer(i.url, dict(i.more), i.openid, i.silent) for i in ISSUERS])
        self.anchors: list[Anchor] = []

    def plant(self) -> State:
        """Everything."""
        self.state.other = self.chance.text(32)
        for spec in SERVERS:
            self._server(spec)
        self._leaking()
        for card in CARDS:
            document = {"name": card.name, "url": card.url, "version": "1.0", "protocolVersion": "0.3.0", **card.document}
            self.state.cards[card.url] = document
            self._labelled(native("mcp", card.path), card.labels)
        for number, agent in enumerate(AGENTS):
            self._agent(agent, number)
        self._written_down()
        for anchor in self.anchors:
            self.truth.fine(anchor, "nothing of this risk was planted there")
        return self.state

    def _labelled(self, anchor: Anchor, labels: tuple[str, ...], note: str = "") -> None:
        self.anchors.append(anchor)
        for label in labels:
            self.truth.planted(label, anchor, note=note)

    def _server(self, spec: Spec) -> None:
        anchor = native("mcp", spec.path)
        self._labelled(anchor, spec.labels)
        for owasp, why in spec.looks:
            self.truth.decoy(owasp, anchor, why)
        self._served(spec)

    def _served(self, spec: Spec, site: Site | None = None) -> None:
        self.state.sites.append(site or spec.site())
        entry = {"url": spec.url, "environment": spec.environment, "vendor": spec.vendor}
        owner = "" if spec.vendor else "team:platform"
        self.state.servers.append({name: value for name, value in {**entry, "owner": owner}.items() if value})
        if spec.issuer and spec.url.startswith("https:"):
            self.state.tokens[self.chance.text(32)] = spec.url

    def _leaking(self) -> None:
        """Servers that show a live token, and one that shows a sample."""
        live, sample = self._github_token(), "ghp_" + "x" * 36
        for path, value, labels in (("leaky-search", live, ("mcp_secret_listed",)), ("sample-search", sample, ())):
            spec = Spec(f"{OURS}/{path}", (tool("search_code", f"Searches code with {value}."),))
            self._served(spec)
            self._labelled(native("mcp", path), labels)
        self.state.values.append(live)

    def _github_token(self) -> str:
        from keyrack_estate.minting import github_pat

        return github_pat(self.chance)

    def _person(self, number: int, *, gone: bool = False) -> str:
        people = self.world.company.gone if gone else self.world.company.active
        return people[number % len(people)].email

    def _agent(self, agent: Agent, number: int) -> None:
        entry: dict[str, Any] = {
            "id": agent.name,
            "framework": "langgraph",
            "model": "claude-sonnet-4",
            "purpose": agent.name.replace("-", " "),
            "access": agent.access,
            "status": agent.status,
            "environment": agent.environment,
            "created": self.world.days_ago(150).isoformat(),
            "last_used": self.world.days_ago(1).isoformat(),
        }
        if agent.sponsor:
            entry["sponsor"] = self._person(number, gone=agent.sponsor == "gone")
        if agent.runs_as:
            entry["runs_as"] = self._person(number) if agent.runs_as == "person" else agent.runs_as
        if agent.vendor:
            entry["vendor"] = agent.vendor
        entry["servers"] = [self._use(agent, target, tools) for target, tools in agent.uses]
        entry["credentials"] = [self._held(held) for held in agent.holds]
        self.state.agents.append(entry)
        self._labelled(native("mcp", agent.name), agent.labels)

    def _use(self, agent: Agent, target: str, tools: tuple[str, ...]) -> dict[str, Any]:
        common = {"tools": list(tools), "unasked": agent.unasked}
        if target.startswith("http"):
            return {"url": target, **common}
        name = target.rsplit("/", maxsplit=1)[-1].split("@", maxsplit=1)[0]
        unpinned = "@" not in target[1:]
        self._labelled(native("mcp", f"{agent.name}/{name}"), ("mcp_unpinned",) if unpinned else ())
        return {"name": name, "command": "npx", "args": ["-y", target], **common}

    def _held(self, held: Held) -> dict[str, Any]:
        """A credential, with its truth: by its public id, or by the place that a reference names."""
        anchor = key(held.public_id) if held.public_id else place("nordholm", held.reference)
        self._labelled(anchor, held.labels)
        expires = "never" if held.expires is None else (self.world.now + timedelta(days=held.expires)).isoformat()
        found = {
            "issuer": held.issuer,
            "kind": "api_token",
            "public_id": held.public_id,
            "reference": held.reference,
            "expires": expires,
            "created": self.world.days_ago(held.age).isoformat(),
            "last_used": self.world.days_ago(held.used).isoformat(),
            "person": "" if held.person is None else self._person(held.person),
        }
        return {name: value for name, value in found.items() if value}

    def _written_down(self) -> None:
        """An agent whose entry holds the value itself, and one whose value is a placeholder."""
        value = self._github_token()
        self.state.values.append(value)
        owner = self._person(5)
        for name, written, labels in (("careless", value, ("mcp_secret_in_registry",)), ("templated", "${ORDERS_TOKEN}", ())):
            entry = {"id": name, "sponsor": owner, "access": "read", "credentials": [{"name": "token", "value": written}]}
            self.state.agents.append(entry)
            self._labelled(native("mcp", name), labels)
