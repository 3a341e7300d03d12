"""Do some permissions give everything others give? By what is documented to hold what; sound as far as the documents are."""

from __future__ import annotations

from collections.abc import Iterable

from keyrack.access.entra.implied import all_held
from keyrack.access.entra.model import GRAPH, Held


def subsumes(a: Iterable[Held], b: Iterable[Held]) -> bool:
    """Whether each permission of ``b`` is held, itself or through another, in ``a``, in the same kind and application."""
    wide = tuple(a)
    for one in b:
        mine = [other.permission for other in wide if (other.kind, other.resource) == (one.kind, one.resource)]
        if one.permission not in (all_held(mine, one.kind) if one.resource == GRAPH else mine):
            return False
    return True
