"""Policies as the APIs give them (IAM v1 ``Policy``, v2 ``DenyPolicy``, v3 ``PrincipalAccessBoundaryPolicy``) to words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from keyrack.access.gcp.model import Binding, Boundary, DenyRule, Node
from keyrack.access.words import read_case


class _Expression(msgspec.Struct):
    expression: str = ""


class _Binding(msgspec.Struct):
    role: str
    members: list[str] = []
    condition: _Expression | None = None


class _Policy(msgspec.Struct):
    bindings: list[_Binding] = []


class _DenyRule(msgspec.Struct, rename="camel"):
    denied_principals: list[str] = []
    exception_principals: list[str] = []
    denied_permissions: list[str] = []
    exception_permissions: list[str] = []
    denial_condition: _Expression | None = None


class _Rule(msgspec.Struct, rename="camel"):
    deny_rule: _DenyRule


class _DenyPolicy(msgspec.Struct):
    name: str = ""
    rules: list[_Rule] = []


class _BoundaryRule(msgspec.Struct):
    resources: list[str] = []


class _Details(msgspec.Struct, rename="camel"):
    rules: list[_BoundaryRule] = []
    enforcement_version: str = ""


class _Boundary(msgspec.Struct):
    name: str = ""
    details: _Details = msgspec.field(default_factory=_Details)


def allow_policy(policy: Mapping[str, Any]) -> tuple[Binding, ...]:
    """Bindings of an allow policy."""
    return tuple(Binding(one.role, tuple(one.members), _text(one.condition)) for one in read_case(policy, _Policy).bindings)


def deny_policy(policy: Mapping[str, Any]) -> tuple[DenyRule, ...]:
    """Rules of a deny policy."""
    read = read_case(policy, _DenyPolicy)
    name = read.name.rpartition("/")[2]
    rules = [rule.deny_rule for rule in read.rules]
    return tuple(
        DenyRule(
            name,
            tuple(rule.denied_principals),
            tuple(rule.denied_permissions),
            tuple(rule.exception_principals),
            tuple(rule.exception_permissions),
            _text(rule.denial_condition),
        )
        for rule in rules
    )


def boundary(policy: Mapping[str, Any]) -> Boundary:
    """A principal access boundary policy."""
    read = read_case(policy, _Boundary)
    resources = tuple(resource for rule in read.details.rules for resource in rule.resources)
    return Boundary(read.name.rpartition("/")[2], resources, read.details.enforcement_version)


def node(name: str, allow: Mapping[str, Any] | None = None, deny: Iterable[Mapping[str, Any]] = ()) -> Node:
    """A node with its policies."""
    return Node(name, allow_policy(allow or {}), tuple(rule for policy in deny for rule in deny_policy(policy)))


def _text(expression: _Expression | None) -> str:
    return expression.expression if expression else ""
