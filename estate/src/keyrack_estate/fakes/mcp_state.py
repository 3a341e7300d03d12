"""State of the fake MCP world: servers, authorization servers, agent cards; and the ways in which a server may be wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

JSON = dict[str, Any]
MODERN, LEGACY = "2026-07-28", "2025-11-25"


@dataclass
class Issuer:
    """An authorization server. ``more`` overrides its metadata (``None`` takes a field out); ``openid``: OpenID Connect only."""

    url: str
    more: JSON = field(default_factory=dict)
    openid: bool = False
    silent: bool = False

    def metadata(self, base: str) -> JSON:
        """Its metadata document (RFC 8414)."""
        url = self.at(base)
        whole = {
            "issuer": url,
            "authorization_endpoint": f"{url}/authorize",
            "token_endpoint": f"{url}/token",
            "jwks_uri": f"{url}/jwks",
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt", "none"],
            "client_id_metadata_document_supported": True,
            "authorization_response_iss_parameter_supported": True,
            **self.more,
        }
        return {name: value for name, value in whole.items() if value is not None}

    def at(self, base: str) -> str:
        """Its URL; a bare path lies wherever the fake is served."""
        return self.url if "://" in self.url else base + self.url


@dataclass
class Site:
    """An MCP server.

    Attributes:
        url: its address, or a path below wherever the fake is served.
        issuer: URL of the authorization server it trusts; empty: it asks for no token.
        tools, prompts, resources: what it lists.
        faults: ids of requirements it breaks (``keyrack.providers.mcp.musts``), and oddities: ``legacy``, ``dual``, ``sse``,
            ``weak-sessions``, ``no-sessions``, ``stream``, ``lists-open``, ``cors``, ``moved``, ``html``.
        scopes: what it says it has.
    """

    url: str
    issuer: str = ""
    tools: list[JSON] = field(default_factory=list)
    prompts: list[JSON] = field(default_factory=list)
    resources: list[JSON] = field(default_factory=list)
    faults: set[str] = field(default_factory=set)
    scopes: Sequence[str] = ("tools:read",)
    name: str = "nordholm-server"
    instructions: str = ""
    sessions: list[str] = field(default_factory=list)
    ended: set[str] = field(default_factory=set)
    calls: Counter[str] = field(default_factory=Counter)

    def at(self, base: str) -> str:
        """Its URL as clients know it."""
        return self.url if "://" in self.url else base + self.url

    def has(self, *faults: str) -> bool:
        """Whether it is wrong in one of these ways."""
        return bool(self.faults.intersection(faults))

    def capabilities(self) -> JSON:
        """What it declares."""
        found: JSON = {} if self.has("tools-declared") else {"tools": {"listChanged": True}}
        found |= {"prompts": {}} if self.prompts else {}
        found |= {"resources": {}} if self.resources else {}
        return found | ({"extensions": {"tasks": {}}} if self.has("extension-names") else {})


@dataclass
class Card:
    """An agent card and where it lies."""

    url: str
    document: JSON

    def at(self, base: str) -> str:
        """Its URL."""
        return self.url if "://" in self.url else base + self.url


def tool(name: str, description: str = "", parameters: Sequence[str] = ("query",), **more: Any) -> JSON:
    """A tool with text parameters; ``more`` are further fields (``annotations``)."""
    schema = {"type": "object", "properties": {name: {"type": "string"} for name in parameters}}
    return {"name": name, "description": description or f"{name.replace('_', ' ').capitalize()}.", "inputSchema": schema, **more}
