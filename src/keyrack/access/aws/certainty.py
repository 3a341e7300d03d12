"""Statements against a question that leaves something open: the answer is yes, no, or it depends.

A question names an action, a resource pattern (the resources of that shape) and the context keys that are known. A key
that is not known may have any value or none, so a condition on it *may* hold. Answers are ordered ``NO < MAYBE < YES``:
all of several is their minimum, any of them their maximum. ``NO`` and ``YES`` are certain, ``MAYBE`` is not a claim.
"""

from __future__ import annotations

import re
from typing import Final

from keyrack.access.aws import variables
from keyrack.access.aws.facts import Facts
from keyrack.access.aws.globs import ARN_FIELDS, covers_resource, overlaps_resource
from keyrack.access.aws.model import Condition, Statement
from keyrack.access.aws.rules import VARIABLES_SINCE, Rule

NO: Final = 0
MAYBE: Final = 1
YES: Final = 2

_VARIABLE = re.compile(r"\$\{[^}]*\}")


def certainty(rule: Rule, version: str, facts: Facts) -> int:
    """Whether a statement fits everything (``YES``), something (``MAYBE``) or nothing (``NO``) a question asks about.

    Args:
        rule: the statement; that it takes in the action is the caller's to know.
        version: its policy's Version.
        facts: the question as a request; its resource may be a pattern. Keys it has no value for are not known, keys
            whose values are empty are known to be absent.
    """
    place = place_of(rule.statement, version, facts)
    return min(place, conditions_of(rule, version, facts)) if place else NO


def conditions_of(rule: Rule, version: str, facts: Facts) -> int:
    """Whether the conditions of a statement hold."""
    worst = YES
    for condition, check in zip(rule.statement.conditions, rule.checks, strict=True):
        if is_known(condition, version, facts):
            if not check(facts):
                return NO
        else:
            worst = MAYBE
    return worst


def is_known(condition: Condition, version: str, facts: Facts) -> bool:
    """Whether every key that a condition looks at is known."""
    if facts.values(condition.key) is None:
        return False
    if version != VARIABLES_SINCE:
        return True
    return all(facts.values(key) is not None for value in condition.values for key in variables.keys(value))


def place_of(statement: Statement, version: str, facts: Facts) -> int:
    """Whether Resource or NotResource takes in every (``YES``), some (``MAYBE``) or no resource of the shape asked about."""
    if statement.no_resource or (not statement.not_resources and "*" in statement.resources):
        return YES
    best = NO
    for written in statement.resources:
        pattern, exact = filled(written, version, facts)
        if pattern is not None and best < YES and overlaps_resource(pattern, facts.resource):
            best = YES if exact and covers_resource(pattern, facts.resource) else MAYBE
    return YES - best if statement.not_resources else best


def filled(pattern: str, version: str, facts: Facts) -> tuple[str | None, bool]:
    """A Resource pattern with its variables replaced, and whether that is exact; ``None``: it matches nothing.

    A variable whose key is not known becomes ``*``. Variables before the fifth colon are not replaced, so that a pattern
    with one there matches nothing (as in rules.py).
    """
    if version != VARIABLES_SINCE or not variables.has_variables(pattern):
        return pattern, True
    fields = pattern.split(":", ARN_FIELDS - 1)
    if len(fields) < ARN_FIELDS or any(map(variables.has_variables, fields[:-1])):
        return None, True
    if all(facts.values(key) is not None for key in variables.keys(fields[-1])):
        rest = variables.replaced(fields[-1], facts.values)
        return None if rest is None else ":".join([*fields[:-1], rest]), True
    return widened(pattern), False


def widened(pattern: str) -> str:
    """A pattern with ``*`` for each of its variables."""
    return _VARIABLE.sub("*", pattern)
