"""CEL conditions, three-valued: true, false, or not to be said because an attribute has no value.

Source: "Attribute reference for IAM Conditions" and "Overview of IAM Conditions" (cloud.google.com/iam/docs): resource.*,
request.*, destination.*, api.getAttribute, tags (matchTag, matchTagId, hasTagKey, hasTagKeyId), extract, hasOnly. CEL's own
rule that an error beside ``true ||`` or ``false &&`` does not count makes the third value fall out by itself.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from keyrack.access.gcp.model import Request
from keyrack.access.words import CaseError

_ATTRIBUTE = re.compile(r"\b((?:resource|request|destination|source|origin|principal|access)\.[A-Za-z_]+(?:\.[a-z_]+)?)\b(\(?)")
_TAGS = re.compile(r"\b(matchTag|matchTagId|hasTagKey|hasTagKeyId)\(")


def holds(expression: str, request: Request) -> tuple[bool | None, tuple[str, ...]]:
    """The truth of a condition and the attributes it lacks (empty unless unknown). An empty condition is true.

    Raises :class:`CaseError` for an expression that is no CEL.
    """
    if not expression.strip():
        return True, ()
    from celpy.evaluation import CELEvalError

    try:
        outcome = _program(expression).evaluate(_activation(request))
    except (
        CELEvalError,
        TypeError,
        ValueError,
        LookupError,
        AttributeError,
    ) as error:  # celpy lets values of a wrong type through
        missing = _missing(expression, request)
        return (None, missing) if missing else (None, (f"condition that fails: {error.args[0]}",))
    return bool(outcome), ()


@cache
def _program(expression: str) -> Any:
    import celpy
    from celpy.celparser import CELParseError

    from keyrack.access.gcp.functions import FUNCTIONS

    environment = celpy.Environment()
    try:
        tree = environment.compile(expression)
    except CELParseError as error:
        raise CaseError(f"condition {expression!r} is no CEL: {error.args[0]}") from error
    return environment.program(tree, functions=dict(FUNCTIONS))


def _activation(request: Request) -> dict[str, Any]:
    """Attributes as nested maps; what is not given is absent, so that reading it fails."""
    from celpy import celtypes
    from celpy.adapter import json_to_cel

    from keyrack.access.gcp.functions import KNOWN, TAGS

    tree: dict[str, Any] = {
        name: {} for name in ("resource", "request", "destination", "source", "origin", "principal", "access", "api")
    }
    for name, value in request.context.items():
        _put(tree, name, value)
    if request.tags is not None:
        tree["resource"][TAGS] = dict(request.tags)
    if request.api is not None:
        tree["api"] = dict(request.api)
        tree["api"][KNOWN] = True
    found: dict[str, Any] = {name: json_to_cel(value) for name, value in tree.items()}
    if request.time is not None:
        found["request"][celtypes.StringType("time")] = celtypes.TimestampType(request.time)
    return found


def _put(tree: dict[str, Any], name: str, value: Any) -> None:
    parts = name.split(".")
    if len(parts) < 2 or not all(re.fullmatch("[A-Za-z_]+", part) for part in parts):
        raise CaseError(f"context: {name!r} is no attribute of a condition")
    owner: Any = tree
    for part in parts[:-1]:
        owner = owner.setdefault(part, {})
        if not isinstance(owner, dict):
            raise CaseError(f"context: {name!r} lies within another attribute's value")
    owner[parts[-1]] = value


def _missing(expression: str, request: Request) -> tuple[str, ...]:
    """Attributes of an expression that the request gives no value for."""
    given = {*request.context, *(["request.time"] if request.time else [])}
    named = []
    for name, call in _ATTRIBUTE.findall(expression):
        attribute = name.rpartition(".")[0] if call else name
        if attribute.count(".") and not any(attribute == one or attribute.startswith(f"{one}.") for one in given):
            named.append(attribute)
    if request.tags is None and _TAGS.search(expression):
        named.append("resource.tags")
    if request.api is None and "api.getAttribute" in expression:
        named.append("api attributes")
    return tuple(dict.fromkeys(named))
