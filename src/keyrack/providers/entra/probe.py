"""What a scan would need, tried with the smallest call that takes each permission."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from keyrack.providers.entra import calls
from keyrack.providers.entra.session import ORGANIZATION, Session
from keyrack.sdk import Probe
from keyrack.sdk.web import Call, Page, Web

_GRAPH: Final = (
    ORGANIZATION, calls.AUTHORIZATION, calls.USERS, calls.PRINCIPALS, calls.APPLICATIONS, calls.FEDERATED, calls.CONSENTS,
    calls.ROLE_ASSIGNMENTS, calls.ELIGIBLE, calls.CONDITIONAL, calls.BLUEPRINTS,
)  # fmt: skip
_REPORTS: Final = (calls.KEY_SIGN_INS,)
_AZURE: Final = (
    calls.CONTAINERS, calls.USER_ASSIGNED, calls.ASSIGNMENTS, calls.ROLES, calls.VAULTS, calls.CONTAINER_APPS, calls.AUTOMATION
)  # fmt: skip


def probe(session: Session) -> Iterator[Probe]:
    """One probe a permission. Resource Graph answers with nothing where a role is missing, so nothing counts as missing there."""
    for call in (*_GRAPH, *(_REPORTS if session.reports else ())):
        yield _tried(session.graph, replace(call, params=_one(call)))
    for call in _AZURE if session.azure is not None else ():
        body: Any = call.body
        asked = replace(call, body={**body, "options": {**body["options"], "$top": 1}})
        yield _tried(session.azure, asked, rows_wanted=call is calls.CONTAINERS) if session.azure else _none(call)


def _one(call: Call) -> dict[str, str]:
    return {**call.params, "$top": "1"} if "$top" in call.params else dict(call.params)


def _tried(web: Web, call: Call, *, rows_wanted: bool = False) -> Probe:
    reply = web.one(call)
    if isinstance(reply, Page):
        if rows_wanted and not web.listed(call, reply):
            return _none(call)
        return Probe(call.capability, True, f"{call.what}: readable")
    refused = reply.weather.kind in {"denied", "unauthenticated"}
    return Probe(
        call.capability, False, f"{call.what}: {reply.weather.sentence}", call.permission if refused else None, reply.weather.hint
    )


def _none(call: Call) -> Probe:
    return Probe(
        call.capability, False, f"{call.what}: none is visible", call.permission,
        "assign the role of `keyrack permissions entra` at the root management group",
    )  # fmt: skip
