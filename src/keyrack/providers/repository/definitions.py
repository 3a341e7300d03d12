"""What the files at HEAD define: pipelines, infrastructure code, agents. Each has its own module; this is their roll."""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.providers.repository import agents, ci, iac
from keyrack.providers.repository.tree import Tree
from keyrack.records import Record
from keyrack.sdk import Context


def discover(tree: Tree, ctx: Context) -> Iterator[Record]:
    """Records of every definition at HEAD."""
    yield from ci.discover(tree, ctx)
    yield from iac.discover(tree, ctx)
    yield from agents.discover(tree, ctx)
