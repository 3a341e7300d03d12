"""MCP servers and how each agent client writes them down (file and shape per client: TESTBEDS.md, vendor docs)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

Block = dict[str, object]


@dataclass(frozen=True, slots=True)
class Server:
    """One MCP server as configured. ``secrets`` are values that lie in env, headers, args or URL."""

    name: str
    command: str | None = None
    args: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict, hash=False)
    url: str | None = None
    headers: dict[str, str] = field(default_factory=dict, hash=False)
    pinned: bool | None = None
    secrets: tuple[str, ...] = ()
    human: bool = False
    public_id: str | None = None
    note: str = ""
    unasked: bool | None = None
    asleep: bool = False
    more: dict[str, object] = field(default_factory=dict, hash=False)

    def block(self, url_field: str = "url") -> Block:
        """The common shape: command, args, env; or url, headers."""
        if self.url is not None:
            return {url_field: self.url, **({"headers": self.headers} if self.headers else {}), **self.more}
        return {"command": self.command, "args": list(self.args), **({"env": self.env} if self.env else {}), **self.more}


def _servers(key: str, url_field: str = "url", *, typed: bool = False, comment: str = "") -> Callable[[list[Server]], str]:
    def render(servers: list[Server]) -> str:
        blocks: Block = {}
        for server in servers:
            kind: Block = {"type": "http" if server.url else "stdio"} if typed else {}
            blocks[server.name] = kind | server.block(url_field)
        return comment + json.dumps({key: blocks}, indent=2) + "\n"

    return render


def _opencode(servers: list[Server]) -> str:
    blocks: Block = {}
    for server in servers:
        if server.url:
            blocks[server.name] = {"type": "remote", "url": server.url, "headers": server.headers, "enabled": True}
        else:
            command = [server.command, *server.args]
            blocks[server.name] = {"type": "local", "command": command, "environment": server.env, "enabled": True}
    return json.dumps({"$schema": "https://opencode.ai/config.json", "mcp": blocks}, indent=2) + "\n"


def _codex(servers: list[Server]) -> str:
    lines = ['model = "gpt-5.1-codex"', ""]
    for server in servers:
        lines.append(f"[mcp_servers.{server.name}]")
        if server.url:
            lines.append(f"url = {json.dumps(server.url)}")
        else:
            lines += [f"command = {json.dumps(server.command)}", f"args = {json.dumps(list(server.args))}"]
        for title, table in (("env", server.env), ("http_headers", server.headers)):
            if table:
                lines += [f"[mcp_servers.{server.name}.{title}]", *(f"{k} = {json.dumps(v)}" for k, v in table.items())]
        lines.append("")
    return "\n".join(lines)


def _continue(servers: list[Server]) -> str:
    lines = ["name: Local Assistant", "version: 1.0.0", "schema: v1", "mcpServers:"]
    for server in servers:
        lines.append(f"  - name: {server.name}")
        lines += [f"    {k}: {json.dumps(v)}" for k, v in server.block().items()]
    return "\n".join(lines) + "\n"


def _goose(servers: list[Server]) -> str:
    lines = ["GOOSE_PROVIDER: anthropic", "extensions:"]
    for server in servers:
        lines += [f"  {server.name}:", "    enabled: true", f"    type: {'streamable_http' if server.url else 'stdio'}"]
        if server.url:
            lines += [f"    uri: {json.dumps(server.url)}", f"    headers: {json.dumps(server.headers)}"]
        else:
            lines += [
                f"    cmd: {server.command}",
                f"    args: {json.dumps(list(server.args))}",
                f"    envs: {json.dumps(server.env)}",
            ]
    return "\n".join(lines) + "\n"


def _claude_code(servers: list[Server]) -> str:
    body = json.loads(_servers("mcpServers", typed=True)(servers))
    return json.dumps({"numStartups": 41, "autoUpdates": True, **body, "projects": {}}, indent=2) + "\n"


CLIENTS: dict[str, tuple[str, Callable[[list[Server]], str]]] = {
    "claude-desktop": (".config/Claude/claude_desktop_config.json", _servers("mcpServers")),
    "claude-code": (".claude.json", _claude_code),
    "cursor": (".cursor/mcp.json", _servers("mcpServers")),
    "vscode": (".config/Code/User/mcp.json", _servers("servers", typed=True, comment="// MCP servers of this user\n")),
    "windsurf": (".codeium/windsurf/mcp_config.json", _servers("mcpServers", "serverUrl")),
    "zed": (".config/zed/settings.json", _servers("context_servers", comment="// Zed settings\n")),
    "codex": (".codex/config.toml", _codex),
    "gemini": (".gemini/settings.json", _servers("mcpServers", "httpUrl")),
    "antigravity": (".gemini/antigravity/mcp_config.json", _servers("mcpServers", "serverUrl")),
    "continue": (".continue/config.yaml", _continue),
    "goose": (".config/goose/config.yaml", _goose),
    "cline": (
        ".config/Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json",
        _servers("mcpServers"),
    ),
    "copilot": (".copilot/mcp-config.json", _servers("mcpServers", typed=True)),
    "opencode": (".config/opencode/opencode.json", _opencode),
    "amazonq": (".aws/amazonq/mcp.json", _servers("mcpServers")),
    "kiro": (".kiro/settings/mcp.json", _servers("mcpServers")),
}
"""Client to (file below the home, renderer)."""
