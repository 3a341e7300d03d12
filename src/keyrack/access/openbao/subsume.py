"""Does one set of policies allow everything another allows? Sound: ``True`` only if certain.

Most specific rule wins, so more rules may mean less access. Two ways to certainty:
every path text is the same on both sides (then rules are compared one by one); or each rule of ``b`` that gives something lies
within a rule of ``a`` that gives as much, and no rule of ``a`` that could win there gives less, unless a rule of ``b`` wins
there too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache

from keyrack.access.openbao.match import Merged, merge
from keyrack.access.openbao.model import Limits, Policy

_LISTING = frozenset({"list", "scan"})


def subsumes(a: Sequence[Policy], b: Sequence[Policy], *, now: datetime | None = None) -> bool:
    """Whether ``a`` certainly allows every request that ``b`` allows, for the same entity, at the instant ``now``."""
    if any(policy.name == "root" for policy in a):
        return True
    if any(policy.name == "root" for policy in b):
        return False
    wide, narrow = merge(a, now), merge(b, now)
    templated = any("{{" in path for path in (*wide, *narrow))
    if wide.keys() == narrow.keys():
        return all(_pairwise(wide[path], narrow[path], templated=templated) for path in wide)
    if templated:
        return False
    return all(_within(rule, wide, narrow) for rule in narrow.values() if _gives(rule))


def _gives(rule: Merged) -> frozenset[str]:
    return rule.capabilities - {"deny"}


def _pairwise(wide: Merged, narrow: Merged, *, templated: bool) -> bool:
    """Rules of one path text. Templates may meet another rule's path and merge with it: only plain or equal rules are sure."""
    if templated:
        same = (wide.capabilities, wide.limits) == (narrow.capabilities, narrow.limits)
        plain = wide.limits == Limits() == narrow.limits and "deny" not in wide.capabilities | narrow.capabilities
        if not same and not plain:
            return False
    return _gives_as_much(wide, narrow)


def _gives_as_much(wide: Merged, narrow: Merged) -> bool:
    wanted = _gives(narrow)
    return not wanted or (wanted <= wide.capabilities and looser(wide.limits, narrow.limits))


def looser(wide: Limits, narrow: Limits) -> bool:
    """Each constraint is absent or the same, so that whatever passes ``narrow`` passes ``wide``."""
    return (
        (not wide.allowed or wide.allowed == narrow.allowed)
        and (not wide.denied or wide.denied == narrow.denied)
        and set(wide.required) <= set(narrow.required)
        and wide.min_wrap in {0, narrow.min_wrap}
        and wide.max_wrap in {0, narrow.max_wrap}
        and wide.pages in {0, narrow.pages}
        and set(wide.unread) <= set(narrow.unread)
    )


def _within(rule: Merged, wide: Mapping[str, Merged], narrow: Mapping[str, Merged]) -> bool:
    covering = [other for other in wide.values() if covers(other.path, rule.path)]
    good = [other for other in covering if _gives_as_much(other, rule)]
    if not good:
        return False
    best = max(good, key=lambda other: other.rank)
    listing = bool(_gives(rule) & _LISTING)
    for other in wide.values():
        if _gives_as_much(other, rule):
            continue
        if listing and not (best.glob and other.rank < best.rank):
            if _listing_meets(other.path, rule.path):
                return False
        elif other.rank > best.rank and meets(other.path, rule.path) and not _overruled(other, rule, narrow):
            return False
    return True


def _overruled(other: Merged, rule: Merged, narrow: Mapping[str, Merged]) -> bool:
    """Where ``other`` wins in a, a more specific rule than ``rule`` wins in b too, and is judged by itself."""
    return any(third.rank > rule.rank and covers(third.path, other.path) for third in narrow.values())


def _listing_meets(one: str, other: str) -> bool:
    """A listing of ``x/`` is also decided by rules on ``x``: both readings of both sides count."""
    return any(meets(first, second) for first in _readings(one) for second in _readings(other))


def _readings(path: str) -> tuple[str, ...]:
    return (path,) if path.endswith("*") else (path, path + "/")


@cache
def covers(wide: str, narrow: str) -> bool:
    """Every path that matches ``narrow`` matches ``wide``."""
    glob = wide.endswith("*")
    if narrow.endswith("*") and not glob:
        return False
    one, other = _segments(wide), _segments(narrow)
    if len(one) > len(other) or (not glob and len(one) != len(other)):
        return False
    for index, part in enumerate(one):
        last = glob and index == len(one) - 1
        theirs, open_end = other[index], narrow.endswith("*") and index == len(other) - 1
        if last and part != "+":
            if (theirs == "+" and part) or not theirs.startswith(part):
                return False
        elif open_end or part not in {"+", theirs}:
            return False
    return True


@cache
def meets(one: str, other: str) -> bool:
    """Some path matches both."""
    first, second = _segments(one), _segments(other)
    first_open, second_open = one.endswith("*"), other.endswith("*")
    if (len(first) > len(second) and not second_open) or (len(second) > len(first) and not first_open):
        return False
    for index, (mine, theirs) in enumerate(zip(first, second, strict=False)):
        mine_open = first_open and index == len(first) - 1
        theirs_open = second_open and index == len(second) - 1
        if "+" in {mine, theirs} or mine == theirs:
            continue
        if not ((mine_open and theirs.startswith(mine)) or (theirs_open and mine.startswith(theirs))):
            return False
    return True


def _segments(path: str) -> list[str]:
    return path.removesuffix("*").split("/")
