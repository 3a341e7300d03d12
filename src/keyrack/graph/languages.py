"""Edges of Google Cloud, Azure, Entra and Kubernetes: a table of what lets one identity become another, over Grants.

A grant names a role or permissions, and covers spheres (:mod:`keyrack.graph.spheres`). Roles are spelled out from the packaged
lists of the access room. A grant under a condition makes a conditional edge.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from keyrack.access.azure.parse import blocks_by_name
from keyrack.access.azure.patterns import matches
from keyrack.access.gcp.roles import permissions_of
from keyrack.graph.model import Edge, Estate, admin_node, everybody_node
from keyrack.graph.spheres import CLUSTER_WIDE, FAMILIES, Spheres, kind_of
from keyrack.records import Grant

Given = Mapping[str, Sequence[tuple[Grant, frozenset[str]]]]
"""Permission -> the grants that give it, each with the spheres it covers so far as the permission goes."""


@dataclass(frozen=True, slots=True)
class _Way:
    language: str
    gains: str
    permissions: tuple[str, ...]

    @property
    def id(self) -> str:
        return "+".join(self.permissions)


@cache
def _ways() -> tuple[_Way, ...]:
    lines = files("keyrack.graph").joinpath("language_methods.txt").read_text("utf-8").splitlines()
    words = [line.split() for line in lines if line and not line.startswith("#")]
    return tuple(_Way(language, gains, tuple(permissions)) for language, gains, *permissions in words)


def language_edges(estate: Estate) -> tuple[list[Edge], frozenset[str]]:
    """Edges, and who is an administrator by itself; administrators rule the identities of the scope they administer."""
    spheres = Spheres(estate)
    held: dict[tuple[str, str], list[Grant]] = {}
    denied: dict[tuple[str, str], list[Grant]] = {}
    for grant in estate.grants:
        if (
            grant.language in FAMILIES
            and grant.identity_uid in spheres.identities
            and (grant.effect == "allow" or not grant.conditions)
        ):
            (held if grant.effect == "allow" else denied).setdefault((grant.identity_uid, grant.language), []).append(grant)
    edges: list[Edge] = []
    admins: set[str] = set()
    for (uid, language), grants in sorted(held.items()):
        ruled = {key for grant in grants for key in _administered(grant, spheres)}
        admins |= {uid} if ruled else set()
        edges += [Edge(uid, admin_node(key), "administrator", "its own permissions") for key in sorted(ruled)]
        edges += _gained(uid, grants, denied.get((uid, language), ()), ruled, spheres)
    return [*edges, *_members(edges, spheres)], frozenset(admins)


def _members(edges: Iterable[Edge], spheres: Spheres) -> Iterator[Edge]:
    """From the nodes that edges lead to, on to the identities inside."""
    nodes = {edge.target for edge in edges}
    wanted = {node.partition(":")[2] for node in nodes if node not in spheres.identities}
    for key, uid in spheres.members(wanted):
        if everybody_node(key) in nodes:
            yield Edge(everybody_node(key), uid, "anybody there")
        if admin_node(key) in nodes:
            yield Edge(admin_node(key), uid, "administrator", "any change to its permissions")


def _administered(grant: Grant, spheres: Spheres) -> Iterator[str]:
    """Whole scopes that a grant makes its holder the administrator of."""
    if grant.privilege == "admin" and not grant.conditions:
        yield from (key for key in spheres.of(grant, "") if spheres.is_scope(key))


def _gained(uid: str, grants: Sequence[Grant], denials: Sequence[Grant], ruled: set[str], spheres: Spheres) -> Iterator[Edge]:
    """Edges of one identity in one language, beside what it administers anyway."""
    wanted = frozenset(permission for grant in grants for permission in _given(grant.language, tuple(grant.actions)))
    given = {
        permission: [
            (grant, _left(spheres.of(grant, permission), permission, denials, spheres))
            for grant in grants
            if permission in _given(grant.language, tuple(grant.actions))
        ]
        for permission in wanted
    }
    for way in _ways():
        if way.language == grants[0].language and wanted.issuperset(way.permissions):
            yield from _edges(uid, way, given, ruled, spheres)


def _left(keys: Iterable[str], permission: str, denials: Sequence[Grant], spheres: Spheres) -> frozenset[str]:
    """Spheres where no denial, there or above, takes a permission away ("Deny policies" of Google Cloud); by exact name only."""
    taken = {
        key
        for denial in denials
        if permission in denial.actions and denial.attrs.get("on")
        for key in spheres.of(denial, permission)
    }
    return frozenset(key for key in keys if not taken or taken.isdisjoint(spheres.above(key)))


def _edges(uid: str, way: _Way, given: Given, ruled: set[str], spheres: Spheres) -> Iterator[Edge]:
    """One way, for each sphere that its permissions cover together and that no wider one holds.

    A permission on another type of Azure resource may be held anywhere: a machine of one's own takes an identity from elsewhere.
    """
    found: dict[str, Edge] = {}
    there = [p for p in way.permissions if kind_of(p) == kind_of(way.permissions[0])]
    for key in {key for permission in there for _, keys in given[permission] for key in keys}:
        around = spheres.above(key)
        ways = [[grant for grant, keys in given[p] if p not in there or not keys.isdisjoint(around)] for p in way.permissions]
        if not all(ways) or not ruled.isdisjoint(around):
            continue
        target = _target(way, key, spheres)
        if target is not None and target != uid:
            conditional = any(all(grant.conditions for grant in those) for those in ways)
            found[key] = Edge(uid, target, way.id, ways[0][0].policy or "", conditional=conditional)
    for key, edge in sorted(found.items()):
        if not any(
            wider != key and wider in found and found[wider].conditional <= edge.conditional for wider in spheres.above(key)
        ):
            yield edge


def _target(way: _Way, key: str, spheres: Spheres) -> str | None:
    """The node that a way leads to in a sphere."""
    if key in spheres.identities:
        return key if way.gains == "identity" and spheres.narrowed(key, way.id) else None
    if way.gains == "admin":
        scope = key.partition("#")[0]
        return admin_node(scope) if spheres.is_scope(scope) else everybody_node(scope)
    narrowed = spheres.narrowed(key, way.id)
    return everybody_node(narrowed) if narrowed else None


@cache
def _given(language: str, actions: tuple[str, ...]) -> frozenset[str]:
    """Permissions of the table that a grant's roles or permissions contain."""
    wanted = {permission for way in _ways() if way.language == language for permission in way.permissions}
    return frozenset(p for p in wanted if any(_spelled(language, action, p) for action in actions))


@cache
def _spelled(language: str, action: str, permission: str) -> bool:
    """Whether a role or permission of a grant contains a permission."""
    if action == permission or action in {"*", "*:*"}:
        return True
    if language == "gcp":
        return permission in (permissions_of(action, {}) or ())
    if language == "azure":
        blocks = blocks_by_name(action) or ()
        return any(
            any(matches(p, permission) for p in block.actions) and not any(matches(p, permission) for p in block.not_actions)
            for block in blocks
        )
    if language == "kubernetes":
        verb, _, resource = action.partition(":")
        wanted, _, kind = permission.partition(":")
        named = verb == wanted or (verb == "*" and wanted not in {"impersonate", "bind", "escalate"})
        return named and (resource in {"*", kind} or (resource == "namespaced" and not kind.startswith(CLUSTER_WIDE)))
    return False
