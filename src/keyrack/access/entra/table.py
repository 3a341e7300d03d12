"""The packaged table of Graph permissions: ids, privilege levels, and which calls each allows by itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Any

from keyrack.access.entra.model import SCHEMES, Kind
from keyrack.access.packaged import load

Endpoint = tuple[str, int]
"""Method, number of the path."""


@cache
def endpoints(permission: str, kind: Kind) -> frozenset[Endpoint]:
    """Calls that one permission allows alone."""
    return frozenset(endpoint for endpoint, also in _uses(permission, kind) if not also)


@cache
def joint(permission: str, kind: Kind) -> Mapping[Endpoint, frozenset[str]]:
    """Calls that one permission allows together with any one of others."""
    return {endpoint: frozenset(also) for endpoint, also in _uses(permission, kind) if also}


def _uses(permission: str, kind: Kind) -> Iterator[tuple[Endpoint, list[str]]]:
    for schemes, methods, gaps, also in _entry(permission).get("uses", ()):
        if SCHEMES[kind] in schemes:
            yield from (((method, number), also) for number in accumulate(gaps) for method in methods)


@cache
def all_endpoints(kind: Kind) -> frozenset[Endpoint]:
    """Calls that some permission of a kind allows."""
    return frozenset(endpoint for permission in names(kind) for endpoint, _ in _uses(permission, kind))


@cache
def level(permission: str, kind: Kind) -> int:
    """Microsoft's privilege level, 1 (least) to 5; 0 when none is given."""
    return int(_entry(permission).get("schemes", {}).get(SCHEMES[kind], {}).get("level", 0))


@cache
def names(kind: Kind) -> frozenset[str]:
    """All permissions that exist in a kind."""
    listed = load("graph_permissions")["permissions"]
    return frozenset(name for name, entry in listed.items() if SCHEMES[kind] in entry["schemes"])


@cache
def _ids() -> Mapping[str, str]:
    listed = load("graph_permissions")["permissions"]
    return {about["id"]: name for name, entry in listed.items() for about in entry["schemes"].values() if about["id"]}


def name_of(permission: str) -> str:
    """A permission by its name or by its app role or scope id; what is not known stays as it is."""
    return _ids().get(permission.lower(), permission)


def _entry(permission: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = load("graph_permissions")["permissions"].get(permission, {})
    return found


@dataclass(slots=True)
class _Step:
    """A node of the tree of path segments."""

    named: dict[str, _Step]
    any: _Step | None = None
    number: int | None = None


@cache
def _tree() -> _Step:
    root = _Step({})
    for number, path in enumerate(load("graph_permissions")["paths"]):
        step = root
        for segment in _segments(path):
            if segment.startswith("{"):
                step.any = step.any or _Step({})
                step = step.any
            else:
                step = step.named.setdefault(segment, _Step({}))
        step.number = number if step.number is None else step.number
    return root


def _segments(path: str) -> Iterable[str]:
    bare = re.sub(r"^/(v1\.0|beta)(?=/)", "", path.partition("?")[0].lower())
    return [segment.partition("(")[0] for segment in bare.strip("/").split("/")]


def paths(path: str) -> list[int]:
    """Numbers of the templates that a concrete path matches; a literal segment before a placeholder."""
    steps = [_tree()]
    for segment in _segments(path):
        following = [step.named[segment] for step in steps if segment in step.named]
        steps = following + [step.any for step in steps if step.any is not None]
    return [step.number for step in steps if step.number is not None]
