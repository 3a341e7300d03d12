"""Finding configuration files: wildcards, links, system folders, and paths alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyrack.sdk.agents import known_configs, project_client, project_configs, system_configs


def put(root: Path, *paths: str) -> None:
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({}))


def found(files) -> dict[str, str | None]:
    return {f"{file.client}:{file.path.name}": file.blocked for file in files}


def test_wildcards_plugins_and_heavy_folders(tmp_path):
    put(
        tmp_path,
        ".claude/plugins/cache/market/plugin/1.0/.mcp.json",
        ".claude/plugins/cache/market/plugin/node_modules/x/.mcp.json",
        ".config/JetBrains/PyCharm2026.2/mcp.json",
        ".gemini/extensions/x/gemini-extension.json",
        ".aws/amazonq/cli-agents/ops.json",
        ".var/app/com.visualstudio.code/config/Code/User/mcp.json",
    )
    files = list(known_configs(tmp_path))
    assert sorted((file.client, str(file.path.relative_to(tmp_path))) for file in files) == [
        ("amazon-q", ".aws/amazonq/cli-agents/ops.json"),
        ("claude-code", ".claude/plugins/cache/market/plugin/1.0/.mcp.json"),
        ("gemini-cli", ".gemini/extensions/x/gemini-extension.json"),
        ("jetbrains-ai", ".config/JetBrains/PyCharm2026.2/mcp.json"),
        ("vscode", ".var/app/com.visualstudio.code/config/Code/User/mcp.json"),
    ]


def test_links(tmp_path):
    home, outside = tmp_path / "home", tmp_path / "outside"
    put(outside, "mcp.json")
    put(home, "dotfiles/mcp.json")
    for folder, target in (
        (".cursor", "../dotfiles/mcp.json"),
        (".lmstudio", str(outside / "mcp.json")),
        (".copilot", "nowhere"),
    ):
        (home / folder).mkdir()
        name = "mcp-config.json" if folder == ".copilot" else "mcp.json"
        (home / folder / name).symlink_to(target)
    (home / ".junie/mcp").mkdir(parents=True)
    (home / ".junie/mcp/mcp.json").symlink_to("mcp.json")
    assert found(known_configs(home)) == {
        "cursor:mcp.json": None,
        "lm-studio:mcp.json": "unsupported",
        "copilot-cli:mcp-config.json": "missing",
        "junie:mcp.json": "missing",
    }
    assert found(known_configs(home, root=tmp_path))["lm-studio:mcp.json"] is None


def test_project_and_system_folders(tmp_path):
    put(
        tmp_path,
        ".mcp.json",
        ".vscode/mcp.json",
        "opencode.json",
        "acme.code-workspace",
        "etc/claude-code/managed-settings.d/10.json",
    )
    assert {(f.client, f.level) for f in project_configs(tmp_path)} == {
        (c, "project") for c in ("claude-code", "vscode", "opencode")
    }
    assert [(f.client, f.level) for f in system_configs(tmp_path)] == [("claude-code", "system")]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (".mcp.json", ("claude-code", "")),
        ("services/api/.cursor/mcp.json", ("cursor", "services/api")),
        ("dotfiles/.config/goose/config.yaml", ("goose", "dotfiles")),
        ("home/Library/Application Support/Claude/claude_desktop_config.json", ("claude-desktop", "home")),
        (".kiro/agents/ops.json", ("kiro", "")),
        ("team.code-workspace", ("vscode", "")),
        ("settings.json", None),
        ("src/.mcp.json.bak", None),
        ("x.cursor/mcp.json", None),
        ("", None),
    ],
)
def test_by_path(path, expected):
    assert project_client(path) == expected


@given(st.text(max_size=80))
def test_by_any_path(path):
    assert project_client(path) is None or path
