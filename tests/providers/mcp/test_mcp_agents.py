"""The registry of agents and agent cards: what they state becomes records, and a value written down is a leak."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest
from mcp_kit import NOW, World, of

from keyrack.errors import KeyrackError
from keyrack.providers.mcp import provider
from keyrack.records import Credential, Gap, Grant, Identity, Ownership, Placement, Trust, Usage
from keyrack.sdk import Context, Fingerprinter, Target
from keyrack.sdk.testing import check_contract
from keyrack_estate.fakes.mcp_state import Card

REGISTRY = """
organisation = "Acme"
[[agents]]
id = "triage"
framework = "langgraph"
model = "claude-sonnet-4"
access = "read"
sponsor = "Ann@Acme.example"
team = "orders"
environment = "production"
created = 2026-01-05T00:00:00Z
last_used = 2026-11-01T00:00:00Z
client_id = "0oa1"
[[agents.servers]]
url = "https://MCP.acme.example/orders/?key=x"
tools = ["list_orders", "refund_order", "*"]
unasked = true
[[agents.servers]]
name = "files"
command = "npx"
args = ["-y", "@acme/files@1.2.3"]
[[agents.credentials]]
issuer = "github"
public_id = "key-1"
reference = "vault:secret/agents/triage"
expires = "never"
person = "Ann@acme.example"
[[agents]]
name = "old"
status = "retired"
"""
CONTEXT = Context(now=NOW, fingerprint=Fingerprinter(b"k"))


def scanned(path: Path) -> list[object]:
    return list(check_contract(provider, Target("mcp", options={"agents": str(path)}), CONTEXT))


def test_an_agent_of_the_registry(tmp_path: Path) -> None:
    path = tmp_path / "agents.toml"
    path.write_text(REGISTRY)
    records = scanned(path)
    agents = {r.uid: r for r in of(records, Identity, type="mcp:agent")}  # type: ignore[arg-type]
    assert set(agents) == {"mcp:acme:agent/triage", "mcp:acme:agent/old"}
    triage = agents["mcp:acme:agent/triage"]
    assert (triage.environment, triage.created_at is not None, triage.attrs["client_id"]) == ("prod", True, "0oa1")
    assert agents["mcp:acme:agent/old"].status == "disabled"
    owners = {(o.owner, o.evidence) for o in of(records, Ownership)}  # type: ignore[arg-type]
    assert owners == {("ann@acme.example", "sponsor"), ("team:orders", "owner")}
    launched = {t.identity_uid for t in of(records, Trust)}  # type: ignore[arg-type]
    assert launched == {"mcp:mcp.acme.example:server/orders", "mcp:acme:server/triage/files"}
    weights = {g.privilege: g.actions for g in of(records, Grant)}  # type: ignore[arg-type]
    assert weights == {"list": ["list_orders"], "write": ["refund_order", "*"]}
    (credential,) = of(records, Credential)  # type: ignore[arg-type]
    assert (credential.uid, credential.expiry, credential.attrs["person"]) == ("cred:github:key-1", "never", "ann@acme.example")
    (where,) = of(records, Placement)  # type: ignore[arg-type]
    assert (where.system, where.exposure, where.attrs["referenced"]) == ("vault", "sanctioned", "true")
    assert [u.grade for u in of(records, Usage)] == ["reported"]  # type: ignore[arg-type]
    (stdio,) = of(records, Identity, uid="mcp:acme:server/triage/files")  # type: ignore[arg-type]
    assert (stdio.attrs["package"], stdio.attrs["pin"]) == ("@acme/files", "exact")


def test_a_value_in_the_registry_is_a_leak(tmp_path: Path) -> None:
    value = secrets.token_urlsafe(30)
    path = tmp_path / "agents.json"
    path.write_text(f'{{"agents": [{{"id": "a", "credentials": [{{"name": "token", "value": "{value}"}}]}}]}}')
    records = check_contract(provider, Target("mcp", options={"agents": str(path)}), CONTEXT, planted=[value])
    (credential,) = of(records, Credential)
    assert credential.fingerprint
    (where,) = of(records, Placement)
    assert (where.system, where.consumer_uid) == ("agent_config", "mcp:agents:agent/a")


@pytest.mark.parametrize("text", ['{"agents": 1}', '{"agents": [{"model": "x"}]}', '{"agents": [1, null]}', "{}"])
def test_a_broken_registry_is_a_gap(tmp_path: Path, text: str) -> None:
    path = tmp_path / "agents.json"
    path.write_text(text)
    assert {g.reason for g in of(scanned(path), Gap)} == {"malformed"}  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "text"), [("agents.json", "{"), ("agents.toml", "a = ["), ("gone.toml", None)])
def test_a_registry_that_is_none_is_a_sentence(tmp_path: Path, name: str, text: str | None) -> None:
    path = tmp_path / name
    if text is not None:
        path.write_text(text)
    with pytest.raises(KeyrackError):
        list(provider.discover(Target("mcp", options={"agents": str(path)}), CONTEXT))


def test_cards(world: World) -> None:
    skills = [{"id": "book", "name": "Book"}]
    asks = {"securitySchemes": {"staff": {"type": "oauth2"}}, "security": [{"staff": []}]}
    world.fake.cards = [
        Card(
            "https://a.example/.well-known/agent-card.json",
            {"name": "A", "url": "https://a.example/a2a", "skills": skills, **asks},
        ),
        Card("https://b.example/team/card", {"name": "B", "skills": skills, "provider": {"organization": "B Inc"}}),
    ]
    records = world.scan(servers="", cards="https://a.example,https://b.example/team/card,https://c.example/none")
    agents = {r.uid: r for r in of(records, Identity)}
    assert {uid: agent.attrs["auth"] for uid, agent in agents.items()} == {
        "mcp:a.example:agent/": "oauth",
        "mcp:b.example:agent/team/card": "none",
    }
    assert agents["mcp:b.example:agent/team/card"].vendor == "B Inc"
    assert [(g.subject, g.reason) for g in of(records, Gap)] == [("https://c.example/none", "missing")]
