"""Agents found on a machine's disk: homes of three systems, WSL, remembered projects, deployed files, and links."""

from __future__ import annotations

import json
import random
import string
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from tokens import checked

from keyrack.providers.machine import agents
from keyrack.providers.machine.accounts import Account
from keyrack.providers.machine.emit import Setting
from keyrack.providers.machine.root import Root
from keyrack.providers.machine.walk import Met
from keyrack.records import Credential, Gap, Identity, Placement
from keyrack.sdk import Context, Fingerprinter

SETTING = Setting("image", Context(now=datetime(2026, 11, 24, tzinfo=UTC), fingerprint=Fingerprinter(b"k" * 32)), {0: "root"})
RNG = random.Random(3)
ENTRY = {"command": "npx", "args": ["-y", "pkg"]}


def token() -> str:
    return checked("ghp_", "".join(RNG.choice(string.ascii_letters + string.digits) for _ in range(36)))


def write(root: Path, path: str, document: object) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(document))


def servers(root: Path, homes: dict[str, str], met=()) -> dict[str, Identity]:
    found = list(agents.discover(Root(str(root)), SETTING, [Account(name, home) for name, home in homes.items()], met))
    assert not [r for r in found if isinstance(r, Gap)]
    return {r.uid: r for r in found if isinstance(r, Identity) and r.type == "mcp:server"}


def test_three_systems_on_one_image(tmp_path):
    write(tmp_path, "home/ann/.config/Claude/claude_desktop_config.json", {"mcpServers": {"l": ENTRY}})
    write(tmp_path, "Users/bob/Library/Application Support/Claude/claude_desktop_config.json", {"mcpServers": {"m": ENTRY}})
    write(tmp_path, "Users/cyd/AppData/Roaming/Claude/claude_desktop_config.json", {"mcpServers": {"w": ENTRY}})
    homes = {"ann": "/home/ann", "bob": "/Users/bob", "cyd": "/Users/cyd"}
    assert set(servers(tmp_path, homes)) == {
        f"machine:image:mcp-server/{user}/claude-desktop/{n}" for user, n in zip(homes, "lmw", strict=True)
    }


def test_wsl_home_inside_a_windows_home(tmp_path):
    write(
        tmp_path,
        "Users/cyd/AppData/Local/Packages/Canonical.Ubuntu_x/LocalState/rootfs/home/cyd/.cursor/mcp.json",
        {"mcpServers": {"s": ENTRY}},
    )
    assert set(servers(tmp_path, {"cyd": "/Users/cyd"})) == {"machine:image:mcp-server/cyd/cursor/s"}


def test_remembered_projects_are_read(tmp_path):
    write(tmp_path, "home/ann/.claude.json", {"projects": {"/srv/web": {}, "/gone": {}}})
    write(tmp_path, "srv/web/.mcp.json", {"mcpServers": {"s": ENTRY}})
    write(tmp_path, "srv/web/.cursor/mcp.json", {"mcpServers": {"s": ENTRY}})
    found = servers(tmp_path, {"ann": "/home/ann"})
    assert set(found) == {f"machine:image:mcp-server/ann/{client}/s@/srv/web" for client in ("claude-code", "cursor")}


def test_deployed_for_everyone_and_met_on_the_way(tmp_path):
    write(
        tmp_path,
        "etc/claude-code/managed-mcp.json",
        {"mcpServers": {"m": {"type": "http", "url": "http://mcp.acme.example/mcp"}}},
    )
    write(tmp_path, "opt/app/.vscode/mcp.json", {"servers": {"v": ENTRY}})
    write(tmp_path, "home/ann/web/.mcp.json", {"mcpServers": {"s": ENTRY}})
    ann = Account("ann", "/home/ann")
    met = [
        (Met("/opt/app", "repository"), None),
        (Met("/home/ann/web/.mcp.json", "file"), ann),
        (Met("/opt/app/package.json", "file"), None),
    ]
    found = servers(tmp_path, {"ann": "/home/ann"}, met)
    assert set(found) == {
        "machine:image:mcp-server/claude-code/m",
        "machine:image:mcp-server/vscode/v@/opt/app",
        "machine:image:mcp-server/ann/claude-code/s@/home/ann/web",
    }
    assert found["machine:image:mcp-server/claude-code/m"].attrs["auth"] == "none"


def test_placement_tells_mode_and_readers_and_no_secret(tmp_path):
    secret = token()
    write(tmp_path, "home/ann/.cursor/mcp.json", {"mcpServers": {"s": {"command": "x", "env": {"GITHUB_TOKEN": secret}}}})
    (tmp_path / "home/ann/.cursor/mcp.json").chmod(0o640)
    found = list(agents.discover(Root(str(tmp_path)), SETTING, [Account("ann", "/home/ann")]))
    (placement,) = [r for r in found if isinstance(r, Placement)]
    assert (placement.system, placement.exposure, placement.mode, placement.path) == (
        "agent_config",
        "config",
        "0640",
        "/home/ann/.cursor/mcp.json",
    )
    assert placement.consumer_uid == "machine:image:mcp-server/ann/cursor/s"
    assert secret not in msgspec.json.encode(found).decode()


def test_expired_session_is_marked(tmp_path):
    store = {"claudeAiOauth": {"accessToken": "sk-ant-oat01-" + token() + token(), "expiresAt": 1700000000000}}
    write(tmp_path, "home/ann/.claude/.credentials.json", store)
    found = list(agents.discover(Root(str(tmp_path)), SETTING, [Account("ann", "/home/ann")]))
    assert [c.status for c in found if isinstance(c, Credential)] == ["expired"]


def test_links_stay_inside_the_image(tmp_path):
    image, outside = tmp_path / "image", tmp_path / "outside"
    write(outside, "mcp.json", {"mcpServers": {"stolen": ENTRY}})
    write(image, "dotfiles/mcp.json", {"mcpServers": {"own": ENTRY}})
    (image / "home/ann/.cursor").mkdir(parents=True)
    (image / "home/ann/.cursor/mcp.json").symlink_to("/dotfiles/mcp.json")
    (image / "home/ann/.claude.json").symlink_to(outside / "mcp.json")
    (image / "home/ann/.lmstudio").mkdir()
    (image / "home/ann/.lmstudio/mcp.json").symlink_to("mcp.json")
    found = list(agents.discover(Root(str(image)), SETTING, [Account("ann", "/home/ann")]))
    assert [r.name for r in found if isinstance(r, Identity) and r.type == "mcp:server"] == ["own"]
    assert [(g.reason, g.subject) for g in found if isinstance(g, Gap)] == [("unreadable", "/home/ann/.lmstudio/mcp.json")]


@pytest.mark.parametrize("data", [b"{", b"\x00" * 50, b"[]"])
def test_bad_file_is_a_gap(tmp_path, data):
    (tmp_path / "home/ann/.cursor").mkdir(parents=True)
    (tmp_path / "home/ann/.cursor/mcp.json").write_bytes(data)
    found = list(agents.discover(Root(str(tmp_path)), SETTING, [Account("ann", "/home/ann")]))
    assert [(r.capability, r.reason) for r in found] == [("machine.agents", "malformed")]


def test_empty_home_says_nothing(tmp_path):
    (tmp_path / "home/ann").mkdir(parents=True)
    assert list(agents.discover(Root(str(tmp_path)), SETTING, [Account("ann", "/home/ann"), Account("bob", "/home/gone")])) == []
