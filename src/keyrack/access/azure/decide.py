"""May this principal do this here? A deny assignment blocks; else any role assignment that gives it allows.

Sources (learn.microsoft.com/azure/role-based-access-control): "overview" ("How Azure RBAC determines if a user has access"):
deny assignments first; "role-definitions": effective = actions minus notActions, of each assignment by itself, and
assignments add up, so that notActions is no denial; "deny-assignments": excluded principals, doNotApplyToChildScopes.
"""

from __future__ import annotations

from collections.abc import Iterable

from keyrack.access.azure.condition import holds
from keyrack.access.azure.model import EVERYONE, Assignment, Block, Denial, Policies, Request
from keyrack.access.azure.patterns import matches, within
from keyrack.access.words import Verdict, unique


def decide(request: Request, policies: Policies) -> Verdict:
    """The verdict; ``because`` is ``("deny", name)`` or ``("role", "ROLE at SCOPE" …)``.

    A condition that lacks an attribute counts as met in a denial and as not met in an assignment; what it lacks is in
    ``assumed``, as is a role whose definition is not known.
    """
    assumed: list[str] = []
    denied = [one.name or one.scope for one in policies.denials if _denies(one, request, assumed)]
    if denied:
        return Verdict("explicit_deny", ("deny", *unique(denied)), unique(assumed))
    granted = [f"{one.role} at {one.scope}" for one in policies.assignments if _grants(one, request, assumed)]
    if granted:
        return Verdict("allow", ("role", *unique(granted)))
    return Verdict("implicit_deny", ("role", "no assignment gives it"), unique(assumed))


def _denies(one: Denial, request: Request, assumed: list[str]) -> bool:
    here = one.scope.lower().rstrip("/") == request.scope.lower().rstrip("/")
    if not here and (one.here_only or not within(request.scope, one.scope, request.management_groups)):
        return False
    if not concerns(one, {request.principal.lower(), *request.groups}):
        return False
    if not any(gives(block, request.action, data=request.data) for block in one.blocks):
        return False
    met, missing = holds(one.condition, request)
    assumed += missing
    return met is not False


def concerns(one: Denial, ids: Iterable[str]) -> bool:
    """Whether a denial names one of the ids (or everyone) and excludes none."""
    lowered = {name.lower() for name in ids}
    return bool(one.principals & {*lowered, EVERYONE}) and not one.excluded & lowered


def _grants(one: Assignment, request: Request, assumed: list[str]) -> bool:
    mine = {request.principal.lower(), *(group.lower() for group in request.groups)}
    if one.principal.lower() not in mine or not within(request.scope, one.scope, request.management_groups):
        return False
    if one.blocks is None:
        assumed.append(f"definition of role {one.role}")
        return False
    given = [block for block in one.blocks if gives(block, request.action, data=request.data)]
    for block in given:
        truths = [holds(condition, request) for condition in (one.condition, block.condition)]
        if all(met for met, _ in truths):
            return True
        if not any(met is False for met, _ in truths):
            assumed += [name for _, missing in truths for name in missing]
    return False


def gives(block: Block, action: str, *, data: bool) -> bool:
    """Whether one block has the action and does not take it out again."""
    listed, excluded = block.of(data=data)
    return any(matches(pattern, action) for pattern in listed) and not any(matches(pattern, action) for pattern in excluded)
