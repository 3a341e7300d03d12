"""May this principal use this permission on this resource? Boundaries, then denials, then grants, from the root down.

Sources (cloud.google.com/iam/docs): "Policy types" (order), "deny-overview" (a denial whose condition is true, or cannot be
evaluated, applies; permission groups with ``*``; exceptions), "principal-access-boundary-policies" (eligibility; only some
permissions are blocked, by enforcement version, and which is not packaged here: a refusal by a boundary lists it as assumed).
"""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.access.gcp.condition import holds
from keyrack.access.gcp.members import matches
from keyrack.access.gcp.model import Binding, DenyRule, Hierarchy, Node, Request
from keyrack.access.gcp.roles import permissions_of
from keyrack.access.words import Verdict, unique

_SERVICES = {"resourcemanager": "cloudresourcemanager"}


def decide(request: Request, hierarchy: Hierarchy) -> Verdict:
    """The verdict; ``because`` is ``("pab" | "deny" | "allow", policy or binding …)``.

    A condition that lacks an attribute counts as met in a denial and as not met in a grant; its attributes are in ``assumed``.
    A role that is neither packaged nor given counts as empty and is in ``assumed`` too.
    """
    outside = _outside(hierarchy)
    if outside:
        return Verdict("implicit_deny", ("pab", *outside), (f"boundaries block {request.permission}",))
    assumed: list[str] = []
    denied = []
    for node in hierarchy.nodes:
        for rule in node.denials:
            applies, missing = _denies(rule, request)
            assumed += missing
            if applies:
                denied.append(f"{node.name}: {rule.policy}")
    if denied:
        return Verdict("explicit_deny", ("deny", *unique(denied)), unique(assumed))
    granted = list(_granting(request, hierarchy, assumed))
    if granted:
        return Verdict("allow", ("allow", *unique(granted)))
    return Verdict("implicit_deny", ("allow", "no binding matches"), unique(assumed))


def _outside(hierarchy: Hierarchy) -> tuple[str, ...]:
    """Names of the boundaries, if none of them holds the resource or a node above it."""
    if hierarchy.boundaries is None:
        return ()
    names = {full_name(node.name) for node in hierarchy.nodes}
    if any(names & {full_name(resource) for resource in one.resources} for one in hierarchy.boundaries):
        return ()
    return tuple(one.name for one in hierarchy.boundaries) or ("no boundary policy lists a resource",)


def full_name(node: str) -> str:
    """``projects/p`` as ``//cloudresourcemanager.googleapis.com/projects/p``; other names as they are."""
    return node if node.startswith("//") else f"//cloudresourcemanager.googleapis.com/{node}"


def _denies(rule: DenyRule, request: Request) -> tuple[bool, tuple[str, ...]]:
    wanted = v2_permission(request.permission)
    if not any(permission_matches(pattern, wanted) for pattern in rule.permissions):
        return False, ()
    if any(permission_matches(pattern, wanted) for pattern in rule.except_permissions):
        return False, ()
    if not any(matches(one, request.principal) for one in rule.principals):
        return False, ()
    if any(matches(one, request.principal) for one in rule.except_principals):
        return False, ()
    met, missing = holds(rule.condition, request)
    return met is not False, missing


def _granting(request: Request, hierarchy: Hierarchy, assumed: list[str]) -> Iterator[str]:
    for node, binding in bound(request, hierarchy):
        permissions = permissions_of(binding.role, hierarchy.custom_roles)
        if permissions is None:
            assumed.append(f"permissions of {binding.role}")
        elif request.permission in permissions:
            met, missing = holds(binding.condition, request)
            assumed += missing
            if met:
                yield f"{node.name}: {binding.role}"


def bound(request: Request, hierarchy: Hierarchy) -> Iterator[tuple[Node, Binding]]:
    """Bindings of all nodes that name the principal, itself or by a set it is in."""
    for node in hierarchy.nodes:
        for binding in node.bindings:
            if any(matches(member, request.principal, hierarchy.nodes) for member in binding.members):
                yield node, binding


def v2_permission(permission: str) -> str:
    """``iam.roles.list`` as deny policies write it: ``iam.googleapis.com/roles.list``."""
    service, _, rest = permission.partition(".")
    return f"{_SERVICES.get(service, service)}.googleapis.com/{rest}"


def permission_matches(pattern: str, permission: str) -> bool:
    """A denied permission, or a group: ``service/*.*``, ``service/resource.*``, ``service/*.verb``."""
    if pattern == permission:
        return True
    service, _, rest = pattern.partition("/")
    mine, _, wanted = permission.partition("/")
    if service != mine or "*" not in rest:
        return False
    resource, _, verb = rest.rpartition(".")
    owner, _, act = wanted.rpartition(".")
    return resource in {"*", owner} and verb in {"*", act}
