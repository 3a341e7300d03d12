"""The least assignments that keep observed calls: a role with the actions used, at the resource groups they were used in.

Laws: every observed call that the assignment allows stays allowed; nothing is allowed that was not. Custom roles with data
actions cannot be assigned at management groups ("Azure custom roles", limits): such an assignment keeps its scope, for the
caller to see.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from keyrack.access.azure.decide import gives
from keyrack.access.azure.model import Assignment, Block
from keyrack.access.azure.patterns import within

MANY = 5
_GROUP = re.compile(r"(/subscriptions/[^/]+/resourcegroups/[^/]+)(/.*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Call:
    """One observed action on a resource id (activity log: ``authorization.action`` and ``authorization.scope``)."""

    action: str
    scope: str
    data: bool = False


def shrink(
    assignment: Assignment, used: Iterable[Call], *, many: int = MANY, management_groups: tuple[str, ...] = ()
) -> tuple[Assignment, ...]:
    """Assignments in its place, none if nothing was used; the assignment itself when its role is not known."""
    if assignment.blocks is None:
        return (assignment,)
    calls = [call for call in used if within(call.scope, assignment.scope, management_groups)]
    blocks = tuple(block for old in assignment.blocks if (block := _cut(old, calls)) is not None)
    if not blocks:
        return ()
    served = [call.scope for call in calls if any(gives(block, call.action, data=call.data) for block in blocks)]
    return tuple(replace(assignment, scope=scope, blocks=blocks) for scope in _scopes(assignment.scope, served, many))


def _cut(block: Block, calls: Iterable[Call]) -> Block | None:
    kept = {
        data: tuple(sorted({call.action for call in calls if call.data is data and gives(block, call.action, data=data)}))
        for data in (False, True)
    }
    return Block(kept[False], (), kept[True], (), block.condition) if any(kept.values()) else None


def _scopes(scope: str, served: Iterable[str], many: int) -> tuple[str, ...]:
    """Resource groups of the calls if they are few and the scope is wider; else the scope as it is."""
    groups: dict[str, str] = {}
    for one in served:
        found = _GROUP.fullmatch(one)
        if found is None:
            return (scope,)
        groups.setdefault(found[1].lower(), found[1])
    wider = all(within(group, scope) or not _GROUP.match(scope) for group in groups.values())
    return tuple(groups.values()) if wider and len(groups) <= many else (scope,)
