"""The words of the graph: who is in it, and by what one of them becomes another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from keyrack.records import Credential, Gap, Grant, Identity, Placement, Policy, Resource, Trust

_DEAD = {"inactive", "expired", "revoked"}
_EVERYBODY = "any"
ADMIN = "admin"
"""The node of rights a principal gives to itself: where a self-escalation ends (``iam:PutUserPolicy`` on oneself)."""


def admin_node(scope: str) -> str:
    """The node of self-made administrator rights in an account, project, tenant or cluster."""
    return f"{ADMIN}:{scope}"


def everybody_node(sphere: str) -> str:
    """The node of everybody inside a sphere (:mod:`keyrack.graph.spheres`): who gets there can be any of them."""
    return f"{_EVERYBODY}:{sphere}"


def is_crowd(node: str) -> bool:
    """Whether a node stands for everybody in a sphere; it is no step of its own."""
    return node.startswith(f"{_EVERYBODY}:")


def shown(node: str) -> str:
    """A node as readers see it: a uid, or :data:`ADMIN`."""
    return ADMIN if node.startswith(f"{ADMIN}:") else node


@dataclass(frozen=True, slots=True)
class Estate:
    """What the graph is built from: records as the inventory merged them, and the moment that conditions on time are read at."""

    now: datetime
    identities: tuple[Identity, ...] = ()
    policies: tuple[Policy, ...] = ()
    trusts: tuple[Trust, ...] = ()
    resources: tuple[Resource, ...] = ()
    placements: tuple[Placement, ...] = ()
    credentials: tuple[Credential, ...] = ()
    grants: tuple[Grant, ...] = ()
    gaps: tuple[Gap, ...] = ()
    blind: Mapping[str, frozenset[str]] | None = None
    """AWS account -> uids of the gaps that every source of it has; ``None``: each gap is about each account."""


def opened_by(estate: Estate) -> dict[str, str]:
    """Credentials that may still work -> whom they authenticate as."""
    return {c.uid: c.identity_uid for c in estate.credentials if c.identity_uid and c.status not in _DEAD}


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    """``source`` can act as ``target`` (an identity uid, :data:`ADMIN`, or everybody in a sphere).

    ``conditional`` edges hold only under conditions nobody here can judge; they count when they are asked for.
    """

    source: str
    target: str
    mechanism: str
    via: str = ""
    conditional: bool = False


@dataclass(frozen=True, slots=True)
class Graph:
    """Edges, sorted; who is an administrator by itself; which resources each identity reaches."""

    edges: tuple[Edge, ...]
    admins: frozenset[str]
    names: Mapping[str, str] = field(default_factory=dict)
    """Every identity's uid -> its account, project, host or repository."""
    touches: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    """Identity uid -> (resource uid, action) it may act on by itself."""
    crown: frozenset[str] = frozenset()
    """Uids of resources marked as crown jewels."""
