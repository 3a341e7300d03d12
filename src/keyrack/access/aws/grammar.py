"""What is wrong with a policy document, each thing with its place.

Facts: IAM User Guide, "Grammar of the IAM JSON policy language", "IAM JSON policy elements reference", "IAM and AWS STS quotas" and
"IAM Access Analyzer policy check reference"; AWS Organizations User Guide, quotas. ``error`` is what AWS refuses when the policy is saved;
``warning`` is what it saves but what never does what it says. Empty lists are accepted by AWS and match nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from keyrack.access.aws.conditions import OPERATORS
from keyrack.access.aws.model import Kind

VERSIONS = ("2012-10-17", "2008-10-17")
_POLICY = frozenset({"Version", "Id", "Statement"})
_STATEMENT = frozenset({
    "Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition",
})  # fmt: skip
PRINCIPAL_KINDS = frozenset({"AWS", "Service", "Federated", "CanonicalUser"})
_PAIRS = (("Action", "NotAction"), ("Resource", "NotResource"), ("Principal", "NotPrincipal"))
_WITHOUT_PRINCIPAL: frozenset[Kind] = frozenset({"identity", "boundary", "session", "scp"})
_PLAIN_SID = re.compile(r"[0-9A-Za-z]*", re.ASCII)
_SERVICE = re.compile(r"[A-Za-z0-9-]+", re.ASCII)
_ACTION = re.compile(r"[A-Za-z0-9*?,\- ]+", re.ASCII)

SIZES = {
    "managed": 6144,
    "user": 2048,
    "group": 5120,
    "role": 10240,
    "trust": 4096,
    "session": 2048,
    "scp": 10240,
    "rcp": 5120,
    "endpoint": 20480,
    "bucket": 20480,
    "key": 32768,
}
"""Characters a document may have by what it is attached to; ``user``, ``group`` and ``role`` count all their inline policies together.

