"""One JSON case of ``keyrack access decide --language azure-rbac`` to its answer; the shape is in docs/access-languages.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from keyrack.access.azure.decide import decide
from keyrack.access.azure.model import Policies, Request
from keyrack.access.azure.parse import assignment, denial, role
from keyrack.access.words import line, read_case


class _Request(msgspec.Struct, forbid_unknown_fields=True):
    principal: str
    action: str
    scope: str
    data: bool = False
    groups: list[str] = []
    management_groups: list[str] = []
    attributes: dict[str, Any] = {}
    suboperation: str | None = None


class _Case(msgspec.Struct):
    request: _Request
    role_assignments: list[dict[str, Any]]
    deny_assignments: list[dict[str, Any]] = []
    role_definitions: dict[str, dict[str, Any]] = {}


def answer(case: Mapping[str, Any]) -> dict[str, Any]:
    """``{"decision", "because", "assumed"}``; raises :class:`CaseError` for a malformed case, record or condition."""
    given = read_case(case, _Case)
    asked = given.request
    request = Request(
        asked.principal,
        asked.action,
        asked.scope,
        asked.data,
        frozenset(asked.groups),
        tuple(asked.management_groups),
        asked.attributes,
        asked.suboperation,
    )
    roles = {name: role(definition) for name, definition in given.role_definitions.items()}
    policies = Policies(
        tuple(assignment(one, roles) for one in given.role_assignments),
        tuple(denial(one) for one in given.deny_assignments),
    )
    return line(decide(request, policies))
