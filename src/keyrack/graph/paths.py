"""Shortest ways from identities to targets. Deterministic: fewest hops, then fewest permissions, then by name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from keyrack.errors import UsageError
from keyrack.graph.model import ADMIN, Edge, Graph, is_crowd, shown


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a path, as shown."""

    source: str
    target: str
    mechanism: str
    via: str


@dataclass(frozen=True, slots=True)
class Path:
    """From an identity to a target by hops; at least one."""

    source: str
    target: str
    hops: tuple[Hop, ...]


def paths_to(graph: Graph, to: str, source: str | None = None, *, conditional: bool = False) -> list[Path]:
    """The shortest path from every identity that has one, sorted by identity.

    Args:
        graph: from :func:`keyrack.graph.build.build`.
        to: ``admin`` (an administrator of any account), ``crown`` (a resource of tier crown), or the uid of an identity.
        source: only from this identity.
        conditional: also take edges under conditions nobody here can judge.

    Raises:
        UsageError: ``to`` or ``source`` is nobody known.
    """
    for uid in (to, source):
        if uid not in {None, "admin", "crown", *graph.names}:
            raise UsageError("paths.unknown", f"no identity is called {uid!r}", hint="`keyrack inventory` lists identities")
    ends = targets(graph, to)
    onward = towards(graph.edges, ends, conditional=conditional)
    sources = [source] if source else sorted(graph.names)
    ruled = graph.admins if to != "crown" and to not in graph.names else frozenset[str]()
    return [path for uid in sources if uid not in ruled and (path := _path(uid, onward, ends)) is not None]


def targets(graph: Graph, to: str) -> dict[str, Hop | None]:
    """Nodes where a path may end, each with the last hop onto a resource where that is the target."""
    if to == "admin":
        hubs = {edge.target for edge in graph.edges if edge.target.startswith(f"{ADMIN}:")}
        return dict.fromkeys((*sorted(graph.admins), *sorted(hubs)))
    if to == "crown":
        ends: dict[str, Hop | None] = {}
        for uid, reached in sorted(graph.touches.items()):
            jewel = next(((resource, action) for resource, action in reached if resource in graph.crown), None)
            if jewel is not None:
                ends[uid] = Hop(uid, jewel[0], jewel[1], "")
        return ends
    return {to: None}


def towards(edges: Iterable[Edge], ends: Collection[str], *, conditional: bool) -> Mapping[str, Edge | None]:
    """Every node that reaches an end, with the edge to take from it; ``None`` at the ends."""
    into: dict[str, list[Edge]] = {}
    for edge in edges:
        if conditional or not edge.conditional:
            into.setdefault(edge.target, []).append(edge)
    onward: dict[str, Edge | None] = dict.fromkeys(sorted(ends))
    layer = list(onward)
    while layer:
        crowds = _nearest(layer, into, onward, crowds=True)
        onward.update(crowds)
        found = _nearest([*layer, *sorted(crowds)], into, onward, crowds=False)
        onward.update(found)
        layer = sorted(found)
    return onward


def _nearest(layer: Iterable[str], into: Mapping[str, list[Edge]], known: Collection[str], *, crowds: bool) -> dict[str, Edge]:
    """Nodes one edge before a layer that were not reached yet, with the best edge each; either only crowds, or only others."""
    found: dict[str, Edge] = {}
    for edge in (edge for node in layer for edge in into.get(node, ())):
        source = edge.source
        if source not in known and is_crowd(source) is crowds and (source not in found or _rank(edge) < _rank(found[source])):
            found[source] = edge
    return found


def _rank(edge: Edge) -> tuple[bool, int, Edge]:
    return edge.conditional, edge.mechanism.count("+"), edge


def _path(uid: str, onward: Mapping[str, Edge | None], ends: Mapping[str, Hop | None]) -> Path | None:
    if uid not in onward:
        return None
    hops = list(_walk(uid, onward))
    last = ends.get(_end(uid, onward))
    if last is not None:
        hops.append(last)
    return Path(uid, hops[-1].target, tuple(hops)) if hops else None


def _walk(uid: str, onward: Mapping[str, Edge | None]) -> Iterator[Hop]:
    edge = onward[uid]
    while edge is not None:
        step = onward[edge.target] if is_crowd(edge.target) else edge
        target = step.target if step is not None else edge.target
        yield Hop(shown(edge.source), shown(target), edge.mechanism, edge.via)
        edge = onward[target]


def _end(uid: str, onward: Mapping[str, Edge | None]) -> str:
    edge = onward[uid]
    while edge is not None:
        uid = edge.target
        edge = onward[uid]
    return uid
