"""Edges of the permission languages beside AWS."""

from __future__ import annotations

from keyrack.graph.model import Edge, Estate


def language_edges(_estate: Estate) -> tuple[list[Edge], frozenset[str]]:
    """Edges, and who is an administrator."""
    return [], frozenset()
