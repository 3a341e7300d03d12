"""What is wrong with a policy document, each thing with its place.

Facts: IAM User Guide, "Grammar of the IAM JSON policy language", "IAM JSON policy elements reference", "IAM and AWS STS quotas",
"IAM Access Analyzer policy check reference"; Organizations User Guide, syntax of SCPs and RCPs, quotas; PrivateLink Guide,
endpoint policies. ``error`` is what AWS refuses when the policy is saved; ``warning`` is what it saves but what never does what
it says. Empty lists are accepted by AWS and match nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeGuard

from keyrack.access.aws.conditions import OPERATORS
from keyrack.access.aws.model import Kind

Use = Kind | Literal["trust"]
"""What a document is used as: a kind of policy, or a role's trust policy, which is a resource policy with rules of its own."""

VERSIONS = ("2012-10-17", "2008-10-17")
_POLICY = frozenset({"Version", "Id", "Statement"})
_STATEMENT = frozenset({
    "Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition",
})  # fmt: skip
PRINCIPAL_KINDS = frozenset({"AWS", "Service", "Federated", "CanonicalUser"})
_PAIRS = (("Action", "NotAction"), ("Resource", "NotResource"), ("Principal", "NotPrincipal"))
_OF_IDENTITIES: frozenset[str] = frozenset({"identity", "boundary", "session"})
_WITHOUT_PRINCIPAL: frozenset[str] = _OF_IDENTITIES | {"scp"}
_ONLY_PRINCIPAL: frozenset[str] = frozenset({"rcp", "trust"})
_PLAIN_SID = re.compile(r"[0-9A-Za-z]*", re.ASCII)
_SERVICE = re.compile(r"[A-Za-z0-9-]+", re.ASCII)
_ACTION = re.compile(r"[A-Za-z0-9*?,\- ]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a document. ``path`` is a JSON path such as ``Statement[0].Effect``; empty: the document itself."""

    path: str
    message: str
    level: Literal["error", "warning"] = "error"


class Object(dict[str, Any]):
    """A JSON object that remembers which of its names were given twice."""

    __slots__ = ("twice",)

    def __init__(self, pairs: Sequence[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.twice = (
            () if len(self) == len(pairs) else tuple({name for name, _ in pairs if [n for n, _ in pairs].count(name) > 1})
        )


class Number(str):
    """A JSON number as it was written."""

    __slots__ = ()


def problems(document: object, use: Use | None = None) -> Iterator[Problem]:
    """Everything wrong with a decoded document, in reading order.

    Args:
        document: decoded JSON; objects made with ``Object`` also show names given twice.
        use: what the policy is used as; ``None`` skips the rules that depend on it.
    """
    if not isinstance(document, Mapping):
        yield Problem("", f"a policy is a JSON object, not {_name(document)}")
        return
    yield from _names(document, _POLICY, "")
    version = document.get("Version", VERSIONS[1])
    if version not in VERSIONS:
        yield Problem("Version", f"the version is {VERSIONS[0]} or {VERSIONS[1]}, not {version!r}")
    if not _is_text(document.get("Id", "")):
        yield Problem("Id", "the id is a string")
    if "Statement" not in document:
        yield Problem("", "there is no Statement")
        return
    statements = document["Statement"]
    many = isinstance(statements, list | tuple)
    sids: set[str] = set()
    for index, statement in enumerate(statements if many else [statements]):
        path = f"Statement[{index}]" if many else "Statement"
        if not isinstance(statement, Mapping):
            yield Problem(path, f"a statement is an object, not {_name(statement)}")
            continue
        yield from _statement(statement, path, use)
        yield from _sid(statement, path, use, sids)


def _statement(statement: Mapping[str, Any], path: str, use: Use | None) -> Iterator[Problem]:
    yield from _names(statement, _STATEMENT, path)
    if statement.get("Effect") not in ("Allow", "Deny"):
        yield Problem(f"{path}.Effect", "the effect is Allow or Deny, written so")
    yield from _elements(statement, path, use)
    for name in ("Action", "NotAction", "Resource", "NotResource"):
        for where, value in _texts(statement, name, path):
            if isinstance(value, Problem):
                yield value
            else:
                yield from _action(value, where) if name.endswith("Action") else _resource(value, where, use)
    for name, inner in (("Principal", _principal), ("NotPrincipal", _principal), ("Condition", _condition)):
        yield from inner(statement[name], f"{path}.{name}") if name in statement else ()


def _elements(statement: Mapping[str, Any], path: str, use: Use | None) -> Iterator[Problem]:
    """Which elements a statement must have, may not have, and may not have together."""
    for one, other in _PAIRS:
        if one in statement and other in statement:
            yield Problem(path, f"{one} and {other} exclude each other")
    if "Action" not in statement and "NotAction" not in statement:
        yield Problem(path, "there is neither Action nor NotAction")
    if use is not None:
        yield from _principal_use(statement, path, use)
        yield from _resource_use(statement, path, use)


def _principal_use(statement: Mapping[str, Any], path: str, use: Use) -> Iterator[Problem]:
    """Whether the kind of policy has a principal element, and which."""
    named = next((name for name in ("Principal", "NotPrincipal") if name in statement), None)
    if use in _WITHOUT_PRINCIPAL:
        if named:
            yield Problem(f"{path}.{named}", f"{named} is not allowed in {_A[use]}: it is who the policy is attached to")
    elif named is None:
        yield Problem(path, f"there is no Principal, which {_A[use]} must have")
    elif named == "NotPrincipal" and use in _ONLY_PRINCIPAL:
        yield Problem(f"{path}.NotPrincipal", f"NotPrincipal is not allowed in {_A[use]}")
    elif named == "NotPrincipal" and statement.get("Effect") == "Allow":
        # Refused in new policies; one that was stored before allows all principals but those it names.
        yield Problem(f"{path}.NotPrincipal", "NotPrincipal must be used with Deny", "warning")


def _resource_use(statement: Mapping[str, Any], path: str, use: Use) -> Iterator[Problem]:
    """Whether the kind of policy has a resource element; endpoint and resource policies may leave it out."""
    named = next((name for name in ("Resource", "NotResource") if name in statement), None)
    if use == "trust" and named:
        yield Problem(f"{path}.{named}", f"{named} is not allowed in {_A[use]}: it is the role itself")
    elif named is None and use in _WITHOUT_PRINCIPAL | {"rcp"}:
        yield Problem(path, f"there is neither Resource nor NotResource, of which {_A[use]} must have one")


_A: dict[Use, str] = {
    "identity": "an identity policy",
    "boundary": "a permissions boundary",
    "session": "a session policy",
    "scp": "a service control policy",
    "rcp": "a resource control policy",
    "endpoint": "an endpoint policy",
    "resource": "a resource policy",
    "trust": "a role trust policy",
}


def _sid(statement: Mapping[str, Any], path: str, use: Use | None, seen: set[str]) -> Iterator[Problem]:
    sid = statement.get("Sid", "")
    if not _is_text(sid):
        yield Problem(f"{path}.Sid", "the Sid is a string")
        return
    if sid and sid in seen:
        yield Problem(f"{path}.Sid", f"the Sid {sid!r} is used twice; statement ids are unique in a policy")
    if use in _WITHOUT_PRINCIPAL and not _PLAIN_SID.fullmatch(sid):
        yield Problem(f"{path}.Sid", f"the Sid {sid!r} has characters other than A-Z, a-z and 0-9")
    seen.add(sid)


def _action(value: str, path: str) -> Iterator[Problem]:
    if value in {"*", "*:*"}:
        return
    service, colon, name = value.strip().partition(":")
    if not colon:
        yield Problem(path, f"an action is service:name or *, not {value!r}")
    elif ":" in name:
        yield Problem(path, f"an action has one colon: {value!r}")
    elif not _SERVICE.fullmatch(service):
        yield Problem(path, f"the service prefix of {value!r} has letters, digits and hyphens only")
    elif not _ACTION.fullmatch(name):
        yield Problem(path, f"the action's name in {value!r} has letters, digits and wildcards only")


def _resource(value: str, path: str, use: Use | None) -> Iterator[Problem]:
    if value == "*" or value.startswith("arn*"):
        return
    if not value.startswith("arn:"):
        # Some services take their own short forms in their own policies (API Gateway: execute-api:/stage/GET/path).
        if use != "resource":
            yield Problem(path, f"a resource is an ARN or *, not {value!r}")
        return
    parts = value.split(":", 5)
    if len(parts) < 6 and not any(part.endswith("*") for part in parts):
        yield Problem(path, f"{value!r} has {len(parts)} of an ARN's six parts: arn:partition:service:region:account:resource")
    elif len(parts) > 3 and _wild(parts[2]):
        yield Problem(path, "a wildcard in the service segment of an ARN", "warning")
    elif parts[2:3] == ["iam"] and parts[5:] not in ([], ["*"]) and _wild(parts[5].partition("/")[0]):
        yield Problem(path, "a wildcard in the resource type of an IAM ARN", "warning")


def _wild(text: str) -> bool:
    return "*" in text or "?" in text


def _principal(value: object, path: str) -> Iterator[Problem]:
    if value == "*":
        return
    if not isinstance(value, Mapping):
        yield Problem(path, 'a principal is "*" or an object of AWS, Service, Federated or CanonicalUser')
        return
    yield from _names(value, PRINCIPAL_KINDS, path)
    for name in value:
        for where, one in _texts(value, name, path):
            if isinstance(one, Problem):
                yield one
            elif name == "AWS" and one != "*" and _wild(one):
                yield Problem(where, "wildcards inside a principal match nothing; only * alone does", "warning")


def _condition(value: object, path: str) -> Iterator[Problem]:
    if not isinstance(value, Mapping):
        yield Problem(path, f"a condition is an object, not {_name(value)}")
        return
    yield from _names(value, None, path)
    for operator, keys in value.items():
        where = f"{path}.{operator}"
        if (wrong := operator_problem(operator)) is not None:
            yield Problem(where, wrong)
        elif not isinstance(keys, Mapping):
            yield Problem(where, f"an operator has an object of condition keys, not {_name(keys)}")
        else:
            yield from _names(keys, None, where)
            yield from _condition_keys(keys, where)


def _condition_keys(keys: Mapping[str, Any], path: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for key, given in keys.items():
        if key.lower() in seen:
            yield Problem(f"{path}.{key}", f"the condition key {key} is given twice, in other letters")
        seen.add(key.lower())
        for index, one in enumerate(given if isinstance(given, list | tuple) else [given]):
            if not isinstance(one, str | bool | int | float):
                where = f"{path}.{key}[{index}]"
                yield Problem(where, f"a condition value is a string, number or boolean, not {_name(one)}")


def operator_problem(operator: str) -> str | None:
    """Why a condition operator, with set operator and IfExists, is none; ``None`` when it is one. Letters of any case."""
    quantifier, colon, rest = operator.lower().rpartition(":")
    if colon and quantifier not in {"forallvalues", "foranyvalue"}:
        return f"{operator!r}: the set operators are ForAllValues and ForAnyValue"
    name = rest.removesuffix("ifexists")
    if name == "null" and rest != name:
        return f"{operator!r}: Null takes no IfExists"
    return None if name in OPERATORS else f"{operator!r} is no condition operator"


def _names(value: Mapping[str, Any], allowed: frozenset[str] | None, path: str) -> Iterator[Problem]:
    """Names that are unknown here, or given twice."""
    for name in value:
        if allowed is not None and name not in allowed:
            yield Problem(f"{path}.{name}".lstrip("."), f"unknown element {name!r}")
    for name in getattr(value, "twice", ()):
        yield Problem(f"{path}.{name}".lstrip("."), f"{name} is given twice")


def _texts(parent: Mapping[str, Any], name: str, path: str) -> Iterator[tuple[str, str | Problem]]:
    """Each string of an element that is a string or a list of strings, with its place."""
    if name not in parent:
        return
    value = parent[name]
    where = f"{path}.{name}"
    many = isinstance(value, list | tuple)
    for index, one in enumerate(value if many else [value]):
        place = f"{where}[{index}]" if many else where
        if _is_text(one):
            yield place, one
        else:
            yield place, Problem(place, f"{name} is a string or a list of strings, not {_name(one)}")


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and not isinstance(value, Number)


def _name(value: object) -> str:
    """The JSON name of a value's type."""
    if value is None:
        return "null"
    types = {bool: "a boolean", Number: "a number", int: "a number", float: "a number", str: "a string", list: "an array"}
    return types.get(type(value), "an object")
