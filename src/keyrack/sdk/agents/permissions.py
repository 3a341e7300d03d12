"""What an agent may do without asking: permission lists of each client, and how grave each entry is. Pure and total."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from keyrack.records.grant import Effect, Privilege
from keyrack.sdk.agents.documents import Document, table, words
from keyrack.sdk.agents.model import Permission

ORDER: Final[tuple[Privilege, ...]] = ("unknown", "list", "read", "write", "permissions", "admin")

_SHELL: Final = re.compile(
    r"(?i)(?:Bash|Shell|PowerShell|run_shell_command|ShellTool|execute_command|execute|terminal|developer__shell)(?:\((.*)\))?",
    re.DOTALL,
)
_ANY: Final = re.compile(r":?\*?|\*\*?|\*:\*")
_RUNS_ANYTHING: Final = frozenset(
    """
    sudo su doas sh bash zsh fish eval exec source env xargs find awk gawk perl python python3 ruby node deno bun npx bunx uvx
    php ssh docker podman kubectl nsenter chroot osascript powershell pwsh cmd make npm yarn pnpm uv pip go cargo curl wget nc
    """.split()  # noqa: SIM905 - a list of fifty quoted words is harder to read
)
_LOOKS_ONLY: Final = frozenset(
    "ls cat head tail grep rg fd pwd echo wc which whoami date tree stat file du df diff sort uniq cut jq yq ps env".split()  # noqa: SIM905
)
_GIT_LOOKS: Final = re.compile(
    r"(?:git (?:status|diff|log|show|branch|blame)|gh (?:pr|issue|run) (?:view|list|diff|status|checks))\b"
)
_PERMISSIONS: Final = re.compile(
    r"(?i)(?:^|[_\-.])(?:grant|permission|role|policy|iam|invite|member|collaborator|admin|secret|token|key)s?(?:[_\-.]|$)"
)
_WRITES: Final = re.compile(
    r"(?i)(?:^|[_\-.])(?:add|apply|approve|cancel|charge|clear|click|close|commit|create|delete|deploy|drop|edit|evaluate|execute|fork|import"
    r"|insert|install|kill|manage|merge|modify|move|navigate|patch|post|pay|publish|push|put|query|refund|remove|rename|replace|reply|restart|run"
    r"|scale|send|set|sql|start|stop|submit|transfer|trigger|type|update|upload|upsert|write)(?:[_\-.]|$)"
)
_READS: Final = re.compile(
    r"(?i)(?:^|[_\-.])(?:get|read|fetch|search|find|view|show|describe|check|download|resolve|lookup|explain|snapshot)(?:[_\-.]|$)"
)
_LISTS: Final = re.compile(r"(?i)(?:^|[_\-.])(?:list|ls|count)(?:[_\-.]|$)")
_BUILT_IN: Final[dict[str, Privilege]] = {
    "read": "read", "grep": "read", "glob": "list", "ls": "list", "webfetch": "read", "websearch": "read", "notebookread": "read",
    "edit": "write", "write": "write", "multiedit": "write", "notebookedit": "write", "todowrite": "list", "task": "write",
    "agent": "write", "skill": "write", "slashcommand": "write", "delete": "write", "patch": "write", "use_aws": "write",
    "fs_write": "write", "fs_read": "read", "execute_bash": "admin", "write_file": "write", "read_file": "read",
    "replace": "write", "web_fetch": "read",
}  # fmt: skip


def privilege(action: str) -> Privilege:
    """How much an agent may do by one entry, judged by its worst use.

    A shell without a command, or with one that can start any other, is ``admin``; a tool is judged by the verb in its name.
    """
    text = action.strip()
    if text in {"*", "mcp__*", "mcp__*__*", "*(*)"}:
        return "admin"
    shell = _SHELL.fullmatch(text)
    if shell is not None:
        return _shell(shell[1])
    name, _, _ = text.partition("(")
    if name.lower() in _BUILT_IN:
        return _BUILT_IN[name.lower()]
    tool = text.rpartition("__")[2] if text.startswith("mcp__") and text.count("__") > 1 else text
    if text.startswith("mcp__") and (text.count("__") == 1 or tool == "*"):
        return "write"  # every tool of one server
    return _tool(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", tool))


def read(client: str, document: Document) -> Iterator[Permission]:
    """Permissions a settings file states, for the clients that keep them there."""
    if client in {"claude-code", "cursor", "factory", "cortex-code"}:
        yield from _lists(table(document.get("permissions")))
    if client == "claude-code":
        yield from _claude(document)
    yield from _named_lists(client, document)
    yield from _modes(client, document)


def index(servers: Iterable[str]) -> dict[str, str]:
    """Server names by what permission entries call them: the name, and the name with odd characters as underscores."""
    found: dict[str, str] = {}
    for server in servers:
        found.setdefault(server, server)
        found.setdefault(re.sub(r"[^A-Za-z0-9_-]", "_", server), server)
    return found


def covers(action: str, servers: Mapping[str, str]) -> tuple[str, str] | None:
    """Server and tool an entry names (``mcp__github__create_issue``, ``@github/create_issue``), or None.

    ``servers`` is an :func:`index`; of two names that fit, the longer one is meant.
    """
    if action.startswith("@"):
        server, _, tool = action[1:].partition("/")
        return (servers[server], tool or "*") if server in servers else None
    if not action.startswith("mcp__"):
        return None
    parts = action[5:].partition("(")[0].split("__")
    for count in range(len(parts), 0, -1):
        name = "__".join(parts[:count])
        if name in servers:
            return servers[name], "__".join(parts[count:]) or "*"
    return None


def _lists(permissions: Document) -> Iterator[Permission]:
    effects: tuple[Effect, ...] = ("allow", "deny")
    for effect in effects:
        for action in words(permissions.get(effect)):
            yield Permission(effect, action[:300])


def _claude(document: Document) -> Iterator[Permission]:
    """``~/.claude.json`` keeps per-project lists; ``defaultMode`` may switch every question off."""
    if table(document.get("permissions")).get("defaultMode") in {"bypassPermissions", "dontAsk"}:
        yield Permission("allow", "*")
    for project in table(document.get("projects")).values():
        for action in words(table(project).get("allowedTools")):
            yield Permission("allow", action[:300])


def _named_lists(client: str, document: Document) -> Iterator[Permission]:
    paths = {
        "gemini-cli": (("tools", "allowed"), ("allowedTools",)),
        "qwen-code": (("tools", "allowed"), ("allowedTools",)),
        "amazon-q": (("allowedTools",),),
        "kiro": (("allowedTools",),),
        "crush": (("permissions", "allowed_tools"),),
    }
    for path in paths.get(client, ()):
        node: object = document
        for key in path:
            node = table(node).get(key)
        for action in words(node):
            yield Permission("allow", action[:300])


def _modes(client: str, document: Document) -> Iterator[Permission]:
    """Switches that let everything run unasked."""
    everything = {
        "codex": document.get("approval_policy") == "never" and document.get("sandbox_mode") == "danger-full-access",
        "vscode": any(document.get(key) is True for key in ("chat.tools.autoApprove", "chat.tools.global.autoApprove")),
        "zed": table(document.get("agent")).get("always_allow_tool_actions") is True,
        "goose": document.get("GOOSE_MODE") == "auto",
        "qwen-code": table(document.get("tools")).get("approvalMode") == "yolo",
        "opencode": document.get("permission") == "allow",
    }
    if everything.get(client):
        yield Permission("allow", "*")
    if client == "opencode":
        yield from _opencode(document)
    if client in {"vscode", "cursor"}:
        for command, verdict in table(document.get("chat.tools.terminal.autoApprove")).items():
            if verdict is True:  # a command with any arguments, or an expression between slashes
                yield Permission("allow", f"terminal({command})" if command.startswith("/") else f"terminal({command} *)"[:300])


def _opencode(document: Document) -> Iterator[Permission]:
    """``permission: {bash: allow}`` or ``{bash: {"git *": allow, "*": ask}}`` (opencode.ai/docs/permissions)."""
    for tool, rule in table(document.get("permission")).items():
        for pattern, verdict in (table(rule) or {"*": rule}).items():
            if verdict in {"allow", "deny"}:
                yield Permission("allow" if verdict == "allow" else "deny", f"{tool}({pattern})"[:300])


def _shell(inside: str | None) -> Privilege:
    command = (inside or "").strip()
    if _ANY.fullmatch(command):
        return "admin"
    plain = re.sub(r":?\*+$", "", command).strip()
    first = plain.split(" ", 1)[0].rpartition("/")[2]
    if _GIT_LOOKS.match(plain) or (first in _LOOKS_ONLY and not re.search(r"[;&|`$>]", plain)):
        return "read"
    open_ended = command.endswith("*")
    return "admin" if first in _RUNS_ANYTHING and open_ended and " " not in plain else "write"


def _tool(name: str) -> Privilege:
    verdicts: tuple[tuple[re.Pattern[str], Privilege], ...] = (
        (_LISTS, "list"),
        (_READS, "read"),
        (_PERMISSIONS, "permissions"),
        (_WRITES, "write"),
    )
    words_ = [level for pattern, level in verdicts if pattern.search(name)]
    if not words_:
        return "unknown"
    if "write" in words_ and "permissions" in words_:
        return "permissions"
    return words_[0]
