"""One JSON case of ``keyrack access decide --language kubernetes-rbac`` to its answer (docs/access-languages.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from keyrack.access.kubernetes.decide import decide
from keyrack.access.kubernetes.model import Request
from keyrack.access.kubernetes.parse import parse, user
from keyrack.access.words import CaseError, line, read_case


class _Request(msgspec.Struct, forbid_unknown_fields=True):
    user: str
    verb: str
    groups: list[str] = []
    api_group: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    path: str = ""


class _Case(msgspec.Struct):
    request: _Request
    objects: list[dict[str, Any]]


def answer(case: Mapping[str, Any]) -> dict[str, Any]:
    """``{"decision", "because", "assumed"}``; raises :class:`CaseError` for a malformed case or object."""
    given = read_case(case, _Case)
    asked = given.request
    if bool(asked.path) == bool(asked.resource):
        raise CaseError("a request has either resource or path")
    request = Request(
        user(asked.user, asked.groups),
        asked.verb,
        asked.api_group,
        asked.resource,
        asked.subresource,
        asked.namespace,
        asked.name,
        asked.path,
    )
    return line(decide(request, parse(given.objects)))
