"""What a principal really holds, binding by binding, with what denials take out of it."""

from __future__ import annotations

from keyrack.access.gcp.decide import bound, permission_matches, v2_permission
from keyrack.access.gcp.members import matches
from keyrack.access.gcp.model import DenyRule, Hierarchy, Node, Principal, Request
from keyrack.access.gcp.roles import classify, highest, permissions_of
from keyrack.access.words import EffectiveGrant, Privilege


def effective(principal: Principal, hierarchy: Hierarchy) -> list[EffectiveGrant]:
    """Grants by node and role: ``actions`` are the permissions left, ``excluded`` those that an unconditional denial takes out.

    A denial takes out only where it surely applies: on the node itself or above it, without condition. ``setIamPolicy`` on a
    project, folder or organisation is ``admin`` where the binding stands on such a node: its holder can give itself the rest.
    """
    grants = []
    for node, binding in bound(Request(principal, ""), hierarchy):
        permissions = permissions_of(binding.role, hierarchy.custom_roles)
        if permissions is None:
            grants.append(EffectiveGrant((), node.name, "unknown", (binding.role,), _texts(binding.condition)))
            continue
        taken = _taken(permissions, principal, hierarchy, node)
        left = permissions - taken
        if left:
            grants.append(
                EffectiveGrant(
                    tuple(sorted(left)),
                    node.name,
                    _privilege(left, node),
                    (binding.role,),
                    _texts(binding.condition),
                    tuple(sorted(taken)),
                )
            )
    return grants


def _texts(condition: str) -> tuple[str, ...]:
    return (condition,) if condition else ()


def _privilege(permissions: frozenset[str], node: Node) -> Privilege:
    found = highest(permissions)
    kind = node.name.partition("/")[0]
    if found != "admin":
        return found
    owning = {
        "projects": ("projects",),
        "folders": ("projects", "folders"),
        "organizations": ("projects", "folders", "organizations"),
    }
    if any(f"resourcemanager.{kind}.setIamPolicy" in permissions for kind in owning.get(kind, ())):
        return "admin"
    return highest(one for one in permissions if classify(one) != "admin")


def _taken(permissions: frozenset[str], principal: Principal, hierarchy: Hierarchy, node: Node) -> frozenset[str]:
    above = hierarchy.nodes[: hierarchy.nodes.index(node) + 1]
    rules = [rule for one in above for rule in one.denials if not rule.condition and concerns(rule, principal)]
    return frozenset(one for one in permissions if any(denied(rule, one) for rule in rules))


def concerns(rule: DenyRule, principal: Principal) -> bool:
    """The rule names the principal and does not except it."""
    named = any(matches(one, principal) for one in rule.principals)
    return named and not any(matches(one, principal) for one in rule.except_principals)


def denied(rule: DenyRule, permission: str) -> bool:
    """The rule denies a permission (v1 form) and does not except it."""
    wanted = v2_permission(permission)
    listed = any(permission_matches(pattern, wanted) for pattern in rule.permissions)
    return listed and not any(permission_matches(pattern, wanted) for pattern in rule.except_permissions)
