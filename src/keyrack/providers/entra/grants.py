"""Permissions held in the directory: application permissions, delegated consents and directory roles, as grants. Pure.

Shapes: ``appRoleAssignment``, ``oAuth2PermissionGrant``, ``unifiedRoleAssignment`` (Graph v1.0).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from keyrack.providers.entra.names import GRAPH, guid, known, said
from keyrack.providers.entra.privileges import of_directory_role
from keyrack.providers.entra.scan import Api
from keyrack.records import Grant
from keyrack.records.uids import row_uid
from keyrack.sdk.fields import Raw, text
from keyrack.sdk.formats.base import clean

EXCHANGE: Final = "00000002-0000-0ff1-ce00-000000000000"
_OFFICE: Final = frozenset({GRAPH, EXCHANGE, "00000002-0000-0000-c000-000000000000", "00000003-0000-0ff1-ce00-000000000000"})
"""Graph, Exchange Online, the retired Azure AD Graph and SharePoint: their names of permissions mean the same."""
_DEFAULT_ROLE: Final = "00000000-0000-0000-0000-000000000000"
_MANY: Final = 200


def app_role(holder: str, raw: Raw, api: Api) -> Grant | None:
    """An application permission: held by the application itself, over everything of the API."""
    role = guid(text(raw, "appRoleId"))
    if role is None or role == _DEFAULT_ROLE:
        return None
    name = api.roles.get(role, role)
    return Grant(
        uid=row_uid("grant", holder, api.app_id, role, "application"),
        identity_uid=holder,
        language="entra",
        effect="allow",
        actions=[name],
        resources=["*"] if api.app_id in _OFFICE else [api.uid],
        via="consent",
        policy=api.name,
        attrs=known(api=api.name, consent="application"),
    )


def consent(holder: str, raw: Raw, api: str, who: str | None) -> Grant | None:
    """Delegated permissions: never more than the signed-in person may do, hence a condition. ``who`` consented for itself."""
    scopes = [clean(item, 200) for item in (text(raw, "scope") or "").split()][:_MANY]
    grant_id = text(raw, "id")
    if not scopes or not grant_id:
        return None
    everyone = text(raw, "consentType") == "AllPrincipals"
    return Grant(
        uid=row_uid("grant", holder, grant_id, "delegated"),
        identity_uid=holder,
        language="entra",
        effect="allow",
        actions=scopes,
        resources=["*"],
        conditions=json.dumps({"delegated": "any user" if everyone else who or "one user"}, sort_keys=True),
        via="consent",
        policy=api,
        attrs=known(api=api, consent="all-users" if everyone else "user", consented_by=None if everyone else who),
    )


def directory_role(
    holder: str, raw: Raw, roles: Mapping[str, Raw], *, eligible: bool = False, group: str | None = None
) -> Grant | None:
    """A directory role, for the whole directory or part of it; ``eligible`` ones must be activated first."""
    role = guid(text(raw, "roleDefinitionId"))
    if role is None:
        return None
    definition = roles.get(role)
    name = said(definition or {}, "displayName") or role
    scope = clean(text(raw, "directoryScopeId") or text(raw, "appScopeId") or "/", 500)
    conditions = {"eligible": "must be activated"} if eligible else {}
    return Grant(
        uid=row_uid("grant", holder, role, scope, "eligible" if eligible else "active", group),
        identity_uid=holder,
        language="entra",
        effect="allow",
        actions=[name],
        resources=["*"] if scope == "/" else [scope],
        conditions=json.dumps(conditions) if conditions else None,
        via="group" if group else "role",
        policy=name,
        privilege=of_directory_role(definition),
        attrs=known(group=group, consent=None, directory_scope=scope),
    )
