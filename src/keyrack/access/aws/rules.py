"""Policies compiled for evaluation: per policy and action, the statements that could apply, as functions of the request.

Compiled once a policy and kept in ``Policy.memo``, by action; both are bounded.
"""

from __future__ import annotations

from collections.abc import Callable

from keyrack.access.aws import conditions, match, variables
from keyrack.access.aws.facts import Facts
from keyrack.access.aws.model import Policy, Statement
from keyrack.access.aws.principals import Caller, Match, principals

VARIABLES_SINCE = "2012-10-17"
_ACTIONS_KEPT = 128
"""Actions a policy remembers the statements of; there are some 20,000 in all, and as many policies in an estate."""

Test = Callable[[Facts], object]


class Rule:
    """One statement: whether its action, resource, principal and conditions fit a request."""

    __slots__ = ("_names", "allow", "checks", "negated_principal", "resource", "statement")

    def __init__(self, statement: Statement, version: str) -> None:
        with_variables = version == VARIABLES_SINCE
        self.statement = statement
        self.allow = statement.allow
        self.resource = _resources(statement, with_variables=with_variables)
        self.checks = tuple(conditions.compiled(one, with_variables=with_variables) for one in statement.conditions)
        self.negated_principal = statement.not_principals
        self._names = None if statement.principals is None else principals(statement.principals)

    def names(self, who: Caller, *, boundary: bool) -> Match:
        """How the statement names a caller; without a principal element, it means everyone.

        "The NotPrincipal element with a Deny effect will always deny any IAM principal that has a permissions boundary"
        (IAM User Guide, Permissions boundaries).
        """
        if self._names is None:
            return Match.DIRECT
        if not self.negated_principal:
            return self._names.match(who)
        if boundary and not self.allow:
            return Match.DIRECT
        return Match.NONE if self._names.exempts(who, deny=not self.allow) else Match.DIRECT

    def holds(self, facts: Facts) -> bool:
        """Whether every condition holds; all are looked at, so that every key without a value is noted."""
        held = True
        for check in self.checks:
            if not check(facts):
                held = False
        return held


def rules_of(policy: Policy) -> tuple[Rule, ...]:
    """All statements of a policy."""
    memo = policy.memo
    every: tuple[Rule, ...] = memo.get("") or memo.setdefault(
        "", tuple(Rule(statement, policy.version) for statement in policy.statements)
    )
    return every


def rules_for(policy: Policy, action: str) -> tuple[Rule, ...]:
    """The statements of a policy whose Action or NotAction covers an action (in lower case)."""
    memo = policy.memo
    found: tuple[Rule, ...] | None = memo.get(action)
    if found is None:
        every = rules_of(policy)
        if len(memo) > _ACTIONS_KEPT:
            memo.clear()
            memo[""] = every
        found = memo[action] = tuple(rule for rule in every if covers_action(rule.statement, action))
    return found


def covers_action(statement: Statement, action: str) -> bool:
    """Whether a statement's Action or NotAction covers an action (in lower case).

    "The prefix and the action name are case insensitive" (IAM User Guide, Action). A wildcard in the service prefix matches
    nothing, except in ``*`` and ``*:*``.
    """
    return any(_action(pattern)(action) for pattern in statement.actions) is not statement.not_actions


def _action(pattern: str) -> match.Matcher:
    if pattern in {"*", "*:*"}:
        return match.anything
    service, colon, name = pattern.lower().partition(":")
    if not colon or "*" in service or "?" in service:
        return match.nothing
    return match.glob(f"{service}:{name}")


def _resources(statement: Statement, *, with_variables: bool) -> Test:
    """The test of Resource or NotResource; a statement with neither means the resource that its policy is attached to."""
    if statement.no_resource:
        return _always
    negated = statement.not_resources
    if "*" in statement.resources:
        return _never if negated else _always
    varying = tuple(one for one in statement.resources if with_variables and variables.has_variables(one))
    fixed = tuple(match.resource(one) for one in statement.resources if one not in varying)
    if len(fixed) == 1 and not varying and not negated:
        only = fixed[0]
        return lambda facts: only(facts.resource)

    def test(facts: Facts) -> bool:
        resource = facts.resource
        if any(matches(resource) for matches in fixed):
            return not negated
        return any(_varying(one, facts) for one in varying) is not negated

    return test


def _always(_facts: Facts) -> bool:
    return True


def _never(_facts: Facts) -> bool:
    return False


def _varying(pattern: str, facts: Facts) -> object:
    """Whether a pattern with variables, which are replaced only in the part after the fifth colon, matches.

    "The resource that includes a policy variable with no value will not match any resource" (Resource and NotResource).
    """
    fixed, rest = _split(pattern)
    if variables.has_variables(fixed):
        return False
    replaced = variables.replaced(rest, facts.looked_up)
    return replaced is not None and match.resource(fixed + replaced)(facts.resource)


def _split(pattern: str) -> tuple[str, str]:
    """Part the pattern after its fifth colon; of a pattern with fewer, everything is before it."""
    parts = pattern.split(":", 5)
    head = ":".join(parts[:5])
    return (head + ":", parts[5]) if len(parts) == 6 else (pattern, "")
