"""What an app holds, permission by permission, and how privileged that is.

``admin``: its holder can give itself or anyone any role ("Microsoft Graph permissions reference" warns of both);
``permissions``: it changes who may do what, or sets credentials or group membership; then by the operation in the name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from keyrack.access.entra.decide import USER
from keyrack.access.entra.implied import closure
from keyrack.access.entra.model import GRAPH, Held
from keyrack.access.words import EffectiveGrant, Privilege

_ADMIN = frozenset({"RoleManagement.ReadWrite.Directory", "AppRoleAssignment.ReadWrite.All"})
_PERMISSIONS = re.compile(
    r"(Application|ServicePrincipalEndpoint|Directory|Group|GroupMember|User|Device|Domain|Organization)\.ReadWrite\.(All|OwnedBy)"
    r"|(AgentIdentity|AgentIdUser)\w*\.(Create|ReadWrite).*|(Agent\w*|Application)\.(AddRemoveCreds|UpdateAuthProperties)\w*\.All"
    r"|User-PasswordProfile\.ReadWrite\.All|User\.ManageIdentities\.All|User\.EnableDisableAccount\.All"
    r"|(UserAuthenticationMethod|UserAuthMethod[-\w]*)\.ReadWrite.*|DelegatedPermissionGrant\.ReadWrite\.All"
    r"|(PrivilegedAccess|PrivilegedAssignmentSchedule|PrivilegedEligibilitySchedule|RoleManagement|RoleManagementPolicy)"
    r"\.ReadWrite\..*|RoleAssignmentSchedule\.ReadWrite\.Directory|RoleEligibilitySchedule\.ReadWrite\.Directory"
    r"|EntitlementManagement\.ReadWrite\.All|Policy\.ReadWrite\..*|Synchronization\.ReadWrite\.All|Sites\.FullControl\.All"
    r"|DeviceManagementRBAC\.ReadWrite\.All|CustomSecAttributeAssignment\.ReadWrite\.All"
)
_WRITES = re.compile(
    r"(ReadWrite|Write|Create|Manage|Send|Delete|Invite|FullControl|Import|Transfer|Restore|Update|Execute|Upload)"
)


def effective(held: Sequence[Held]) -> list[EffectiveGrant]:
    """Grants: ``actions`` are the permission and all it holds, ``resource`` the application that owns it."""
    return [
        EffectiveGrant(
            actions=(one.permission, *sorted(_more(one))),
            resource="Microsoft Graph" if one.resource == GRAPH else one.resource,
            privilege=privilege(one),
            because=(f"{one.kind} {one.permission}",),
            conditions=() if one.kind == "application" else (USER,),
        )
        for one in held
    ]


def _more(one: Held) -> frozenset[str]:
    return closure(one.permission, one.kind) - {one.permission} if one.resource == GRAPH else frozenset()


def privilege(held: Held) -> Privilege:
    """Class of one permission; another application's, whose meaning only it knows, is ``unknown``."""
    name = held.permission
    if held.resource != GRAPH:
        return "unknown"
    if name in _ADMIN:
        return "admin"
    if _PERMISSIONS.fullmatch(name):
        return "permissions"
    return "write" if _WRITES.search(name) else "read"
