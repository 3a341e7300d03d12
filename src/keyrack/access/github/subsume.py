"""Does one token give everything another gives? Exact: levels compare, repositories are sets."""

from __future__ import annotations

from keyrack.access.github.decide import level_of
from keyrack.access.github.model import Held, enough


def subsumes(a: Held, b: Held) -> bool:
    """Whether ``a`` allows every request that ``b`` allows."""
    if b.suspended:
        return True
    if a.suspended:
        return False
    if a.repositories is not None:
        mine = {name.lower() for name in a.repositories}
        if b.repositories is None or not {name.lower() for name in b.repositories} <= mine:
            return False
    return all(enough(level_of(a, name), level_of(b, name)) for name in b.permissions)
