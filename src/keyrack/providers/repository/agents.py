"""Agents and MCP servers a repository configures; :mod:`keyrack.sdk.agents` knows the clients."""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.providers.repository.tree import Tree
from keyrack.records import Record
from keyrack.sdk import Context, Place, agents, gap
from keyrack.sdk.agents import Located
from keyrack.sdk.detection.paths import is_test

CAPABILITY = "repository.agents"


def discover(tree: Tree, ctx: Context) -> Iterator[Record]:
    """Records of every agent configuration in a tree, at any depth; files of a home count too (dotfile repositories)."""
    found: list[Located] = []
    for path in tree.files():
        hit = agents.project_client(path)
        if hit is None:
            continue
        data = tree.read(path)
        if data is None:
            yield gap(CAPABILITY, path, "unreadable", "the configuration is too large or cannot be read", hint="read it by hand")
            continue
        client, folder = hit
        attrs = {"test_path": "true"} if is_test(path) else {}
        place = Place(system="agent_config", exposure="committed", scope=tree.name, path=path, attrs=attrs)
        found.append(Located(agents.parse(client, data, path), place, folder))
    holder = agents.Holder("repository", tree.name, CAPABILITY)
    yield from agents.records(found, holder, ctx.fingerprint, ctx.now)
