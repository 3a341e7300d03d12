"""Every client on each of its three systems: the file is found, understood, and its secrets are placed."""

from __future__ import annotations

import json

import msgspec
import pytest
import yaml
from agent_kit import scan

from keyrack.records import Credential, Identity, Placement, Trust
from keyrack.sdk.agents.clients import BY_NAME, CLIENTS, expand

MAC, WINDOWS, LINUX = "Library/Application Support", "AppData/Roaming", ".config"

# client, file on Linux, macOS, Windows (one text: the same everywhere), dialect
FILES = [
    ("claude-desktop", [f"{base}/Claude/claude_desktop_config.json" for base in (LINUX, MAC, WINDOWS)], "map"),
    ("claude-code", [".claude.json"], "map"),
    ("claude-code", [".claude.json"], "projects"),
    ("cursor", [".cursor/mcp.json"], "map"),
    ("vscode", [f"{base}/Code/User/mcp.json" for base in (LINUX, MAC, WINDOWS)], "servers"),
    ("vscode", [f"{base}/Code - Insiders/User/settings.json" for base in (LINUX, MAC, WINDOWS)], "vscode-settings"),
    ("vscode", [".vscode-server/data/User/mcp.json"], "servers"),
    ("windsurf", [".codeium/windsurf/mcp_config.json"], "serverUrl"),
    ("zed", [f"{LINUX}/zed/settings.json", f"{LINUX}/zed/settings.json", f"{WINDOWS}/Zed/settings.json"], "zed"),
    ("codex", [".codex/config.toml"], "toml"),
    ("gemini-cli", [".gemini/settings.json"], "httpUrl"),
    ("antigravity", [".gemini/antigravity/mcp_config.json"], "serverUrl"),
    ("qwen-code", [".qwen/settings.json"], "httpUrl"),
    ("continue", [".continue/config.yaml"], "yaml-list"),
    ("continue", [".continue/config.json"], "continue-old"),
    ("goose", [f"{LINUX}/goose/config.yaml", f"{LINUX}/goose/config.yaml", f"{WINDOWS}/Block/goose/config/config.yaml"], "goose"),
    (
        "cline",
        [
            f"{base}/Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json"
            for base in (LINUX, MAC, WINDOWS)
        ],
        "map",
    ),
    ("cline-cli", [".cline/data/settings/cline_mcp_settings.json"], "map"),
    (
        "roo-code",
        [
            f"{base}/Code/User/globalStorage/rooveterinaryinc.roo-cline/settings/mcp_settings.json"
            for base in (LINUX, MAC, WINDOWS)
        ],
        "map",
    ),
    (
        "kilo-code",
        [f"{base}/Code/User/globalStorage/kilocode.kilo-code/settings/mcp_settings.json" for base in (LINUX, MAC, WINDOWS)],
        "map",
    ),
    ("copilot-cli", [".copilot/mcp-config.json"], "map"),
    (
        "copilot-jetbrains",
        [
            ".config/github-copilot/intellij/mcp.json",
            f"{MAC}/github-copilot/intellij/mcp.json",
            "AppData/Local/github-copilot/intellij/mcp.json",
        ],
        "servers",
    ),
    ("opencode", [".config/opencode/opencode.json"], "opencode"),
    ("amazon-q", [".aws/amazonq/mcp.json"], "map"),
    ("kiro", [".kiro/settings/mcp.json"], "map"),
    ("lm-studio", [".lmstudio/mcp.json"], "map"),
    ("warp", [".warp/.mcp.json"], "map"),
    ("junie", [".junie/mcp/mcp.json"], "map"),
    ("jetbrains-ai", [f"{base}/JetBrains/PyCharm2026.2/mcp.json" for base in (LINUX, MAC, WINDOWS)], "map"),
    ("trae", [f"{base}/Trae/User/mcp.json" for base in (LINUX, MAC, WINDOWS)], "map"),
    ("crush", [f"{LINUX}/crush/crush.json", f"{LINUX}/crush/crush.json", "AppData/Local/crush/crush.json"], "crush"),
    ("factory", [".factory/mcp.json"], "map"),
    ("amp", [".config/amp/settings.json"], "amp"),
    ("augment", [".augment/settings.json"], "map"),
    ("openclaw", [".openclaw/openclaw.json"], "map"),
    ("cortex-code", [".snowflake/cortex/mcp.json"], "map"),
    ("mcporter", [".mcporter/mcporter.json"], "map"),
    ("tabnine", [".tabnine/mcp_servers.json"], "map"),
    ("sema4", [".sema4ai/sema4ai-studio/mcp_servers.json"], "map"),
]
CASES = [
    pytest.param(client, path, dialect, id=f"{client}-{dialect}-{index}")
    for client, paths, dialect in FILES
    for index, path in enumerate(dict.fromkeys(paths))
]


