"""How far one identity reaches, hop by hop; and the counts for everybody at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from keyrack.errors import UsageError
from keyrack.graph.model import ADMIN, Edge, Graph, is_crowd


@dataclass(frozen=True, slots=True)
class Ring:
    """What comes within reach at one hop that was not before: identities, resources with the action, crown jewels among them."""

    hop: int
    identities: tuple[str, ...]
    resources: tuple[tuple[str, str], ...]
    crown: tuple[str, ...]


def blast(graph: Graph, uid: str, *, conditional: bool = False) -> list[Ring]:
    """Rings from the identity outward; ring 0 is what it may act on by itself. A node of administrator rights takes no hop.

    Raises:
        UsageError: no identity has this uid.
    """
    if uid not in graph.names:
        raise UsageError("blast.unknown", f"no identity is called {uid!r}", hint="`keyrack inventory` lists identities")
    out = outward(graph.edges, conditional=conditional)
    seen, touched, layer, rings = {uid}, set[str](), _with_hubs({uid}, out, set()), list[Ring]()
    seen |= layer
    while layer:
        reached = sorted({pair for node in layer for pair in graph.touches.get(node, ()) if pair[0] not in touched})
        resources = tuple(dict(reversed(reached)).items())
        touched.update(resource for resource, _ in resources)
        people = tuple(sorted(node for node in layer if node in graph.names and node != uid))
        jewels = tuple(sorted(resource for resource, _ in resources if resource in graph.crown))
        rings.append(Ring(len(rings), people, tuple(sorted(resources)), jewels))
        layer = _with_hubs({target for node in layer for target in out.get(node, ()) if target not in seen}, out, seen)
        seen |= layer
    return rings


def _with_hubs(layer: set[str], out: Mapping[str, list[str]], seen: set[str]) -> set[str]:
    """The layer and whom its nodes of administrator rights rule, and those that its nodes of everybody stand for."""
    ruled = {target for node in layer if node.startswith(f"{ADMIN}:") or is_crowd(node) for target in out.get(node, ())}
    return layer | (ruled - seen)


def outward(edges: Iterable[Edge], *, conditional: bool) -> dict[str, list[str]]:
    """Targets by source."""
    out: dict[str, list[str]] = {}
    for edge in edges:
        if conditional or not edge.conditional:
            out.setdefault(edge.source, []).append(edge.target)
    return out


@dataclass(frozen=True, slots=True)
class Radius:
    """Exact counts of one identity's reach, itself left out."""

    uid: str
    identities: int
    resources: int
    crown: int


def everybody(graph: Graph, *, conditional: bool = False) -> list[Radius]:
    """The reach of every identity, by :mod:`keyrack.graph.reach`, most first."""
    import numpy as np

    from keyrack.graph.reach import Links, reach

    resources = sorted({resource for reached in graph.touches.values() for resource, _ in reached})
    hubs = sorted({end for edge in graph.edges for end in (edge.source, edge.target)} - graph.names.keys())
    people = sorted(graph.names)
    index = {name: place for place, name in enumerate((*people, *hubs))}
    things = {name: len(index) + place for place, name in enumerate(resources)}
    links = [(index[e.source], index[e.target]) for e in graph.edges if conditional or not e.conditional]
    links += [(index[uid], things[thing]) for uid, reached in graph.touches.items() for thing, _ in reached]
    classes = [0] * len(people) + [-1] * len(hubs) + [2 if name in graph.crown else 1 for name in resources]
    ends = np.array(links, np.int64).reshape(-1, 2)
    counts = reach(Links(np.array(classes, np.int64), ends[:, 0].copy(), ends[:, 1].copy(), 3)).tolist()
    radii = [Radius(uid, counts[i][0], counts[i][1] + counts[i][2], counts[i][2]) for i, uid in enumerate(people)]
    return sorted(radii, key=lambda radius: (-radius.crown, -radius.identities, -radius.resources, radius.uid))
