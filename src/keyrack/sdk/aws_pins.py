"""What the conditions of a trust policy pin: an organisation, a source, a principal, an ExternalId. Pure, total.

Operators and keys are those of "Condition operators" and "AWS global condition context keys" in the IAM User Guide. A value
with a wildcard pins only when what stands before it already leaves strangers out: ``o-*`` is every organisation, and
``arn:aws:iam::*:role/deployer`` is a name that anybody may give to a role of theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from keyrack.sdk.aws_document import Conditions, Statement

PINS = ("org_condition", "source_condition", "principal_condition")
"""Attributes of a Trust that say what is pinned."""

_PIN_KEYS: Mapping[str, str] = {
    "aws:principalorgid": "org_condition",
    "aws:principalorgpaths": "org_condition",
    "aws:sourcearn": "source_condition",
    "aws:sourceaccount": "source_condition",
    "aws:sourceorgid": "source_condition",
    "aws:sourceorgpaths": "source_condition",
    "aws:principalarn": "principal_condition",
    "aws:principalaccount": "principal_condition",
    "aws:userid": "principal_condition",
}
_POSITIVE = {"stringequals": 0, "arnequals": 0, "stringequalsignorecase": 1, "stringlike": 2, "arnlike": 2}
_NEGATIVE = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotlike": "stringlike",
    "arnnotequals": "arnequals",
    "arnnotlike": "arnlike",
}
_LITERAL = {"stringequals", "stringequalsignorecase"}
_SERVICES_ONLY = "aws:principalisawsservice"
_VARIABLE = re.compile(r"\$\{[^}]*\}")
_WILD = re.compile(r"[*?]")
_ORGANISATION = re.compile(r"(o-[a-z0-9]{10,}|o-[a-z0-9]+/.*|.*VARIABLE.*)", re.DOTALL)
_ACCOUNT = re.compile(r"(\d{12}|.*VARIABLE.*)", re.ASCII | re.DOTALL)
_UNIQUE = re.compile(r"([A-Z]{4}[A-Z0-9]{12,}.*|\d{12}.*|.*VARIABLE.*)", re.ASCII | re.DOTALL)


def limits(conditions: Conditions) -> Iterator[tuple[int, bool, str, str, tuple[str, ...]]]:
    """(looseness, pins, operator, lower-case key, values) of every limiting condition, tightest first."""
    found = [
        (*rank, operator, key.lower(), values)
        for operator, keys in conditions.items()
        if (rank := _operator(operator)) is not None
        for key, values in keys.items()
    ]
    yield from sorted(found)


def narrowing(conditions: Conditions) -> dict[str, str]:
    """What the conditions pin: external id, organisation, source, principal."""
    found: dict[str, str] = {}
    for _, pins, operator, key, values in limits(conditions):
        name = _pin(key)
        if name and pins and _all_pin(_bare(operator), key, values):
            found.setdefault(name, "" if name == "external_id" else ",".join(sorted(set(values))))
    return found


def required_by_deny(statements: Iterable[Statement]) -> dict[str, str]:
    """What Deny statements demand of everybody: the listed values of the one key that they compare.

    Exceptions for AWS services may stand beside it; any other second condition makes the Deny narrower, so it demands nothing.
    """
    found: dict[str, str] = {}
    for statement in statements:
        flat = [
            (_bare(operator), key.lower(), values)
            for operator, keys in statement.conditions.items()
            for key, values in keys.items()
            if key.lower() != _SERVICES_ONLY
        ]
        if len(flat) != 1 or not any(name == "*" for _, name in statement.principals):
            continue
        operator, key, values = flat[0]
        positive, name = _NEGATIVE.get(operator), _pin(key)
        if positive and name in PINS and _all_pin(positive, key, values):
            found.setdefault(name, ",".join(sorted(set(values))))
    return found


def voided(conditions: Conditions) -> bool:
    """Whether there are conditions, and each is one that was meant to pin but lets everybody in."""
    keys = [(operator, key.lower(), values) for operator, keys in conditions.items() for key, values in keys.items()]
    return bool(keys) and all(
        _operator(operator) is not None and _pin(key) is not None and not _all_pin(_bare(operator), key, values)
        for operator, key, values in keys
    )


def _pin(key: str) -> str | None:
    return "external_id" if key == "sts:externalid" else _PIN_KEYS.get(key)


def _bare(operator: str) -> str:
    return operator.lower().rpartition(":")[2].removesuffix("ifexists")


def _operator(written: str) -> tuple[int, bool] | None:
    """(looseness, pins) of an operator that limits a key to listed values; ``None`` for all others.

    ``...IfExists`` and ``ForAllValues:`` are also true when the key is absent, so they pin nothing by themselves
    ("Condition operators" and "Set operators for multivalued context keys", IAM User Guide).
    """
    name = written.lower()
    prefix, _, bare = name.rpartition(":")
    optional = bare.endswith("ifexists") or prefix == "forallvalues"
    rank = _POSITIVE.get(bare.removesuffix("ifexists"))
    if rank is None:
        return None
    return rank + (10 if optional else 0), not optional


def _all_pin(operator: str, key: str, values: tuple[str, ...]) -> bool:
    """One value that lets everybody in undoes the others."""
    return bool(values) and all(_value_pins(operator, key, value) for value in values)


def _value_pins(operator: str, key: str, value: str) -> bool:
    if set(value) <= {"*"}:
        return False
    plain = _VARIABLE.sub("VARIABLE", value)
    wild = _WILD.search(plain)
    if operator in _LITERAL or wild is None or key == "sts:externalid":
        return True
    head = plain[: wild.start()]
    if key.endswith("arn"):
        return _arn_pins(plain)
    if "org" in key:
        return _ORGANISATION.fullmatch(head) is not None
    return (_UNIQUE if key == "aws:userid" else _ACCOUNT).fullmatch(head) is not None


def _arn_pins(pattern: str) -> bool:
    """An account that is written out, or none and a name that is (a bucket)."""
    parts = pattern.split(":", 5)
    if len(parts) < 5:
        return False
    account, resource = parts[4], parts[5] if len(parts) == 6 else ""
    return _ACCOUNT.match(account) is not None or (not account and _WILD.match(resource) is None and bool(resource))