def document(dialect: str, env: dict[str, str], header: str) -> str:
    """One stdio server ``github`` with secrets in its environment and one remote server ``remote`` with a header."""
    line = ["-y", "@modelcontextprotocol/server-github@1.2.3"]
    local = {"command": "npx", "args": line, "env": env}
    remote = {"url": "https://mcp.example.com/mcp", "headers": {"Authorization": header}}
    both = {"github": local, "remote": {"type": "http", **remote}}
    if dialect == "toml":
        table = "\n".join(f"{name} = {json.dumps(value)}" for name, value in env.items())
        return (
            f'model = "o"\n[mcp_servers.github]\ncommand = "npx"\nargs = {json.dumps(line)}\n[mcp_servers.github.env]\n{table}\n'
            f'[mcp_servers.remote]\nurl = "{remote["url"]}"\nhttp_headers = {{ Authorization = {json.dumps(header)} }}\n'
        )
    shapes = {
        "map": {"mcpServers": both},
        "projects": {"projects": {"/home/ann/web": {"mcpServers": both}}},
        "servers": {"servers": both, "inputs": [{"id": "x", "type": "promptString", "password": True}]},
        "vscode-settings": {"editor.fontSize": 12, "mcp": {"servers": both}},
        "serverUrl": {"mcpServers": {"github": local, "remote": {"serverUrl": remote["url"], "headers": remote["headers"]}}},
        "httpUrl": {"mcpServers": {"github": local, "remote": {"httpUrl": remote["url"], "headers": remote["headers"]}}},
        "zed": {"context_servers": {"github": {"source": "custom", **local}, "remote": remote}},
        "yaml-list": {
            "name": "x",
            "mcpServers": [{"name": "github", **local}, {"name": "remote", "type": "streamable-http", **remote}],
        },
        "continue-old": {
            "experimental": {
                "modelContextProtocolServers": [
                    {"name": "github", "transport": {"type": "stdio", **local}},
                    {"name": "remote", "transport": {"type": "http", **remote}},
                ]
            }
        },
        "goose": {
            "extensions": {
                "developer": {"type": "builtin", "enabled": True},
                "github": {"type": "stdio", "cmd": "npx", "args": line, "envs": env, "enabled": True},
                "remote": {"type": "streamable_http", "uri": remote["url"], "headers": remote["headers"]},
            }
        },
        "opencode": {
            "mcp": {
                "github": {"type": "local", "command": ["npx", *line], "environment": env, "enabled": True},
                "remote": {"type": "remote", **remote},
            }
        },
        "crush": {"mcp": {"github": {"type": "stdio", **local}, "remote": {"type": "http", **remote}}},
        "amp": {"amp.mcpServers": both},
    }
    return (
        yaml.safe_dump(shapes[dialect])
        if dialect in {"yaml-list", "goose"}
        else "// a comment\n" + json.dumps(shapes[dialect], indent=1)
    )


@pytest.mark.parametrize(("client", "path", "dialect"), CASES)
def test_client(client, path, dialect, tmp_path, tokens):
    key, secret = tokens.aws()
    env = {
        "GITHUB_PERSONAL_ACCESS_TOKEN": tokens.github(),
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "LOG": "debug",
    }
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(document(dialect, env, f"Bearer {tokens.bearer()}"))
    found = scan(tmp_path)

    agents = [r for r in found if isinstance(r, Identity) and r.type == "mcp:agent"]
    servers = {r.name: r for r in found if isinstance(r, Identity) and r.type == "mcp:server"}
    assert [(a.attrs["client"], a.name) for a in agents] == [(client, BY_NAME[client].title)]
    assert set(servers) == {"github", "remote"}
    local, remote = servers["github"].attrs, servers["remote"].attrs
    assert (local["transport"], local["runner"], local["pin"], local["version"], local["auth"]) == (
        "stdio",
        "npx",
        "exact",
        "1.2.3",
        "env",
    )
    assert (remote["transport"], remote["url"], remote["auth"]) == ("http", "https://mcp.example.com/mcp", "header")
    assert {t.identity_uid for t in found if isinstance(t, Trust)} == {s.uid for s in servers.values()}

    credentials = {r.uid: r for r in found if isinstance(r, Credential)}
    assert {c.issuer for c in credentials.values()} == {"github", "aws", "unknown"}
    assert f"cred:aws:{key}" in credentials
    placements = [r for r in found if isinstance(r, Placement)]
    assert len(placements) == len(credentials) == 3
    holders = {credentials[p.credential_uid].issuer: p.consumer_uid for p in placements}
    assert holders == {"github": servers["github"].uid, "aws": servers["github"].uid, "unknown": servers["remote"].uid}
    assert all(p.line and p.system == "agent_config" and p.exposure == "config" for p in placements)
    everything = msgspec.json.encode(found).decode()
    assert not [token for token in tokens.made if token in everything]


def test_every_client_with_servers_is_tested():
    tested = {client for client, _, _ in FILES}
    assert {client.name for client in CLIENTS if client.user and client.keys} == tested


def test_names_are_unique():
    assert len(BY_NAME) == len(CLIENTS)


def test_no_client_names_a_file_twice_where_case_does_not_count():
    for client in CLIENTS:
        plain = {path for pattern in (*client.user, *client.stores) for path in expand(pattern)}
        loose = [path.lower() for path in plain if not path.startswith((".config/", ".local/", ".var/"))]
        assert len(loose) == len(set(loose)), client.name
