"""Spheres: what a grant covers (a project, a folder, a namespace, an Azure scope), and which identities lie inside.

A sphere's key is text: ``<language>:<scope>``, a narrower part behind ``|``, and behind ``#`` what kind of identity is meant.
Edges lead to a sphere once and from there to each identity inside, so that their number grows with identities and grants, not
with their product.

References: Google, "Resource hierarchy"; Azure, "Understand scope for Azure RBAC"; Kubernetes, "Using RBAC Authorization".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from collections.abc import Set as AbstractSet

from keyrack.graph.model import Estate
from keyrack.records import Grant, Identity

FAMILIES: Mapping[str, tuple[str, ...]] = {
    "gcp": ("gcp:service-account", "iac:google-"),
    "azure": ("azure:managed-identity", "iac:azure-managed-identity"),
    "entra": ("entra:", "iac:azure-application"),
    "kubernetes": ("k8s:service-account",),
}
"""Language -> prefixes of the types of identities that others may become by it."""
_PEOPLE = ("entra:user", "entra:agent-user")
CLUSTER_WIDE = ("clusterrole", "nodes", "mutatingwebhook", "certificatesigning", "groups")
"""Kinds of Kubernetes objects that no namespace holds."""
_SECRETS = {"get:secrets", "list:secrets"}
"""They show the tokens that lie in Secrets; who may also create Secrets asks for a token of any account."""
_NODE = "//cloudresourcemanager.googleapis.com/"
_SUBSCRIPTION = r"/subscriptions/[^/]+|/providers/microsoft\.management/managementgroups/[^/]+"
_UNPLACED = "#unplaced"


class Spheres:
    """Who lies in what, in one estate."""

    def __init__(self, estate: Estate) -> None:
        self.identities = {identity.uid: identity for identity in estate.identities}
        self._tokens = {c.identity_uid for c in estate.credentials if c.identity_uid and c.issuer == "kubernetes"}
        self._nodes = {
            r.scope: [f"gcp:{node}" for node in r.attrs.get("above", "").split(",") if node]
            for r in estate.resources
            if r.type == "gcp:project"
        }
        self._places: dict[str, set[str]] = {}
        for trust in estate.trusts:
            if trust.subject.startswith("azure:/"):
                self._places.setdefault(trust.identity_uid, set()).add(trust.subject.removeprefix("azure:"))

    def around(self, identity: Identity) -> Iterator[str]:
        """Every sphere that an identity lies in."""
        language = next((name for name, kinds in FAMILIES.items() if identity.type.startswith(kinds)), None)
        if language is None:
            return
        home = f"{language}:{identity.scope}"
        yield home
        if language == "gcp":
            yield from self._nodes.get(identity.scope, ())
        elif language == "kubernetes":
            space = f"{home}|namespace/{identity.attrs.get('namespace', '')}"
            yield space
            yield from (f"{home}#tokens", f"{space}#tokens") if identity.uid in self._tokens else ()
        elif language == "entra" and not identity.type.startswith(_PEOPLE):
            yield f"{home}#applications"
        elif language == "azure":
            yield from self._azure(identity, home)

    def _azure(self, identity: Identity, home: str) -> Iterator[str]:
        """Scopes above what an identity is (user-assigned) or is attached to, with and without the type of that resource."""
        own = identity.attrs.get("resource", "").removeprefix("azure:")
        places = {own, *self._places.get(identity.uid, ())} - {""}
        for place in places:
            kind = "/".join(place.lower().partition("/providers/")[2].split("/")[:2])
            yield f"{home}#{kind}"
            for scope in above(place):
                yield f"{home}|{scope}"
                yield f"{home}|{scope}#{kind}"
        if not places:
            yield f"{home}{_UNPLACED}"

    def of(self, grant: Grant, permission: str) -> Iterator[str]:
        """Spheres that a grant covers as far as a permission goes there, or the uid of one identity."""
        scope = self.identities[grant.identity_uid].scope
        home = f"{grant.language}:{scope}"
        for resource in grant.resources:
            if grant.language == "gcp":
                yield from _node(grant.attrs.get("on", "") if resource == "*" else resource, home if resource == "*" else "")
            elif resource == "*" and grant.language == "azure":
                yield from (home + kind_of(permission), home + _UNPLACED)
            elif resource == "*":
                yield home + (kind_of(permission) if grant.language == "entra" else "")
            elif grant.language == "azure" and resource.startswith("/"):
                yield f"{home}|{resource.lower().rstrip('/')}{kind_of(permission)}"
            elif resource.startswith("namespace/") and not permission.partition(":")[2].startswith(CLUSTER_WIDE):
                yield f"{home}|{resource}"
            elif resource in self.identities:
                yield resource

    def narrowed(self, key: str, way: str) -> str | None:
        """The sphere as a way of one permission or more reaches it: reading Secrets only shows tokens that lie in one."""
        if way not in _SECRETS:
            return key
        if key in self.identities:
            return key if key in self._tokens else None
        return f"{key}#tokens"

    def above(self, key: str) -> Collection[str]:
        """The sphere (or identity) itself and all that it lies in."""
        if key in self.identities:
            return {key, *self.around(self.identities[key])}
        rest, _, kind = key.partition("#")
        if rest.startswith("gcp:"):
            return {key, *self._nodes.get(rest.removeprefix("gcp:"), ())}
        home, _, path = rest.partition("|")
        wider = {key, home, f"{home}#{kind}"}
        if rest.startswith("azure:"):
            wider.update(f"{home}|{scope}{mark}" for scope in above(path) for mark in ("", f"#{kind}"))
        return wider

    def is_scope(self, key: str) -> bool:
        """Whether it is a project, folder, tenant, subscription or cluster; not a namespace, resource group or identity."""
        home, _, path = key.partition("|")
        if key in self.identities or "#" in key:
            return False
        return not path or (home.startswith("azure:") and re.fullmatch(_SUBSCRIPTION, path) is not None)

    def members(self, wanted: AbstractSet[str]) -> Iterator[tuple[str, str]]:
        """Sphere and identity inside, for the wanted spheres."""
        for identity in self.identities.values():
            yield from ((key, identity.uid) for key in sorted(set(self.around(identity)) & wanted))


def above(path: str) -> Iterator[str]:
    """An Azure scope and the resource group and subscription it lies in."""
    parts = path.strip("/").lower().split("/")
    ends = {len(parts), *((2, 4) if parts[0] == "subscriptions" else ())}
    yield from ("/" + "/".join(parts[:end]) for end in sorted(ends) if 1 < end <= len(parts))


def _node(resource: str, otherwise: str) -> Iterator[str]:
    """Sphere of what a policy of Google Cloud is set on: one account is itself; buckets and the like hold no identities."""
    if resource.startswith("gcp:project/"):
        yield f"gcp:{resource.removeprefix('gcp:project/')}"
    elif resource.startswith("gcp:sa/"):
        yield resource
    elif resource.startswith(_NODE):
        yield f"gcp:{resource.removeprefix(_NODE)}"
    elif otherwise:
        yield otherwise


def kind_of(permission: str) -> str:
    """What kind of identity a permission is about: those of one type of Azure resource, or applications."""
    if "/" in permission:
        return "#" + "/".join(permission.lower().split("/")[:2])
    return "#applications" if permission.startswith("Application.") else ""
