"""How grave a permission entry is, and which lists each client keeps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyrack.sdk.agents import permissions
from keyrack.sdk.agents.permissions import ORDER, covers, privilege

CASES = {
    "*": "admin", "Bash": "admin", "Bash(*)": "admin", "Bash(:*)": "admin", "Bash(python:*)": "admin", "Bash(sudo:*)": "admin",
    "Shell(*)": "admin", "run_shell_command": "admin", "execute_bash": "admin", "Bash(docker:*)": "admin", "Bash(npm *)": "admin",
    "Bash(npm run test:*)": "write", "Bash(git push:*)": "write", "Bash(terraform apply)": "write", "Edit": "write", "Write(src/**)": "write",
    "Bash(ls:*)": "read", "Bash(git status)": "read", "Bash(git diff:*)": "read", "Bash(cat x; rm y)": "write", "Read(./docs/**)": "read",
    "WebFetch(domain:example.com)": "read", "Grep": "read", "mcp__*": "admin", "mcp__github": "write", "mcp__github__*": "write",
    "mcp__github__create_issue": "write", "mcp__github__get_issue": "read", "mcp__github__list_issues": "list", "deleteRepository": "write",
    "mcp__github__add_team_member": "permissions", "grant_role": "permissions", "search_repositories": "read", "frobnicate": "unknown",
    "list_secrets": "list", "delete_secret": "permissions",
}  # fmt: skip


@pytest.mark.parametrize(("action", "expected"), CASES.items())
def test_privilege(action, expected):
    assert privilege(action) == expected


def test_covers():
    servers = permissions.index(("git", "github", "my server", "a__b"))
    assert covers("mcp__github__create_issue", servers) == ("github", "create_issue")
    assert covers("mcp__git", servers) == ("git", "*")
    assert covers("mcp__my_server__x", servers) == ("my server", "x")
    assert covers("@github/list_issues", servers) == ("github", "list_issues")
    assert covers("mcp__a__b__c", servers) == ("a__b", "c")
    assert covers("mcp__other__x", servers) is None
    assert covers("Bash(ls)", servers) is None


@pytest.mark.parametrize(
    ("client", "document"),
    [
        ("claude-code", {"permissions": {"defaultMode": "bypassPermissions"}}),
        ("codex", {"approval_policy": "never", "sandbox_mode": "danger-full-access"}),
        ("vscode", {"chat.tools.autoApprove": True}),
        ("zed", {"agent": {"always_allow_tool_actions": True}}),
        ("goose", {"GOOSE_MODE": "auto"}),
        ("qwen-code", {"tools": {"approvalMode": "yolo"}}),
        ("opencode", {"permission": "allow"}),
    ],
)
def test_switches_that_ask_nothing(client, document):
    assert [p.action for p in permissions.read(client, document)] == ["*"]
    assert list(permissions.read(client, {})) == []


def test_lists():
    claude = list(
        permissions.read("claude-code", {"permissions": {"allow": ["Bash(*)"], "deny": ["Read(.env)"], "ask": ["Edit"]}})
    )
    assert [(p.effect, p.action) for p in claude] == [("allow", "Bash(*)"), ("deny", "Read(.env)")]
    projects = list(permissions.read("claude-code", {"projects": {"/w": {"allowedTools": ["Edit"]}}}))
    assert [p.action for p in projects] == ["Edit"]
    assert [p.action for p in permissions.read("gemini-cli", {"tools": {"allowed": ["run_shell_command(git)"]}})] == [
        "run_shell_command(git)"
    ]
    assert [
        p.action for p in permissions.read("opencode", {"permission": {"bash": {"git *": "allow", "*": "ask"}, "edit": "allow"}})
    ] == [
        "bash(git *)",
        "edit(*)",
    ]


def test_vscode_terminal_rules():
    document = {"chat.tools.terminal.autoApprove": {"python": True, "rm": False, "/^git diff/": True, "ls": True}}
    found = [p.action for p in permissions.read("vscode", document)]
    assert found == ["terminal(python *)", "terminal(/^git diff/)", "terminal(ls *)"]
    assert [privilege(action) for action in found] == ["admin", "write", "read"]


@given(st.text(max_size=80))
def test_privilege_is_total(action):
    assert privilege(action) in ORDER
