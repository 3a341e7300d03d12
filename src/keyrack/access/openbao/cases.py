"""One JSON case of ``keyrack access decide --language openbao`` to its answer; the shape is in docs/access-languages.md."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import msgspec

from keyrack.access.openbao.decide import decide
from keyrack.access.openbao.model import Request
from keyrack.access.openbao.parse import parse
from keyrack.access.words import line, read_case


class _Policy(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    document: str | dict[str, Any] = ""


class _Alias(msgspec.Struct):
    id: str = ""
    name: str = ""
    metadata: dict[str, str] | None = None
    custom_metadata: dict[str, str] | None = None


class _Entity(msgspec.Struct):
    id: str = ""
    name: str = ""
    metadata: dict[str, str] | None = None
    aliases: dict[str, _Alias] = {}


class _Group(msgspec.Struct):
    id: str = ""
    name: str = ""
    metadata: dict[str, str] | None = None


class _Request(msgspec.Struct, forbid_unknown_fields=True):
    operation: str
    path: str
    data: dict[str, Any] = {}
    wrap_ttl: float | None = None
    entity: _Entity | None = None
    groups: list[_Group] = []
    now: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


class _Case(msgspec.Struct):
    request: _Request
    policies: list[_Policy]


def answer(case: Mapping[str, Any]) -> dict[str, Any]:
    """``{"decision", "because", "assumed"}``; raises :class:`CaseError` for a malformed case or policy."""
    given = read_case(case, _Case)
    asked = given.request
    entity = msgspec.to_builtins(asked.entity)
    groups = tuple(msgspec.to_builtins(group) for group in asked.groups)
    request = Request(asked.operation, asked.path, asked.data, asked.wrap_ttl, entity, groups, asked.now)
    policies = [parse(policy.document, name=policy.name) for policy in given.policies]
    return line(decide(request, policies))
