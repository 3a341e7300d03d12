"""When one condition implies another: the weaker one accepts at least the same values, and absence at least as readily.

Facts: IAM User Guide, "Condition operators" and "Conditions with multiple context keys or values" (values: OR, for negated
operators NOR), read as in conditions.py. What is not proven is not implied.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable
from decimal import Decimal

from keyrack.access.aws.globs import ARN_FIELDS, STAR, WILD, covers
from keyrack.access.aws.model import Condition
from keyrack.access.aws.values import moment, number
from keyrack.access.aws.variables import has_variables

_Covers = Callable[[str, str], bool]


def implied(wide: Iterable[Condition], narrow: Iterable[Condition]) -> bool:
    """Whether every condition of ``wide`` holds wherever all of ``narrow`` do."""
    given = tuple(narrow)
    return all(any(weaker(condition, other) for other in given) for condition in wide)


def weaker(wide: Condition, narrow: Condition) -> bool:
    """Whether ``wide`` holds wherever ``narrow`` does."""
    if (wide.key, wide.quantifier) != (narrow.key, narrow.quantifier):
        return False
    if wide.operator == "null" or narrow.operator == "null":
        return wide.operator == narrow.operator and {*map(str.lower, wide.values)} == {*map(str.lower, narrow.values)}
    if _accepts_absence(narrow) and not _accepts_absence(wide):
        return False
    (general, refuses), (special, refuses_too) = _base(wide.operator), _base(narrow.operator)
    if refuses is not refuses_too:
        return False
    if refuses:
        return all(any(_value(special, general, wider, value) for wider in narrow.values) for value in wide.values)
    return all(any(_value(general, special, wider, value) for wider in wide.values) for value in narrow.values)


def _base(operator: str) -> tuple[str, bool]:
    """The operator without its negation, and whether it had one; ArnEquals and ArnLike are one."""
    base = operator.replace("not", "", 1)
    return ("arnlike" if base == "arnequals" else base), base != operator


def _accepts_absence(condition: Condition) -> bool:
    if condition.quantifier:
        return condition.if_exists or condition.quantifier == "forallvalues"
    return condition.if_exists or "not" in condition.operator


def _value(general: str, special: str, wider: str, value: str) -> bool:
    """Whether ``general`` matches with ``wider`` whatever ``special`` matches with ``value``."""
    if general == special and wider == value:
        return True
    if has_variables(wider) or has_variables(value):
        return False
    if special == "stringlike" and general != "stringlike" and not WILD.search(value):
        special = "stringequals"
    if general == "stringlike" and special == "stringequals":
        return not WILD.search(value) and covers(wider, value)
    if general == "stringequalsignorecase" and special in {"stringequals", general}:
        return wider.casefold() == value.casefold()
    compare = _COMPARED.get(general)
    return general == special and compare is not None and compare(wider, value)


def _arn(wider: str, value: str) -> bool:
    ours, theirs = wider.split(":", ARN_FIELDS - 1), value.split(":", ARN_FIELDS - 1)
    return wider == STAR or (len(ours) == len(theirs) == ARN_FIELDS and all(map(covers, ours, theirs)))


def _network(wider: str, value: str) -> bool:
    try:
        ours, theirs = ipaddress.ip_network(wider), ipaddress.ip_network(value)
        return ours.version == theirs.version and theirs.subnet_of(ours)  # type: ignore[arg-type]
    except ValueError:
        return False


def _order(read: Callable[[str], Decimal | None], *, below: bool) -> _Covers:
    def compare(wider: str, value: str) -> bool:
        limit, other = read(wider), read(value)
        if limit is None or other is None:
            return False
        return other <= limit if below else other >= limit

    return compare


_COMPARED: dict[str, _Covers] = {
    "stringlike": covers,
    "arnlike": _arn,
    "ipaddress": _network,
    "bool": lambda wider, value: wider.lower() == value.lower(),
    **{
        f"{kind}{order}": _order(read, below=order.startswith("less"))
        for kind, read in (("numeric", number), ("date", moment))
        for order in ("lessthan", "lessthanequals", "greaterthan", "greaterthanequals")
    },
}
"""By operator: whether what the first value admits includes what the second does."""
