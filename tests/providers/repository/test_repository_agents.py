"""Agent configurations of a repository, at its root, deeper, and in dotfile repositories."""

from __future__ import annotations

import json
import random
import string
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from tokens import checked

from keyrack.providers.repository import agents
from keyrack.providers.repository.tree import READ_LIMIT, DirectoryTree
from keyrack.records import Credential, Gap, Grant, Identity, Placement
from keyrack.sdk import Context, Fingerprinter

CTX = Context(now=datetime(2026, 11, 24, tzinfo=UTC), fingerprint=Fingerprinter(b"k" * 32))
RNG = random.Random(5)


def write(root: Path, path: str, document: object) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(document if isinstance(document, str) else json.dumps(document))


def test_every_place_in_a_repository(tmp_path):
    secret = checked("ghp_", "".join(RNG.choice(string.ascii_letters + string.digits) for _ in range(36)))
    entry = {"command": "npx", "args": ["pkg@latest"], "env": {"GITHUB_TOKEN": secret}}
    write(tmp_path, ".mcp.json", {"mcpServers": {"s": entry}})
    write(tmp_path, "services/api/.mcp.json", {"mcpServers": {"s": entry}})
    write(tmp_path, ".cursor/mcp.json", {"mcpServers": {"s": entry}})
    write(tmp_path, ".vscode/mcp.json", {"servers": {"s": entry}})
    write(tmp_path, ".codex/config.toml", '[mcp_servers.s]\ncommand = "npx"\nargs = ["pkg"]\n')
    write(tmp_path, ".continue/mcpServers/s.yaml", "mcpServers:\n  - name: s\n    command: uvx\n    args: [pkg==1.0]\n")
    write(tmp_path, "dotfiles/.config/goose/config.yaml", "extensions:\n  s: {type: stdio, cmd: uvx, args: [pkg]}\n")
    write(tmp_path, ".claude/settings.json", {"permissions": {"allow": ["Bash(*)"]}})
    write(tmp_path, "src/settings.json", {"mcpServers": {"no": entry}})
    write(tmp_path, "package.json", {"mcpServers": {"no": entry}})
    found = list(agents.discover(DirectoryTree(tmp_path, "acme/web"), CTX))
    servers = {
        r.uid.removeprefix("repo:acme/web:mcp-server/") for r in found if isinstance(r, Identity) and r.type == "mcp:server"
    }
    assert servers == {
        "claude-code/s", "claude-code/s@services/api", "cursor/s", "vscode/s", "codex/s", "continue/s", "goose/s@dotfiles",
    }  # fmt: skip
    assert len([r for r in found if isinstance(r, Credential)]) == 1
    placements = [r for r in found if isinstance(r, Placement)]
    assert {(p.system, p.exposure) for p in placements} == {("agent_config", "committed")}
    assert {p.path for p in placements} == {".mcp.json", "services/api/.mcp.json", ".cursor/mcp.json", ".vscode/mcp.json"}
    assert [g.privilege for g in found if isinstance(g, Grant)] == ["admin"]
    assert secret not in msgspec.json.encode(found).decode()
    assert len({(r.table, r.uid) for r in found}) == len(found)


def test_too_large_is_a_gap(tmp_path):
    write(tmp_path, ".mcp.json", " " * (READ_LIMIT + 1))
    assert [(r.reason, r.subject) for r in agents.discover(DirectoryTree(tmp_path, "x"), CTX) if isinstance(r, Gap)] == [
        ("unreadable", ".mcp.json")
    ]


def test_a_fixture_is_marked(tmp_path):
    entry = {
        "command": "x",
        "env": {"GITHUB_TOKEN": checked("ghp_", "".join(RNG.choice(string.ascii_letters + string.digits) for _ in range(36)))},
    }
    write(tmp_path, "tests/fixtures/.mcp.json", {"mcpServers": {"s": entry}})
    (placement,) = [r for r in agents.discover(DirectoryTree(tmp_path, "x"), CTX) if isinstance(r, Placement)]
    assert placement.attrs["test_path"] == "true"


def test_nothing(tmp_path):
    assert list(agents.discover(DirectoryTree(tmp_path, "x"), CTX)) == []
