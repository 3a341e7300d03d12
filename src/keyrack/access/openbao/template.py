"""Templated paths: ``{{identity.entity.id}}`` and its kin, filled from who asks.

Source: "Templated policies" (openbao.org/docs/concepts/policies#templated-policies): a path whose template has no value is left
out of the policy; a value with ``*``, ``+`` or ``/`` is refused unless the policy was written with the flags that allow it,
and the server then refuses every request of that token (the policy no longer parses).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from keyrack.access.openbao.model import Policy, Request, Rule
from keyrack.access.words import CaseError

_BLOCKED = frozenset("*+/")


class ForbiddenValueError(CaseError):
    """A template's value holds a character that would widen the path."""


def filled(policies: Sequence[Policy], request: Request) -> tuple[list[Policy], tuple[str, ...]]:
    """Policies with their templates replaced, and the template names that had no value (their rules are left out).

    Raises :class:`ForbiddenValueError`.
    """
    missing: dict[str, None] = {}
    return [_policy(policy, request, missing) for policy in policies], tuple(missing)


def _policy(policy: Policy, request: Request, missing: dict[str, None]) -> Policy:
    if not any(rule.templated for rule in policy.rules):
        return policy
    rules = [found for rule in policy.rules if (found := _rule(rule, request, missing)) is not None]
    return replace(policy, rules=tuple(rules))


def _rule(rule: Rule, request: Request, missing: dict[str, None]) -> Rule | None:
    if not rule.templated:
        return rule
    values: dict[str, str] = {}
    for name in re.findall(r"\{\{\s*(.*?)\s*\}\}", rule.path):
        value = _value(name, request)
        if value is None:
            missing[name] = None
            return None
        if _BLOCKED & set(value):
            raise ForbiddenValueError(f"path {rule.path!r}: the value of {name} holds one of * + /")
        values[name] = value
    path = re.sub(r"\{\{\s*(.*?)\s*\}\}", lambda found: values[found[1]], rule.path)
    return replace(rule, path=path.removeprefix("/"))


def _value(name: str, request: Request) -> str | None:
    if name.startswith("identity.entity.aliases."):
        accessor, _, rest = name.removeprefix("identity.entity.aliases.").partition(".")
        aliases = (request.entity or {}).get("aliases") or {}
        return _field(aliases.get(accessor), rest)
    if name.startswith("identity.entity."):
        return _field(request.entity, name.removeprefix("identity.entity."))
    for kind in ("ids", "names"):
        start = f"identity.groups.{kind}."
        if name.startswith(start):
            wanted, _, rest = name.removeprefix(start).partition(".")
            key = kind.removesuffix("s")
            return _field(next((group for group in request.groups if group.get(key) == wanted), None), rest)
    return None


def _field(owner: Mapping[str, Any] | None, name: str) -> str | None:
    """``id``, ``name``, or ``metadata.KEY`` / ``custom_metadata.KEY``; empty counts as absent, as on the server."""
    if owner is None:
        return None
    kind, _, key = name.partition(".")
    if kind in {"id", "name"} and not key:
        return str(owner[kind]) if owner.get(kind) else None
    if kind in {"metadata", "custom_metadata"} and key:
        value = (owner.get(kind) or {}).get(key)
        return None if value is None else str(value)
    return None
