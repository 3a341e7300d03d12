"""Agent cards of the A2A protocol: what an agent says of itself, at a well-known address. Pure.

A2A specification (a2aproject/A2A), "Agent Card" and "Agent Discovery": ``name``, ``url``, ``provider``, ``skills``,
``securitySchemes``, ``security`` and, since 0.3, ``signatures``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from keyrack.providers.mcp.seen import safe, short
from keyrack.providers.mcp.tools import suspicions
from keyrack.records import Identity, Record
from keyrack.sdk.agents.secrets import public_url
from keyrack.sdk.fields import Raw, part, rows, text, texts

CAPABILITY: Final = "mcp.cards"


def card_records(card: Raw, url: str) -> Iterator[Record]:
    """The agent of a card; ``auth`` is ``none`` when the card asks for no sign-in at all."""
    parts = urlsplit(url)
    path = parts.path.removesuffix("/.well-known/agent-card.json").removesuffix("/.well-known/agent.json").strip("/")
    skills = rows(card, "skills")[:200]
    schemes = part(card, "securitySchemes") or part(card, "authentication")
    asked = card.get("security") or card.get("securityRequirements") or texts(card, "authentication", "schemes")
    kinds = sorted({short(text(part(schemes, name), "type") or name, 40) for name in schemes})
    found = {
        "url": public_url(text(card, "url") or url),
        "card": public_url(url),
        "version": short(text(card, "version") or "", 60),
        "protocol": short(text(card, "protocolVersion") or "", 20),
        "purpose": short(text(card, "description") or "", 300),
        "tools": ",".join(sorted(short(text(skill, "id") or text(skill, "name") or "", 60) for skill in skills))[:1000],
        "auth": ("oauth" if {"oauth2", "openIdConnect"} & set(kinds) else "header") if schemes and asked else "none",
        "auth_kinds": ",".join(kinds)[:200],
        "signed": "true" if rows(card, "signatures") else "false",
        "suspicious": ",".join(dict.fromkeys(name for item in (card, *skills) for name in suspicions(item))),
    }
    organisation = text(card, "provider", "organization")
    yield Identity(
        uid=f"mcp:{parts.netloc}:agent/{safe(path)}",
        kind="ai_agent",
        type="mcp:agent",
        name=short(text(card, "name") or parts.netloc),
        provider="mcp",
        scope=parts.netloc,
        vendor=short(organisation) if organisation else None,
        attrs={name: value for name, value in found.items() if value},
    )
