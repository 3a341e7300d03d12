"""One JSON case of ``keyrack access decide --language gcp-iam`` to its answer; the shape is in docs/access-languages.md."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import msgspec

from keyrack.access.gcp.decide import decide
from keyrack.access.gcp.model import Hierarchy, Principal, Request
from keyrack.access.gcp.parse import boundary, node
from keyrack.access.words import line, read_case


class _Principal(msgspec.Struct, forbid_unknown_fields=True):
    member: str
    groups: list[str] = []
    attributes: dict[str, str] = {}
    sets: list[str] = []


class _Request(msgspec.Struct, forbid_unknown_fields=True):
    principal: _Principal
    permission: str
    context: dict[str, Any] = {}
    time: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    tags: dict[str, str] | None = None
    api: dict[str, Any] | None = None


class _Node(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    allow: dict[str, Any] = {}
    deny: list[dict[str, Any]] = []


class _Case(msgspec.Struct):
    request: _Request
    hierarchy: list[_Node]
    boundaries: list[dict[str, Any]] | None = None
    custom_roles: dict[str, list[str]] = {}


def answer(case: Mapping[str, Any]) -> dict[str, Any]:
    """``{"decision", "because", "assumed"}``; raises :class:`CaseError` for a malformed case, policy or condition."""
    given = read_case(case, _Case)
    asked = given.request
    principal = Principal(
        asked.principal.member, frozenset(asked.principal.groups), asked.principal.attributes, frozenset(asked.principal.sets)
    )
    request = Request(principal, asked.permission, asked.context, asked.time, asked.tags, asked.api)
    hierarchy = Hierarchy(
        tuple(node(one.name, one.allow, one.deny) for one in given.hierarchy),
        None if given.boundaries is None else tuple(boundary(one) for one in given.boundaries),
        {name: frozenset(permissions) for name, permissions in given.custom_roles.items()},
    )
    return line(decide(request, hierarchy))
