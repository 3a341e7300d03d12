"""The least permissions that keep observed calls (MicrosoftGraphActivityLogs: ``RequestMethod``, ``RequestUri``).

Laws: every observed call that was allowed stays allowed; nothing is allowed that was not, for only permissions that were
held, or that a held one holds, are chosen. A call that the table does not know keeps everything: nobody can say which
permission served it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from keyrack.access.entra.effective import privilege
from keyrack.access.entra.implied import all_held
from keyrack.access.entra.model import GRAPH, Held, Kind
from keyrack.access.entra.table import Endpoint, endpoints, level, paths

_CLASSES = ("read", "write", "permissions", "admin")


@dataclass(frozen=True, slots=True)
class Call:
    """One observed Graph call of the app, in the kind of its token."""

    method: str
    path: str
    kind: Kind = "application"


def shrink(held: Sequence[Held], used: Iterable[Call]) -> tuple[tuple[Held, ...], tuple[Call, ...]]:
    """Permissions in place of those held, and the calls nothing held explains (if any, ``held`` comes back as it is).

    Permissions of other applications stay: their calls are not in Graph's log.
    """
    chosen: dict[Held, frozenset[Endpoint]] = {}
    unexplained = []
    for call in sorted(set(used), key=lambda one: (one.kind, one.method, one.path)):
        wanted = {(call.method.upper(), number) for number in paths(call.path)}
        if any(wanted & given for one, given in chosen.items() if one.kind == call.kind):
            continue
        best = _least(held, wanted, call.kind)
        if best is None:
            unexplained.append(call)
        else:
            chosen[best] = frozenset().union(*(endpoints(name, call.kind) for name in all_held([best.permission], call.kind)))
    if unexplained:
        return tuple(held), tuple(unexplained)
    return (*chosen, *(one for one in held if one.resource != GRAPH)), ()


def _least(held: Sequence[Held], wanted: set[Endpoint], kind: Kind) -> Held | None:
    """The least privileged permission that is held, or held by one that is, and allows one of the calls."""
    mine = [one.permission for one in held if one.kind == kind and one.resource == GRAPH]
    fitting = [Held(name, kind) for name in all_held(mine, kind) if wanted & endpoints(name, kind)]
    return min(fitting, key=_rank, default=None)


def _rank(one: Held) -> tuple[int, int, int, str]:
    kind = one.kind
    return _CLASSES.index(privilege(one)), level(one.permission, kind), len(endpoints(one.permission, kind)), one.permission
