"""Does one set of policies give a principal everything another gives? Sound: ``True`` only if certain.

Both are lines of the same nodes. Each permission granted in ``b`` must be granted in ``a`` on the same node or above, under no
condition or the same one; and each denial or boundary in ``a`` must stand in ``b`` too, or touch nothing that ``b`` grants.
"""

from __future__ import annotations

from keyrack.access.gcp.decide import bound
from keyrack.access.gcp.effective import concerns, denied
from keyrack.access.gcp.model import Hierarchy, Principal, Request
from keyrack.access.gcp.roles import permissions_of


def subsumes(a: Hierarchy, b: Hierarchy, principal: Principal) -> bool:
    """Whether ``a`` certainly allows the principal every request that ``b`` allows; ``False`` if the nodes differ."""
    names = [node.name for node in a.nodes]
    if names != [node.name for node in b.nodes]:
        return False
    if a.boundaries is not None and a.boundaries != b.boundaries:
        return False
    wide, narrow = _granted(a, principal), _granted(b, principal)
    if narrow is None or wide is None:
        return False
    wanted = {permission for _, permissions, _ in narrow for permission in permissions}
    if not _denials_shared(a, b, principal, wanted):
        return False
    for depth, permissions, condition in narrow:
        given: set[str] = set()
        for other, more, limit in wide:
            if other <= depth and limit in {"", condition}:
                given |= more
        if not permissions <= given:
            return False
    return True


def _granted(hierarchy: Hierarchy, principal: Principal) -> list[tuple[int, frozenset[str], str]] | None:
    """(depth, permissions, condition) of every grant; ``None`` if a role is not known."""
    depth = {node.name: number for number, node in enumerate(hierarchy.nodes)}
    found = []
    for node, binding in bound(Request(principal, ""), hierarchy):
        permissions = permissions_of(binding.role, hierarchy.custom_roles)
        if permissions is None:
            return None
        found.append((depth[node.name], permissions, binding.condition))
    return found


def _denials_shared(a: Hierarchy, b: Hierarchy, principal: Principal, wanted: set[str]) -> bool:
    for mine, theirs in zip(a.nodes, b.nodes, strict=True):
        for rule in mine.denials:
            if rule in theirs.denials or not concerns(rule, principal):
                continue
            if any(denied(rule, permission) for permission in wanted):
                return False
    return True
