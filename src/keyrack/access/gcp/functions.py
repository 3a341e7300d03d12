"""The functions that IAM adds to CEL; imported only when a condition is evaluated, for celpy is heavy.

Source: "Attribute reference for IAM Conditions" (cloud.google.com/iam/docs/conditions-attribute-reference).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from celpy import celtypes
from celpy.evaluation import CELEvalError

TAGS = "__tags__"
"""Where the resource's tags stand in the activation; absent when they are not known."""
KNOWN = "__known__"
"""Marks the API attributes as given, so that one that is absent has its default."""


def _tags(resource: Any) -> Any:
    if TAGS not in resource:
        raise CELEvalError("no tags")
    return resource[TAGS]


def match_tag(resource: Any, key: Any, value: Any) -> Any:
    """``resource.matchTag(key, value)``, and by ids."""
    return celtypes.BoolType(key in _tags(resource) and _tags(resource)[key] == value)


def has_tag(resource: Any, key: Any) -> Any:
    """``resource.hasTagKey(key)``, and by id."""
    return celtypes.BoolType(key in _tags(resource))


def extract(text: Any, template: Any) -> Any:
    """The part where ``{name}`` stands in the template, up to what follows it there; empty without a match."""
    before, _, rest = str(template).partition("{")
    after = rest.partition("}")[2]
    start = str(text).find(before)
    if start < 0:
        return celtypes.StringType("")
    begin = start + len(before)
    end = str(text).find(after, begin) if after else len(text)
    return celtypes.StringType(str(text)[begin:end] if end >= 0 else "")


def get_attribute(api: Any, name: Any, default: Any) -> Any:
    """``api.getAttribute(name, default)``."""
    if KNOWN not in api:
        raise CELEvalError("no api attributes")
    return api[name] if name in set(api) else default


def has_only(values: Any, allowed: Any) -> Any:
    """``list.hasOnly(allowed)``."""
    return celtypes.BoolType(all(value in allowed for value in values))


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "matchTag": match_tag,
    "matchTagId": match_tag,
    "hasTagKey": has_tag,
    "hasTagKeyId": has_tag,
    "extract": extract,
    "getAttribute": get_attribute,
    "hasOnly": has_only,
}
