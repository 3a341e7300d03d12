"""May the app use this permission, or make this Graph call, with what it was consented to?

Source: "Overview of Microsoft Graph permissions": application permissions count without a user; delegated ones only as far
as the user may go, so a delegated ``allow`` lists the user's rights as assumed. Nothing in Graph consent denies explicitly.
"""

from __future__ import annotations

from collections.abc import Sequence

from keyrack.access.entra.implied import all_held, closure, implies
from keyrack.access.entra.model import GRAPH, Held, Request
from keyrack.access.entra.table import Endpoint, all_endpoints, endpoints, joint, paths
from keyrack.access.words import CaseError, Verdict

USER = "rights of the signed-in user"


def decide(request: Request, held: Sequence[Held]) -> Verdict:
    """The verdict; ``because`` is ``("consent", permission …)``.

    A call the table does not know is ``implicit_deny`` with the call in ``assumed``. Permissions of other applications than
    Graph match by name only. Raises :class:`CaseError` if neither or both of permission and call are given.
    """
    if bool(request.permission) == bool(request.path):
        raise CaseError("a request has either a permission, or method and path")
    mine = [one.permission for one in held if one.kind == request.kind and one.resource == request.resource]
    assumed: tuple[str, ...] = ()
    if request.permission:
        found = [one for one in mine if one == request.permission or _implies(one, request)]
    else:
        numbers = paths(request.path)
        method = request.method.upper()
        wanted = {(method, number) for number in numbers}
        found = [one for one in mine if request.resource == GRAPH and _allows(one, wanted, mine, request)]
        known = bool(wanted & all_endpoints(request.kind))
        assumed = () if known else (f"permissions of {method} {request.path}",)
    if not found:
        return Verdict("implicit_deny", ("consent", "nothing held gives it"), assumed)
    return Verdict("allow", ("consent", *found), () if request.kind == "application" else (USER,))


def _implies(holder: str, request: Request) -> bool:
    return request.resource == GRAPH and implies(holder, request.permission, request.kind)


def _allows(holder: str, wanted: set[Endpoint], mine: Sequence[str], request: Request) -> bool:
    """Alone, or with another permission that the call needs beside it and that is held too."""
    for permission in closure(holder, request.kind):
        if wanted & endpoints(permission, request.kind):
            return True
        together = joint(permission, request.kind)
        if any(together.get(endpoint, frozenset()) & all_held(mine, request.kind) for endpoint in wanted):
            return True
    return False
