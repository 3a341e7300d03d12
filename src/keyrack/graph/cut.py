"""The fewest grants and trusts whose removal closes the most paths: chosen greedily, each choice verified on a graph built anew.

A grant here is a policy as one identity or group holds it; a trust is a role's trust policy, or a trust a record states. What
makes the administrator at the end of a path one is not offered: that would be to have no administrator. Finding the least set
is a hitting-set problem (NP-hard; Karp 1972), so the greedy answer is within a factor of ln(paths) + 1 of it (Chvatal 1979).
What a removal closes is never estimated: the graph is evaluated again without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from msgspec.structs import replace as changed

from keyrack.graph.model import Edge, Estate, Graph
from keyrack.graph.paths import Path, paths_to
from keyrack.records import Policy

Rebuild = Callable[[Estate], Graph]


@dataclass(frozen=True, slots=True, order=True)
class Cut:
    """One removal: a policy from an identity, a trust policy's role, a stated trust or a placement's use."""

    kind: str
    holder: str
    name: str


@dataclass(frozen=True, slots=True)
class Step:
    """A removal, who has no path any more because of it, and how many still have one."""

    cut: Cut
    closed: tuple[str, ...]
    left: int


def cut(estate: Estate, graph: Graph, to: str, rebuild: Rebuild, *, most: int = 10, tries: int = 12) -> Iterator[Step]:
    """Removals in order of effect, until no path is left, nothing helps, or ``most`` are found.

    Args:
        estate: what the graph was built from.
        graph: its graph.
        to: as for :func:`keyrack.graph.paths.paths_to`.
        rebuild: builds a graph.
        most: how many removals.
        tries: candidates evaluated for each step, those on most paths first.
    """
    open_paths = paths_to(graph, to)
    for _ in range(most):
        best: tuple[int, Cut, Estate, list[Path]] | None = None
        for candidate, votes in list(candidates(estate, open_paths).items())[:tries]:
            if best is not None and len(open_paths) - best[0] >= votes:
                break  # a removal closes no more paths than it takes part in
            trial = without(estate, candidate)
            left = paths_to(rebuild(trial), to)
            if len(left) < len(open_paths) and (best is None or (len(left), candidate) < best[:2]):
                best = (len(left), candidate, trial, left)
        if best is None:
            return
        _, chosen, estate, left = best
        closed = sorted({path.source for path in open_paths} - {path.source for path in left})
        open_paths = left
        yield Step(chosen, tuple(closed), len(left))
        if not left:
            return


def candidates(estate: Estate, found: Sequence[Path]) -> dict[Cut, int]:
    """Removals that take part in a hop of some path and in how many paths, most first."""
    trusts = {(trust.subject, trust.identity_uid, trust.mechanism): trust.uid for trust in estate.trusts}
    held = _held(estate)
    votes: dict[Cut, int] = {}
    for path in found:
        edges = (Edge(hop.source, hop.target, hop.mechanism) for hop in path.hops)
        for one in {one for edge in edges for one in _behind(edge, held, trusts)}:
            votes[one] = votes.get(one, 0) + 1
    return dict(sorted(votes.items(), key=lambda item: (-item[1], item[0])))


def _held(estate: Estate) -> dict[str, list[Cut]]:
    """What each identity holds: a policy that comes through a group is taken from the group."""
    groups = {identity.uid: identity.attrs.get("groups", "").split(",") for identity in estate.identities}
    held: dict[str, list[Cut]] = {}
    for policy in estate.policies:
        if policy.kind == "identity":
            for target in policy.targets:
                through = next((group for group in groups.get(target, ()) if group in policy.targets), target)
                held.setdefault(target, []).append(Cut("policy", through, policy.name))
    return held


def _behind(edge: Edge, held: dict[str, list[Cut]], trusts: dict[tuple[str, str, str], str]) -> Iterator[Cut]:
    yield from held.get(edge.source, ())
    if edge.mechanism.endswith("sts:AssumeRole") or edge.mechanism.startswith("iam:PassRole"):
        yield Cut("trust policy", edge.target, edge.target)
    if (edge.source, edge.target, edge.mechanism) in trusts:
        yield Cut("trust", edge.target, trusts[edge.source, edge.target, edge.mechanism])
    if edge.mechanism.startswith("credential:"):
        yield Cut("credential", edge.target, edge.source)


def without(estate: Estate, one: Cut) -> Estate:
    """The estate after the removal."""
    if one.kind == "policy":
        members = {i.uid for i in estate.identities if one.holder in i.attrs.get("groups", "").split(",")}
        gone = {one.holder, *members}
        grants = tuple(g for g in estate.grants if not (g.identity_uid in gone and g.policy == one.name))
        return replace(estate, policies=_detached(estate.policies, one.name, gone), grants=grants)
    if one.kind == "trust policy":
        kept = tuple(p for p in estate.policies if not (p.kind == "trust" and one.holder in p.targets))
        return replace(estate, policies=kept, trusts=tuple(t for t in estate.trusts if t.identity_uid != one.holder))
    if one.kind == "trust":
        return replace(estate, trusts=tuple(trust for trust in estate.trusts if trust.uid != one.name))
    keys = {credential.uid for credential in estate.credentials if credential.identity_uid == one.holder}
    kept_places = tuple(p for p in estate.placements if not (p.consumer_uid == one.name and p.credential_uid in keys))
    return replace(estate, placements=kept_places)


def _detached(policies: tuple[Policy, ...], name: str, gone: set[str]) -> tuple[Policy, ...]:
    return tuple(
        changed(policy, targets=[target for target in policy.targets if target not in gone])
        if policy.kind == "identity" and policy.name == name and not gone.isdisjoint(policy.targets)
        else policy
        for policy in policies
    )
