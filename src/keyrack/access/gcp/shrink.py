"""The least allow policy that keeps observed calls: each role cut to a custom role with the permissions used through it.

Laws: every observed call that the policy allows stays allowed; nothing is allowed that was not. Members keep their binding
only where they used it; a group or set keeps what any of its members used (``Call.member`` is the member through which
access came). Some permissions cannot stand in custom roles (cloud.google.com/iam/docs/custom-roles-permissions-support): IAM
refuses those on creation, and the predefined role has to stay.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from keyrack.access.gcp.model import Binding
from keyrack.access.gcp.roles import permissions_of


@dataclass(frozen=True, slots=True)
class Call:
    """A permission that was used, by the member of the policy (itself, its group, its set) that it came through."""

    member: str
    permission: str


def shrink(
    bindings: Sequence[Binding], used: Iterable[Call], custom: Mapping[str, frozenset[str]] | None = None
) -> tuple[tuple[Binding, ...], dict[str, frozenset[str]]]:
    """New bindings, and the custom roles they need: ``keyrack.N`` -> permissions; the caller places them in a project.

    A role that is used as a whole, or whose permissions are not known, stays as it is.
    """
    by_member: dict[str, set[str]] = defaultdict(set)
    for call in used:
        by_member[call.member].add(call.permission)
    roles: dict[frozenset[str], str] = {}
    kept: dict[tuple[str, str], list[str]] = defaultdict(list)
    for binding in bindings:
        permissions = permissions_of(binding.role, custom or {})
        for member in binding.members:
            needed = permissions if permissions is None else permissions & by_member[member]
            if needed is None or needed == permissions:
                kept[binding.role, binding.condition].append(member)
            elif needed:
                role = roles.setdefault(needed, f"keyrack.{len(roles) + 1}")
                kept[role, binding.condition].append(member)
    new = tuple(Binding(role, tuple(dict.fromkeys(members)), condition) for (role, condition), members in kept.items())
    return new, {role: permissions for permissions, role in roles.items()}
