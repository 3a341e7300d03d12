"""Action patterns and scopes; both compare without regard to case ("Understand Azure role definitions", "Understand scope")."""

from __future__ import annotations

import re
from functools import cache

_MANAGEMENT = "/providers/microsoft.management/managementgroups/"


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in pattern.lower().split("*")), re.DOTALL)


def matches(pattern: str, action: str) -> bool:
    """Whether an action, or every action of a narrower pattern, is within a pattern: ``*`` stands for any text, slashes too."""
    return _compiled(pattern).fullmatch(action.lower()) is not None


@cache
def meet(one: str, other: str) -> bool:
    """Some action is within both patterns."""
    first, second = one.lower(), other.lower()
    if not first or not second:
        return not (first or second).strip("*")
    if first[0] == "*":
        return meet(first[1:], second) or meet(first, second[1:])
    if second[0] == "*":
        return meet(second, first)
    return first[0] == second[0] and meet(first[1:], second[1:])


def within(scope: str, outer: str, management_groups: tuple[str, ...] = ()) -> bool:
    """Whether a scope is an outer one or lies below it; management groups lie above the subscriptions by the given names."""
    inner, above = scope.lower().rstrip("/"), outer.lower().rstrip("/")
    if above in {"", inner} or inner.startswith(f"{above}/"):
        return True
    if not above.startswith(_MANAGEMENT):
        return False
    return above.removeprefix(_MANAGEMENT) in {name.lower().rpartition("/")[2] for name in management_groups}
