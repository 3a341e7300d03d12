"""One configuration file of one client, understood. Pure and total: whatever the bytes, the answer is an AgentConfig."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import PurePosixPath
from typing import Final

from keyrack.sdk.agents import documents, permissions, secrets, servers
from keyrack.sdk.agents.clients import BY_NAME
from keyrack.sdk.agents.documents import Document, table
from keyrack.sdk.agents.lines import Lines
from keyrack.sdk.agents.locate import is_store
from keyrack.sdk.agents.model import AgentConfig, Found, Problem, Server
from keyrack.sdk.secret import Secret

_EDITORS: Final = frozenset({"vscode", "zed", "visual-studio"})
_MOST: Final = 5000  # servers, and secrets of each, in one file; no person writes as many


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
    text, suffix = documents.decode(data), PurePosixPath(normal).suffix.lower()
    document = text if isinstance(text, Problem) else documents.load(text, suffix)
    if isinstance(text, Problem) or isinstance(document, Problem):
        problem = text if isinstance(text, Problem) else document
        return AgentConfig(client=client, path=path, problem=problem if isinstance(problem, Problem) else None)
    lines = Lines(text, suffix)
    if is_store(client, normal):
        return _store(client, path, document, lines)
    found = tuple(_servers(client, document, lines, normal))
    taken = {item.shape.secret for server in found for item in server.secrets}
    other = (item for item in secrets.of_document(document) if item.shape.secret not in taken)
    return AgentConfig(
        client=client,
        path=path,
        servers=found,
        permissions=tuple(permissions.read(client, document)),
        secrets=_placed(other, lines),
        projects=tuple(key for key in table(document.get("projects")) if key.startswith("/") or key[1:3] in {":\\", ":/"}),
        account=secrets.account_of(document),
        dedicated=client not in _EDITORS or bool(found),
    )


def _store(client: str, path: str, document: Document, lines: Lines) -> AgentConfig:
    account = secrets.account_of(document)
    names = {name for _, key, name in documents.leaves(document) if key in {"serverName", "server_name"}}
    if path.endswith("mcp-auth.json"):
        names |= set(document)
    return AgentConfig(
        client=client,
        path=path,
        secrets=_placed(secrets.of_store(document, account), lines),
        account=account,
        signed_in=tuple(sorted(names)),
    )


def _servers(client: str, document: Document, lines: Lines, path: str) -> Iterator[Server]:
    known = BY_NAME.get(client)
    keys = known.keys if known else ("mcpServers",)
    entries = list(servers.find(document, keys))
    if not entries and path.endswith("mcp.json") and servers.flat(document):
        entries = [(name, name, table(entry), None) for name, entry in document.items()]
    for where, name, entry, project in entries[:_MOST]:
        server = servers.server(where, name[:200], entry, project)
        if server is not None:
            at = lines.entry(name)
            line = None if at is None else lines.of(at)
            yield replace(server, line=line, secrets=_placed(secrets.of_server(server), lines, at or 0))


def _placed(found: Iterable[Found], lines: Lines, start: int = 0) -> tuple[Found, ...]:
    """The findings with the line their value stands in, looked for from ``start`` on; the same value at one field once."""
    unique: dict[tuple[str, Secret], Found] = {}
    for item in islice(found, _MOST):
        line = lines.find(item.shape.secret.reveal().decode("utf-8", "replace"), start)
        unique.setdefault((item.where, item.shape.secret), replace(item, line=line))
    return tuple(unique.values())
