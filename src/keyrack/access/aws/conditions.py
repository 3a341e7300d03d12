"""The Condition element: each condition becomes one function of the request, made once a policy.

Facts: IAM User Guide, "Condition operators", "Conditions with multiple context keys or values" (several keys: AND; several
values: OR, for negated operators NOR), "Single-valued vs. multivalued context keys" (set operators), "Policy variables with no
value".

========================== =========================== ============================ =================
key in the request         no set operator             ForAllValues                 ForAnyValue
========================== =========================== ============================ =================
absent                     false; negated: true        true                         false
absent, IfExists           true                        true                         true
one value                  compared                    compared                     compared
several values             false ("multivalued context every value must match       one value must match
                           keys require a set
                           operator")
========================== =========================== ============================ =================
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from keyrack.access.aws import values, variables
from keyrack.access.aws.facts import Facts
from keyrack.access.aws.match import Matcher, arn_like, glob, nothing, plain
from keyrack.access.aws.model import Condition

Check = Callable[[Facts], bool]
Make = Callable[[str], Matcher]
"""Makes the matcher of one policy value, whose variables are replaced."""


def _equal(policy_value: str) -> Matcher:
    return plain(policy_value).__eq__


def _equal_ignoring_case(policy_value: str) -> Matcher:
    wanted = plain(policy_value).casefold()
    return lambda text: text.casefold() == wanted


_WITH_VARIABLES: dict[str, Make] = {
    "stringequals": _equal,
    "stringequalsignorecase": _equal_ignoring_case,
    "stringlike": glob,
    "arnequals": arn_like,
    "arnlike": arn_like,
    "bool": values.same_bool,
}
_PLAIN: dict[str, Make] = {
    **{f"numeric{name}": partial(values.ordered, values.number, order) for name, order in values.ORDERS.items()},
    **{f"date{name}": partial(values.ordered, values.moment, order) for name, order in values.ORDERS.items()},
    "ipaddress": values.within,
    "binaryequals": values.same_bytes,
}
_NEGATED = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotlike": "stringlike",
    "numericnotequals": "numericequals",
    "datenotequals": "dateequals",
    "notipaddress": "ipaddress",
    "arnnotequals": "arnequals",
    "arnnotlike": "arnlike",
}
OPERATORS = frozenset({*_WITH_VARIABLES, *_PLAIN, *_NEGATED, "null"})
"""Every condition operator, in lower case, without set operator and IfExists."""


def compiled(condition: Condition, *, with_variables: bool) -> Check:
    """The function that tells whether a condition holds.

    Args:
        condition: its operator is one of ``OPERATORS``.
        with_variables: the policy's Version replaces variables; else ``${...}`` is plain text.
    """
    if condition.operator == "null":
        return _null(condition)
    negated = condition.operator in _NEGATED
    base = _NEGATED.get(condition.operator, condition.operator)
    matching = _matching(base, condition.values, with_variables=with_variables and base in _WITH_VARIABLES)
    key, written = condition.key, condition.written or condition.key
    absent = condition.if_exists or (condition.quantifier == "forallvalues" if condition.quantifier else negated)
    quantify = {"forallvalues": all, "foranyvalue": any}.get(condition.quantifier)

    def check(facts: Facts) -> bool:
        given = facts.values(key)
        if not given:
            facts.missing[key] = written
            return absent
        matches = matching(facts)
        if quantify is None:
            return len(given) == 1 and matches(given[0]) is not negated
        if not any(given):
            return absent
        return quantify(matches(value) is not negated for value in given)

    return check


def _null(condition: Condition) -> Check:
    """Null: ``true`` asks that the key is absent, ``false`` that it is there and has a value."""
    asked = {value.strip().lower() for value in condition.values}
    key, written = condition.key, condition.written or condition.key

    def check(facts: Facts) -> bool:
        if facts.values(key):
            return "false" in asked
        facts.missing[key] = written
        return "true" in asked

    return check


def _matching(base: str, policy_values: tuple[str, ...], *, with_variables: bool) -> Callable[[Facts], Callable[[str], bool]]:
    """A function that gives, for a request, the test "some policy value matches this value of the request"."""
    make = _WITH_VARIABLES.get(base) or _PLAIN[base]
    fixed = tuple(make(value) for value in policy_values if not (with_variables and variables.has_variables(value)))
    varying = tuple(value for value in policy_values if with_variables and variables.has_variables(value))
    if not varying:
        test = _exactly(policy_values) if base == "stringequals" else partial(_some, fixed)
        return lambda _facts: test

    def for_request(facts: Facts) -> Callable[[str], bool]:
        made = (variables.replaced(value, facts.looked_up) for value in varying)
        return partial(_some, (*fixed, *(nothing if value is None else make(value) for value in made)))

    return for_request


def _exactly(policy_values: tuple[str, ...]) -> Callable[[str], bool]:
    return frozenset(policy_values).__contains__


def _some(tests: tuple[Matcher, ...], text: str) -> bool:
    for test in tests:  # noqa: SIM110 - any() with a generator costs three times as much here
        if test(text):
            return True
    return False
