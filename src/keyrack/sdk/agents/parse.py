"""One configuration file of one client, understood. Pure and total: whatever the bytes, the answer is an AgentConfig."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import PurePosixPath
from typing import Final

from keyrack.sdk.agents import documents, permissions, secrets, servers
from keyrack.sdk.agents.clients import BY_NAME, expand
from keyrack.sdk.agents.documents import Document, table
from keyrack.sdk.agents.model import AgentConfig, Found, Problem, Server
from keyrack.sdk.secret import Secret

_EDITORS: Final = frozenset({"vscode", "zed", "visual-studio"})
_MOST: Final = 5000  # servers in one file; no person writes as many


def parse(client: str, data: bytes, path: str = "") -> AgentConfig:
    """Understand a configuration file.

    Args:
        client: name of the client (:data:`keyrack.sdk.agents.clients.BY_NAME`); an unknown one is read as ``mcpServers``.
        data: the file's bytes.
        path: where it lies; its suffix names the format and its name tells a sign-in store from a settings file.

    Returns:
        The configuration; ``problem`` says why when it could not be understood, and is all there is then.
    """
    normal = path.replace("\\", "/")
    text = documents.decode(data)
    document = text if isinstance(text, Problem) else documents.load(text, PurePosixPath(normal).suffix.lower())
    if isinstance(text, Problem) or isinstance(document, Problem):
        problem = text if isinstance(text, Problem) else document
        return AgentConfig(client=client, path=path, problem=problem if isinstance(problem, Problem) else None)
    if any(normal.endswith(store) for store in _stores(client)):
        return _store(client, path, document, text)
    found = tuple(_servers(client, document, text, normal))
    taken = {item.shape.secret for server in found for item in server.secrets}
    other = (item for item in secrets.of_document(document) if item.shape.secret not in taken)
    return AgentConfig(
        client=client,
        path=path,
        servers=found,
        permissions=tuple(permissions.read(client, document)),
        secrets=_placed(other, text),
        projects=tuple(key for key in table(document.get("projects")) if key.startswith("/") or key[1:3] in {":\\", ":/"}),
        account=secrets.account_of(document),
        dedicated=client not in _EDITORS or bool(found),
    )


@cache
def _stores(client: str) -> tuple[str, ...]:
    known = BY_NAME.get(client)
    return tuple(plain for pattern in (known.stores if known else ()) for plain in expand(pattern) if "*" not in plain)


def _store(client: str, path: str, document: Document, text: str) -> AgentConfig:
    account = secrets.account_of(document)
    names = {name for _, key, name in documents.leaves(document) if key in {"serverName", "server_name"}}
    if path.endswith("mcp-auth.json"):
        names |= set(document)
    return AgentConfig(
        client=client,
        path=path,
        secrets=_placed(secrets.of_store(document, account), text),
        account=account,
        signed_in=tuple(sorted(names)),
    )


def _servers(client: str, document: Document, text: str, path: str) -> Iterator[Server]:
    known = BY_NAME.get(client)
    keys = known.keys if known else ("mcpServers",)
    entries = list(servers.find(document, keys))
    if not entries and path.endswith("mcp.json") and servers.flat(document):
        entries = [(name, name, table(entry), None) for name, entry in document.items()]
    for where, name, entry, project in entries[:_MOST]:
        server = servers.server(where, name[:200], entry, project)
        if server is not None:
            at = _entry(text, name)
            line = None if at is None else _line(text, at)
            yield replace(server, line=line, secrets=_placed(secrets.of_server(server), text, at or 0))


def _placed(found: Iterable[Found], text: str, start: int = 0) -> tuple[Found, ...]:
    """The findings with the line their value stands in, looked for from ``start`` on; the same value at one field once."""
    unique: dict[tuple[str, Secret], Found] = {}
    for item in found:
        needle = item.shape.secret.reveal().decode("utf-8", "replace").partition("\n")[0]
        at = text.find(needle, start) if needle else -1
        at = text.find(needle) if needle and at < 0 else at
        unique.setdefault((item.where, item.shape.secret), replace(item, line=_line(text, at) if at >= 0 else None))
    return tuple(unique.values())


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _entry(text: str, name: str) -> int | None:
    """Where an entry's name stands, as JSON, TOML or YAML writes it; the first place when there are several."""
    quoted = re.escape(name)
    forms = (
        rf'"{quoted}"\s*:',
        rf'^[ \t]*\[[^\]\n]*\.["\']?{quoted}["\']?\]',
        rf'^[ \t-]*(?:name:[ \t]*)?["\']?{quoted}["\']?[ \t]*(?::|$)',
    )
    match = re.search("|".join(forms), text, re.MULTILINE)
    return match.start() if match else None
