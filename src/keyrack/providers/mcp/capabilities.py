"""What the provider sees and needs, and the words it brings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from keyrack.records import Credential, Grant, Identity, Ownership, Placement, Resource, Trust, Usage
from keyrack.sdk import Capability, Manifest, Option, Permission, Words

_TOKEN: Final = Permission(
    "a token that this server accepts", "servers that ask for one show their tools to nobody else", optional=True
)
_NET: Final = Permission("https to each server", "the questions themselves; nothing is written and no tool is called")

WORDS: Final = Words(
    identity_attrs={
        "protocol": "protocol version an MCP server or agent speaks",
        "versions": "protocol versions an MCP server says it supports",
        "software": "name an MCP server gives itself; not verified",
        "open": "what an MCP server shows to anybody without a token: lists, handshake, no",
        "challenge": "an MCP server refuses with a Bearer challenge (true)",
        "scopes": "scopes an MCP server says it has",
        "cors": "web pages that may read an MCP server's answers: any, reflected",
        "session_ids": "strong, or weak: short, repeating or counting up",
        "redirects_to": "where an MCP server sends clients instead of answering",
        "instructions": "what an MCP server's instructions hide or order: hidden-text, hidden-markup, instruction",
        "tools_listed": "number of tools an MCP server lists",
        "writing_listed": "number of its tools that change things, by their names and claims",
        "prompts_listed": "number of prompts an MCP server lists",
        "resources_listed": "number of resources an MCP server lists",
        "templates_listed": "number of resource templates an MCP server lists",
        "framework": "framework an agent is built with",
        "model": "model an agent runs on",
        "purpose": "what an agent is for, in its sponsor's words",
        "access": "how much that purpose needs: list, read, write, permissions, admin",
        "client_id": "OAuth client an agent signs in as",
        "runs_as": "account an agent works under, as its registry says",
        "card": "URL of an agent card (A2A)",
        "auth_kinds": "kinds of sign-in an agent card asks for",
        "signed": "the agent card is signed (true/false)",
        "suspicious": "what texts meant for models hide or order: hidden-text, hidden-markup, instruction",
    },
    placement_attrs={"server": "uid of the MCP server that shows it"},
    grant_attrs={"unasked": "the agent calls these tools without asking a person (true/false)"},
    resource_types={
        "mcp:tool": "tool an MCP server lists",
        "mcp:prompt": "prompt an MCP server lists",
        "mcp:resource": "resource an MCP server lists",
        "mcp:template": "resource template an MCP server lists",
        "mcp:authorization-server": "authorization server whose tokens an MCP server takes",
        "mcp:must": "one requirement of the MCP specification, with its verdict on one server",
    },
    resource_attrs={
        "server": "uid of the MCP server",
        "title": "title, for people",
        "description": "description as models read it, cut, control characters escaped",
        "hash": "SHA-256 over name, title, description, schemas and annotations",
        "previous_hash": "the hash before the last change, for thirty days after it",
        "changed_at": "when a scan first saw the change, ISO time",
        "added": "first seen less than thirty days ago, on a server that was known before (true)",
        "suspicious": "what texts meant for models hide or order: hidden-text, hidden-markup, instruction",
        "parameters": "parameters of a tool",
        "read_only": "a tool's own claim to change nothing (true/false)",
        "destructive": "a tool's own claim to destroy (true/false)",
        "open_world": "a tool's own claim to reach beyond the server (true/false)",
        "idempotent": "a tool's own claim that repeating it changes nothing more (true/false)",
        "class": "how grave a tool's name sounds: list, read, write, permissions, admin, unknown",
        "writes": "a tool changes things, by its name and claims (true/false)",
        "metadata": "how metadata was found: oauth (RFC 8414) or openid; absent: not found",
        "registration": "how clients come into being: documents, dynamic, both or none stated",
        "pkce": "code challenge methods supported",
        "iss": "RFC 9207 is advertised (true/false)",
        "grants": "grant types supported",
        "client_auth": "ways clients authenticate at the token endpoint",
        "resources": "resource indicators (RFC 8707) are advertised (true)",
        "refused": "why an address was not asked",
        "binds": "whom a requirement binds: transport, messages, tools, authorization, authorization server",
        "section": "where a requirement stands in the specification",
        "requirement": "what it asks",
        "verdict": "pass, fail or not observable",
        "evidence": "what was seen",
    },
    mechanisms={"mcp:oauth": "a token of the authorization server opens the MCP server, if it was issued for it"},
)


def grant(permissions: Sequence[Permission]) -> str:
    """What to create so that Keyrack sees tools of servers that ask for a token: an OAuth client of its own that reads."""
    lines = [
        "# An OAuth client for Keyrack at the authorization server of each MCP server (RFC 7591 names).",
        "# Give it the narrowest scope that lets it list tools, and no refresh token; let the platform write the token to a file",
        "# (--mcp-token-file), or put it into a variable (--mcp-token-env).",
        "{",
        '  "client_name": "keyrack (read-only inventory)",',
        '  "grant_types": ["client_credentials"],',
        '  "token_endpoint_auth_method": "private_key_jwt",',
        '  "scope": "<scopes_supported of the server, without any that writes>"',
        "}",
        "",
        "# What for:",
        *(f"# - {permission.name}: {permission.why}" for permission in permissions),
    ]
    return "\n".join(lines) + "\n"


MANIFEST: Final = Manifest(
    name="mcp",
    title="MCP servers and agents",
    summary="Live MCP servers over streamable HTTP, their authorization servers and tools; agent cards; a registry of agents.",
    capabilities=(
        Capability(
            name="mcp.servers",
            title="MCP servers, their tools and their conformance",
            yields=(Identity, Resource, Ownership, Trust, Credential, Placement),
            permissions=(_NET, _TOKEN),
            blind_spots=(
                "servers nobody named: stdio servers, and those no configuration mentions",
                "what a tool does: none is called; its class comes from its name and its own claims",
                "whether calls need a token where lists do not",
                "tools shown only to other scopes or people than our token's",
            ),
            calls="for each server 11 (open), 14 (with a token), 10 (older), 4 (no token given), and 1 for each page of a list",
        ),
        Capability(
            name="mcp.authorization",
            title="How servers know their callers",
            yields=(Resource, Trust),
            permissions=(
                Permission("https to the metadata address", "RFC 9728, RFC 8414 and OpenID Connect documents, public by design"),
            ),
            blind_spots=(
                "what only a sign-in shows: redirect checks, consent, rotation of refresh tokens, iss in responses",
                "whether dynamic registration is open or wants a token: none is tried, for it would create a client",
                "audience checks, unless a token issued for something else is offered",
            ),
            calls="for each server 1 to 3, and 1 to 3 for each authorization server",
        ),
        Capability(
            name="mcp.agents",
            title="Registry of agents",
            yields=(Identity, Ownership, Trust, Grant, Credential, Placement, Usage),
            permissions=(Permission("read the registry file", "agents, sponsors, servers, tools and references to credentials"),),
            blind_spots=("agents that nobody registered; whether what the registry says is so",),
            calls="none: one file",
        ),
        Capability(
            name="mcp.cards",
            title="Agent cards (A2A)",
            yields=(Identity,),
            permissions=(Permission("https to the agent card", "the card is public by design"),),
            blind_spots=("extended cards behind a sign-in; signatures are noted and not checked",),
            calls="1 for each card",
        ),
    ),
    options=(
        Option("servers", "--mcp-servers", "MCP servers: a file (.toml, .json, or one URL a line), or URLs with commas between."),
        Option("agents", "--mcp-agents", "Registry of agents: a .toml, .json or .yaml file.", "path"),
        Option(
            "cards", "--mcp-cards", "Agent cards: a file, or URLs with commas between; a bare host means its well-known card."
        ),
        Option(
            "token_file", "--mcp-token-file", "File with a bearer token, read anew for each sign-in (workload identity).", "path"
        ),
        Option("token_env", "--mcp-token-env", "Name of the variable that holds a bearer token."),
        Option(
            "other_token_env",
            "--mcp-other-token-env",
            "Variable with a token issued for something else, to see whether it is refused.",
        ),
        Option(
            "endpoint", "--mcp-endpoint", "Send every call to this address instead, named in Forwarded (a gateway, a test bench)."
        ),
        Option("ca_file", "--mcp-ca-file", "Certificate authorities to trust.", "path"),
        Option("timeout", "--mcp-timeout", "Seconds to wait for a reply (10)."),
    ),
    words=WORDS,
    grant=grant,
)
