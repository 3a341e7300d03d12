"""Policies as documents: JSON as AWS takes it, and what counts towards its limits."""

from __future__ import annotations

import json
from typing import Any

from keyrack.access.aws.model import Condition, Policy, Statement

MANAGED_LIMIT = 6_144
INLINE_LIMITS = {"user": 2_048, "role": 10_240, "group": 5_120}
ATTACHED = 10
"""Characters of a managed policy; of all inline policies of one identity together; managed policies an identity may have
attached ("IAM and AWS STS quotas", IAM User Guide; default of 10 of the last)."""

_OPERATORS = (
    "StringEquals StringNotEquals StringEqualsIgnoreCase StringNotEqualsIgnoreCase StringLike StringNotLike NumericEquals "
    "NumericNotEquals NumericLessThan NumericLessThanEquals NumericGreaterThan NumericGreaterThanEquals DateEquals DateNotEquals "
    "DateLessThan DateLessThanEquals DateGreaterThan DateGreaterThanEquals Bool BinaryEquals IpAddress NotIpAddress ArnEquals "
    "ArnLike ArnNotEquals ArnNotLike Null"
)
_SPELLED = {name.lower(): name for name in _OPERATORS.split()}
_QUANTIFIERS = {"": "", "forallvalues": "ForAllValues:", "foranyvalue": "ForAnyValue:"}


def document(policy: Policy) -> dict[str, Any]:
    """The policy as decoded JSON; a list of one is written as its member."""
    return {"Version": policy.version, "Statement": [_statement(one) for one in policy.statements]}


def text(policy: Policy) -> str:
    """The policy as indented JSON."""
    return json.dumps(document(policy), indent=2, ensure_ascii=False)


def size(policy: Policy) -> int:
    """Characters that count towards the limits: "IAM doesn't count white space when calculating the size of a policy"."""
    return len(json.dumps(document(policy), separators=(",", ":"), ensure_ascii=False))


def _statement(statement: Statement) -> dict[str, Any]:
    written: dict[str, Any] = {"Sid": statement.sid} if statement.sid else {}
    written["Effect"] = "Allow" if statement.allow else "Deny"
    if statement.principals is not None:
        written["NotPrincipal" if statement.not_principals else "Principal"] = _principals(statement.principals)
    written["NotAction" if statement.not_actions else "Action"] = _one_or_many(statement.actions)
    if not statement.no_resource:
        written["NotResource" if statement.not_resources else "Resource"] = _one_or_many(statement.resources)
    if statement.conditions:
        written["Condition"] = conditions(statement.conditions)
    return written


def conditions(given: tuple[Condition, ...]) -> dict[str, dict[str, Any]]:
    """A condition block as decoded JSON."""
    block: dict[str, dict[str, Any]] = {}
    for one in given:
        operator = _QUANTIFIERS[one.quantifier] + _SPELLED[one.operator] + ("IfExists" if one.if_exists else "")
        block.setdefault(operator, {})[one.written or one.key] = _one_or_many(one.values)
    return block


def _principals(given: tuple[tuple[str, str], ...]) -> str | dict[str, Any]:
    if given == (("*", "*"),):
        return "*"
    kinds: dict[str, tuple[str, ...]] = {}
    for kind, value in given:
        kinds[kind] = (*kinds.get(kind, ()), value)
    return {kind: _one_or_many(values) for kind, values in kinds.items()}


def _one_or_many(values: tuple[str, ...]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)
