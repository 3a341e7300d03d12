"""One JSON case of ``keyrack access decide --language entra`` to its answer; the shape is in docs/access-languages.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from keyrack.access.entra.decide import decide
from keyrack.access.entra.model import GRAPH, Held, Kind, Request
from keyrack.access.entra.table import name_of
from keyrack.access.words import line, read_case


class _Request(msgspec.Struct, forbid_unknown_fields=True):
    permission: str = ""
    method: str = ""
    path: str = ""
    kind: Kind = "application"
    resource: str = GRAPH


class _Held(msgspec.Struct, forbid_unknown_fields=True):
    permission: str
    kind: Kind = "application"
    resource: str = GRAPH


class _Case(msgspec.Struct):
    request: _Request
    held: list[_Held]


def answer(case: Mapping[str, Any]) -> dict[str, Any]:
    """``{"decision", "because", "assumed"}``; permissions by name or id. Raises :class:`CaseError` for a malformed case."""
    given = read_case(case, _Case)
    asked = given.request
    request = Request(name_of(asked.permission), asked.method, asked.path, asked.kind, asked.resource.lower())
    held = [Held(name_of(one.permission), one.kind, one.resource.lower()) for one in given.held]
    return line(decide(request, held))
