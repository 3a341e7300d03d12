"""Do one set of assignments give a principal everything another gives? Sound: ``True`` only if certain.

Each pattern of ``b`` must lie within a pattern of one block of ``a`` at the same scope or above, under no condition or the
same, and what that block takes out again must not touch it, unless ``b`` takes it out too. Each denial of ``a`` must stand
in ``b`` or touch nothing. Management groups compare by name only: one scope lies above another if its id begins the other's.
"""

from __future__ import annotations

from collections.abc import Iterable

from keyrack.access.azure.decide import concerns
from keyrack.access.azure.model import Assignment, Block, Denial, Policies
from keyrack.access.azure.patterns import matches, meet, within


def subsumes(a: Policies, b: Policies, principal: str, *, groups: Iterable[str] = ()) -> bool:
    """Whether ``a`` certainly allows the principal every request that ``b`` allows."""
    ids = {principal.lower(), *(group.lower() for group in groups)}
    wide = [one for one in a.assignments if one.principal.lower() in ids and one.blocks is not None]
    narrow = [one for one in b.assignments if one.principal.lower() in ids]
    if any(one.blocks is None for one in narrow):
        return False
    denials = [one for one in a.denials if one not in b.denials and concerns(one, ids)]
    return all(
        _covered(pattern, block, one, wide, data=data) and not _blocked(pattern, denials, data=data)
        for one in narrow
        for block in one.blocks or ()
        for data in (False, True)
        for pattern in block.of(data=data)[0]
    )


def _covered(pattern: str, narrow: Block, owner: Assignment, wide: Iterable[Assignment], *, data: bool) -> bool:
    excluded = narrow.of(data=data)[1]
    if any(matches(taken, pattern) for taken in excluded):
        return True
    for other in wide:
        if not within(owner.scope, other.scope) or other.condition not in {"", owner.condition}:
            continue
        for block in other.blocks or ():
            given, taken = block.of(data=data)
            if block.condition not in {"", narrow.condition} or not any(matches(one, pattern) for one in given):
                continue
            if all(not meet(one, pattern) or any(matches(mine, one) for mine in excluded) for one in taken):
                return True
    return False


def _blocked(pattern: str, denials: Iterable[Denial], *, data: bool) -> bool:
    return any(meet(denied, pattern) for one in denials for block in one.blocks for denied in block.of(data=data)[0])