IAM counts without white space, the others with it. The trust policy's default is 2048; 4096 is the most a quota increase gives.
"""
_COUNTED_WHOLE = frozenset({"scp", "rcp", "endpoint", "bucket", "key"})


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


def size_problem(text: str, attached_to: str) -> Problem | None:
    """Whether a document is too long for what it is attached to (a name in ``SIZES``)."""
    limit = SIZES[attached_to]
    length = len(text) if attached_to in _COUNTED_WHOLE else len("".join(text.split()))
    if length <= limit:
        return None
    return Problem("", f"the document has {length} characters; {attached_to} policies may have {limit}")


def problems(document: object, kind: Kind | None = None) -> Iterator[Problem]:
    """Everything wrong with a decoded document, in reading order.

    Args:
        document: decoded JSON; objects made with ``Object`` also show names given twice.
        kind: what the policy is used as; ``None`` skips the rules that depend on it.
    """
    if not isinstance(document, Mapping):
        yield Problem("", f"a policy is a JSON object, not {_name(document)}")
        return
    yield from _names(document, _POLICY, "")
    version = document.get("Version", VERSIONS[1])
    if version not in VERSIONS:
        yield Problem("Version", f"the version is {VERSIONS[0]} or {VERSIONS[1]}, not {version!r}")
    if not isinstance(document.get("Id", ""), str):
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
        yield from _statement(statement, path, kind)
        yield from _sid(statement, path, kind, sids)


def _statement(statement: Mapping[str, Any], path: str, kind: Kind | None) -> Iterator[Problem]:
    yield from _names(statement, _STATEMENT, path)
    if statement.get("Effect") not in {"Allow", "Deny"} or not isinstance(statement.get("Effect"), str):
        yield Problem(f"{path}.Effect", "the effect is Allow or Deny, written so")
    for one, other in _PAIRS:
        if one in statement and other in statement:
            yield Problem(path, f"{one} and {other} exclude each other")
    if "Action" not in statement and "NotAction" not in statement:
        yield Problem(path, "there is neither Action nor NotAction")
    yield from _required(statement, path, kind)
    for name in ("Action", "NotAction"):
        for where, value in _texts(statement, name, path):
            yield from [value] if isinstance(value, Problem) else _action(value, where)
    for name in ("Resource", "NotResource"):
        for where, value in _texts(statement, name, path):
            yield from [value] if isinstance(value, Problem) else _resource(value, where, kind)
    for name in ("Principal", "NotPrincipal"):
        if name in statement:
            yield from _principal(statement[name], f"{path}.{name}")
    if "Condition" in statement:
        yield from _condition(statement["Condition"], f"{path}.Condition")


def _required(statement: Mapping[str, Any], path: str, kind: Kind | None) -> Iterator[Problem]:
    """What the kind of the policy asks for and rules out."""
    if kind is None:
        return
    named = next((name for name in ("Principal", "NotPrincipal") if name in statement), None)
    without = kind in _WITHOUT_PRINCIPAL
    if without and named:
        yield Problem(f"{path}.{named}", f"{named} is not allowed here: the principal of {_A[kind]} is who it is attached to")
    if without and "Resource" not in statement and "NotResource" not in statement:
        yield Problem(path, "there is neither Resource nor NotResource")
    if kind == "resource" and not named:
        yield Problem(path, "there is neither Principal nor NotPrincipal")
    if kind in {"rcp", "endpoint"} and named != "Principal":
        yield Problem(path, f"{_A[kind]} names its Principal", "warning")


_A: dict[Kind, str] = {
    "identity": "an identity policy",
    "boundary": "a permissions boundary",
    "session": "a session policy",
    "scp": "a service control policy",
    "rcp": "a resource control policy",
    "endpoint": "an endpoint policy",
    "resource": "a resource policy",
}


def _sid(statement: Mapping[str, Any], path: str, kind: Kind | None, seen: set[str]) -> Iterator[Problem]:
    sid = statement.get("Sid", "")
    if not isinstance(sid, str):
        yield Problem(f"{path}.Sid", "the Sid is a string")
        return
    if sid and sid in seen:
        yield Problem(f"{path}.Sid", f"the Sid {sid!r} is used twice; statement ids are unique in a policy")
    if kind in _WITHOUT_PRINCIPAL and not _PLAIN_SID.fullmatch(sid):
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


def _resource(value: str, path: str, kind: Kind | None) -> Iterator[Problem]:
    if value == "*" or value.startswith("arn:"):
        parts = value.split(":", 5)
        if len(parts) > 2 and ("*" in parts[2] or "?" in parts[2]) and parts[2:] != ["*"]:
            yield Problem(path, "a wildcard in the service segment of an ARN", "warning")
        elif 1 < len(parts) < 6 and not value.endswith("*"):
            yield Problem(path, f"{value!r} has fewer than six parts", "warning")
    elif kind != "resource" and not value.startswith("arn*"):
        yield Problem(path, f"a resource is an ARN or *, not {value!r}")


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
            elif name == "AWS" and one != "*" and ("*" in one or "?" in one):
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
            for key, given in keys.items():
                for index, one in enumerate(given if isinstance(given, list | tuple) else [given]):
                    if not isinstance(one, str | bool | int | float):
                        yield Problem(
                            f"{where}.{key}[{index}]", f"a condition value is a string, number or boolean, not {_name(one)}"
                        )


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
        if not isinstance(name, str) or (allowed is not None and name not in allowed):
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
        if isinstance(one, str) and not isinstance(one, Number):
            yield place, one
        else:
            yield place, Problem(place, f"{name} is a string or a list of strings, not {_name(one)}")


def _name(value: object) -> str:
    """The JSON name of a value's type."""
    if value is None:
        return "null"
    types = {bool: "a boolean", Number: "a number", int: "a number", float: "a number", str: "a string", list: "an array"}
    return types.get(type(value), "an object")
