"""Edges of Google Cloud, Azure, Entra and Kubernetes: a table of what lets one identity become another, over Grants.

A grant names a role or permissions, and a scope: ``*`` for everything its source describes, ``namespace/<name>``, or a
resource. Roles are spelled out from the packaged lists of the access room. A grant under a condition makes a conditional edge.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from keyrack.access.azure.parse import blocks_by_name
from keyrack.access.azure.patterns import matches
from keyrack.access.gcp.roles import permissions_of
from keyrack.graph.model import Edge, Estate, admin_node
from keyrack.records import Grant, Identity

FAMILIES: Mapping[str, tuple[str, ...]] = {
    "gcp": ("gcp:", "iac:google-"),
    "azure": ("azure:managed-identity", "iac:azure-managed-identity"),
    "entra": ("entra:", "iac:azure-application"),
    "kubernetes": ("k8s:service-account",),
}
"""Language -> prefixes of the types of identities it is about."""
_CLUSTER_WIDE = ("clusterrole", "nodes", "mutatingwebhook", "certificatesigning", "groups")

_SECRETS = {"get:secrets", "list:secrets"}
"""They show the tokens that lie in Secrets; who may also create Secrets asks for a token of any account."""


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
    """Edges, and who is an administrator by itself; administrators rule the identities of their language and scope."""
    identities = {identity.uid: identity for identity in estate.identities}
    held: dict[tuple[str, str], list[Grant]] = {}
    for grant in estate.grants:
        if grant.language in FAMILIES and grant.effect == "allow" and grant.identity_uid in identities:
            held.setdefault((grant.identity_uid, grant.language), []).append(grant)
    ruled: dict[str, list[Identity]] = {}
    for identity in estate.identities:
        if language := _language(identity):
            ruled.setdefault(f"{language}:{identity.scope}", []).append(identity)
    tokens = {c.identity_uid for c in estate.credentials if c.identity_uid and c.issuer == "kubernetes"}
    edges: list[Edge] = []
    admins: set[str] = set()
    for (uid, language), grants in sorted(held.items()):
        home = f"{language}:{identities[uid].scope}"
        if any(grant.privilege == "admin" and grant.resources == ["*"] and not grant.conditions for grant in grants):
            admins.add(uid)
            edges.append(Edge(uid, admin_node(home), "administrator", "its own permissions"))
        else:
            peers = [peer for peer in ruled.get(home, []) if peer.uid != uid]
            edges += _gained(uid, grants, peers, tokens, admin_node(home))
    for home, members in ruled.items():
        edges += [Edge(admin_node(home), member.uid, "administrator", "any change to its permissions") for member in members]
    return edges, frozenset(admins)


def _language(identity: Identity) -> str | None:
    return next((language for language, kinds in FAMILIES.items() if identity.type.startswith(kinds)), None)


def _gained(uid: str, grants: list[Grant], peers: Iterable[Identity], tokens: Collection[str], hub: str) -> Iterator[Edge]:
    """Edges of one identity in one language; ``tokens`` are accounts of clusters whose token lies in a Secret."""
    whole = [grant for grant in grants if "*" in grant.resources]
    for way in _ways():
        if way.language != grants[0].language:
            continue
        if way.gains == "admin":
            yield from _edge(uid, hub, way, whole)
            continue
        for peer in peers:
            if way.id not in _SECRETS or peer.uid in tokens:
                yield from _edge(uid, peer.uid, way, [grant for grant in grants if _covers(grant, peer, way)])


def _edge(uid: str, target: str, way: _Way, grants: list[Grant]) -> Iterator[Edge]:
    """The edge, when each permission is in some grant; conditional when one of them is only in grants under conditions."""
    ways = [[grant for grant in grants if _gives(grant, permission)] for permission in way.permissions]
    if all(ways):
        conditional = any(all(grant.conditions for grant in given) for given in ways)
        yield Edge(uid, target, way.id, ways[0][0].policy or "", conditional=conditional)


def _covers(grant: Grant, peer: Identity, way: _Way) -> bool:
    if "*" in grant.resources:
        return True
    if any(permission.partition(":")[2].startswith(_CLUSTER_WIDE) for permission in way.permissions):
        return False
    return f"namespace/{peer.attrs.get('namespace', '')}" in grant.resources or peer.uid in grant.resources


def _gives(grant: Grant, permission: str) -> bool:
    return any(_spelled(grant.language, action, permission) for action in grant.actions)


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
        return named and (resource in {"*", kind} or (resource == "namespaced" and not kind.startswith(_CLUSTER_WIDE)))
    return False
