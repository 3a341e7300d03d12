"""Server entries of every dialect as one structure. Pure and total."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal

from keyrack.sdk.agents.documents import Document, table, texts, words
from keyrack.sdk.agents.model import Server

_COMMAND: Final = ("command", "cmd")
_ENV: Final = ("env", "environment", "envs")
_URL: Final = ("url", "serverUrl", "httpUrl", "uri", "endpoint")
_HEADERS: Final = ("headers", "http_headers")
_OAUTH: Final = ("oauth", "auth", "authProviderType", "oauth_resource", "oauthClientId", "oauth_client_id")
_ALLOWED: Final = ("alwaysAllow", "autoApprove", "always_allow", "auto_approve", "autoApprovedTools")
_KNOWN: Final = frozenset(
    (
        *_COMMAND, *_ENV, *_URL, *_HEADERS, *_OAUTH, *_ALLOWED, "args", "type", "transport", "disabled", "enabled", "trust",
        "name", "source", "env_http_headers", "bearer_token_env_var", "requestInit", "settings", "env_keys", "envFile",
    )
)  # fmt: skip
_BUILT_IN: Final = frozenset({"builtin", "platform", "frontend"})


def find(document: Document, keys: tuple[str, ...]) -> Iterator[tuple[str, str, Document, str | None]]:
    """Server tables under the client's keys, as (place, name, entry, project).

    A key may be dotted text itself (``amp.mcpServers``) or a path of keys; ``*`` stands for any key, and names a project.
    """
    for key in keys:
        for where, node, project in _resolve(document, key, "", None):
            if isinstance(node, dict):
                for name, entry in node.items():
                    if isinstance(entry, dict):
                        yield f"{where}.{name}", str(name), table(entry), project
            elif isinstance(node, list):
                for index, entry in enumerate(node):
                    if isinstance(entry, dict):
                        title = str(entry.get("name") or entry.get("id") or index)
                        yield f"{where}.{index}", title, table(entry), project


def flat(document: Document) -> bool:
    """Whether the document is itself a table of servers (a plugin's ``.mcp.json`` leaves the outer key away)."""
    entries = list(document.values())
    return bool(entries) and all(isinstance(entry, dict) and ({*_COMMAND, *_URL} & set(entry)) for entry in entries)


def server(where: str, name: str, entry: Document, project: str | None) -> Server | None:
    """One entry, or None when it launches and calls nothing (a client's built-in extension, an unrelated table)."""
    if isinstance(entry.get("transport"), dict):  # Continue's older form nests it
        entry = {**entry, **table(entry["transport"])}
    if not _KNOWN & set(entry) or str(entry.get("type")) in _BUILT_IN:
        return None
    command, args, env = _command(entry)
    url = next((str(entry[key]) for key in _URL if isinstance(entry.get(key), str)), "")
    if not (command or url or entry.get("source") or "settings" in entry):
        return None
    headers = {key: text for field in _HEADERS for key, text in texts(entry.get(field)).items()}
    headers |= texts(table(entry.get("requestInit")).get("headers"))
    return Server(
        name=name, where=where, transport=_transport(entry, url, command),
        command=command, args=args, env=env, headers=headers, url=url,
        disabled=entry.get("disabled") is True or entry.get("enabled") is False,
        tools=_tools(entry),
        oauth=any(entry.get(key) not in (None, False, "", "none") for key in _OAUTH),
        bearer=bool(entry.get("bearer_token_env_var")) or bool(texts(entry.get("env_http_headers"))),
        project=project,
        rest={key: value for key, value in entry.items() if key not in _KNOWN or key == "settings"},
    )  # fmt: skip


def _resolve(node: object, key: str, where: str, project: str | None) -> Iterator[tuple[str, object, str | None]]:
    if not isinstance(node, dict):
        return
    if key in node:
        yield f"{where}{key}", node[key], project
        return
    head, dot, tail = key.partition(".")
    if not dot:
        return
    if head == "*":
        for name, child in node.items():
            yield from _resolve(child, tail, f"{where}{name}.", str(name))
        return
    while tail:
        if head in node:
            yield from _resolve(node[head], tail, f"{where}{head}.", project)
        more, dot, tail = tail.partition(".")
        head = f"{head}.{more}"


def _command(entry: Document) -> tuple[str, tuple[str, ...], dict[str, str]]:
    value = next((entry[key] for key in _COMMAND if entry.get(key)), "")
    env = {name: text for key in _ENV for name, text in texts(entry.get(key)).items()}
    if isinstance(value, dict):  # Zed's older form: {"command": {"path": ..., "args": ..., "env": ...}}
        return str(value.get("path", "")), words(value.get("args")), {**env, **texts(value.get("env"))}
    if isinstance(value, list):  # OpenCode: the whole line in one list
        line = words(value)
        return (line[0] if line else ""), (*line[1:], *words(entry.get("args"))), env
    return (value if isinstance(value, str) else ""), words(entry.get("args")), env


def _transport(entry: Document, url: str, command: str) -> Literal["stdio", "http", "sse"]:
    stated = str(entry.get("type") or entry.get("transport") or "").lower()
    if command and not url:
        return "stdio"
    if stated == "sse" or (stated in {"", "remote"} and re.search(r"/sse/?(?:\?|$)", url)):
        return "sse"
    return "http" if url else "stdio"


def _tools(entry: Document) -> tuple[str, ...]:
    """Tools that run without asking; Gemini's ``trust`` and Codex's ``default_tools_approval_mode = "approve"`` mean all."""
    if entry.get("trust") is True or entry.get("default_tools_approval_mode") == "approve":
        return ("*",)
    found: dict[str, None] = {}
    for key in _ALLOWED:
        if entry.get(key) is True:
            return ("*",)
        found.update(dict.fromkeys(words(entry.get(key))))
    approved = (name for name, tool in table(entry.get("tools")).items() if table(tool).get("approval_mode") == "approve")
    return tuple(dict.fromkeys((*found, *approved)))
