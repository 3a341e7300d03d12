"""How much an Entra permission, a directory role or an Azure role gives its holder. Pure.

``admin``: can give itself or anyone any role; ``permissions``: changes who may do what, sets credentials or memberships; then
by the operation. Graph: "Microsoft Graph permissions reference"; directory roles: "Privileged roles and permissions in Microsoft
Entra ID"; Azure: "Azure role definitions" and the list of privileged administrator roles.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from keyrack.records.grant import Privilege
from keyrack.sdk.fields import Raw, rows, texts

_ADMIN_PERMISSIONS: Final = frozenset(
    {
        "RoleManagement.ReadWrite.Directory",
        "AppRoleAssignment.ReadWrite.All",
        "RoleAssignmentSchedule.ReadWrite.Directory",
        "RoleEligibilitySchedule.ReadWrite.Directory",
    }
)
_PERMISSIONS: Final = re.compile(
    r"(Application|Directory|Group|GroupMember|User|Device|Domain|Organization)\.ReadWrite\.All"
    r"|(AgentIdentity|AgentIdUser)\w*\.(Create|ReadWrite).*|Application\.ReadWrite\.OwnedBy|User-PasswordProfile\.ReadWrite\.All"
    r"|User\.ManageIdentities\.All|User\.EnableDisableAccount\.All|UserAuth(entication|)Method[-\w]*\.ReadWrite.*"
    r"|DelegatedPermissionGrant\.ReadWrite\.All|RoleManagement(Policy)?\.ReadWrite\..*|Privileged\w+\.ReadWrite\..*"
    r"|EntitlementManagement\.ReadWrite\.All|Policy\.ReadWrite\..*|Synchronization\.ReadWrite\.All|Sites\.FullControl\.All"
    r"|DeviceManagementRBAC\.ReadWrite\.All|full_access_as_app|Exchange\.ManageAsApp"
)
_WRITES: Final = re.compile(
    r"(ReadWrite|Write|Create|Manage|Send|Delete|Invite|FullControl|Import|Restore|Update|Execute|Upload)"
)
_ROLES: Final[dict[str, Privilege]] = {
    "62e90394-69f5-4237-9190-012177145e10": "admin",  # Global Administrator
    "e8611ab8-c189-46e8-94e1-60213ab1f814": "admin",  # Privileged Role Administrator
    "7be44c8a-adaf-4e2a-84d6-ab2649e08a13": "admin",  # Privileged Authentication Administrator
    "e00e864a-17c5-4a4b-9c06-f5b95a8d5bd8": "admin",  # Partner Tier2 Support
    "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3": "permissions",  # Application Administrator
    "158c047a-c907-4556-b7ef-446551a6b5f7": "permissions",  # Cloud Application Administrator
    "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2": "permissions",  # Hybrid Identity Administrator
    "fe930be7-5e62-47db-91af-98c3a49a38b1": "permissions",  # User Administrator
    "fdd7a751-b60b-444a-984c-02652fe8fa1c": "permissions",  # Groups Administrator
    "c4e39bd9-1100-46d3-8c65-fb160da0071f": "permissions",  # Authentication Administrator
    "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9": "permissions",  # Conditional Access Administrator
    "194ae4cb-b126-40b2-bd5b-6091b380977d": "permissions",  # Security Administrator
    "3a2c62db-5318-420d-8d74-23affee5d9d5": "permissions",  # Intune Administrator
    "be2f45a1-457d-42af-a067-6ec1fa63bc45": "permissions",  # External Identity Provider Administrator
    "729827e3-9c14-49f7-bb1b-9608f156bbb8": "permissions",  # Helpdesk Administrator
    "966707d0-3269-4727-9be2-8c3a10f19b9d": "permissions",  # Password Administrator
    "29232cdf-9323-42fd-ade2-1d097af3e4de": "permissions",  # Exchange Administrator
    "d29b2b05-8046-44ba-8758-1e26182fcf32": "permissions",  # Directory Synchronization Accounts
    "f2ef992c-3afb-46b9-b7cf-a126ee74c451": "read",  # Global Reader
    "88d8e3e3-8f55-4a1e-953a-9b9898b8876b": "read",  # Directory Readers
    "5d6b6bb7-de71-4623-b4af-96380a352509": "read",  # Security Reader
    "4a5d8f65-41da-4de4-8968-e035b65339cf": "read",  # Reports Reader
}
"""Template id -> class of the built-in directory roles that matter most; others are judged by their actions."""
_GIVES_ADMIN: Final = ("microsoft.authorization/roleassignments/write",)
_GIVES_PERMISSIONS: Final = (
    "microsoft.authorization/roledefinitions/write",
    "microsoft.authorization/elevateaccess/action",
    "microsoft.managedidentity/userassignedidentities/assign/action",
    "microsoft.managedidentity/userassignedidentities/federatedidentitycredentials/write",
    "microsoft.keyvault/vaults/accesspolicies/write",
    "microsoft.storage/storageaccounts/listkeys/action",
    "microsoft.compute/virtualmachines/runcommand/action",
    "microsoft.automation/automationaccounts/runbooks/write",
    "microsoft.web/sites/config/list/action",
)
_MAKES: Final = "microsoft.compute/virtualmachines/write"


def of_permission(name: str) -> Privilege:
    """Class of an application permission of Microsoft Graph or Exchange."""
    if name in _ADMIN_PERMISSIONS:
        return "admin"
    if _PERMISSIONS.fullmatch(name):
        return "permissions"
    return "write" if _WRITES.search(name) else "read"


def of_scopes(names: Iterable[str]) -> Privilege:
    """Class of the strongest delegated scope; the person behind it bounds what it can really do."""
    order: Sequence[Privilege] = ("read", "write", "permissions", "admin")
    found = [of_permission(name) for name in names]
    return max(found, key=order.index) if found else "read"


def of_directory_role(raw: Raw | None) -> Privilege:
    """Class of a role definition (Graph ``unifiedRoleDefinition``); ``None``: it could not be read."""
    if raw is None:
        return "unknown"
    template = str(raw.get("templateId") or raw.get("id") or "").lower()
    if template in _ROLES:
        return _ROLES[template]
    actions = [action for block in rows(raw, "rolePermissions") for action in texts(block, "allowedResourceActions")]
    if any("roleassignments/" in action.lower() and not action.lower().endswith("/read") for action in actions):
        return "admin"
    if any("credentials/update" in action.lower() or "/alltasks" in action.lower() for action in actions):
        return "permissions"
    reads = bool(actions) and all(action.lower().endswith(("/read", "/list")) for action in actions)
    return "read" if reads else "write"


def of_azure_role(raw: Raw | None) -> Privilege:
    """Class of an Azure role definition's ``properties``; ``None``: it could not be read."""
    if raw is None:
        return "unknown"
    classes = [_block(texts(block, "actions"), texts(block, "notActions")) for block in rows(raw, "permissions")]
    order: Sequence[Privilege] = ("list", "read", "write", "permissions", "admin")
    data = [action for block in rows(raw, "permissions") for action in texts(block, "dataActions")]
    if any(not action.lower().endswith("/read") for action in data):
        classes.append("write")
    return max(classes, key=order.index) if classes else "unknown"


def _block(actions: Sequence[str], excluded: Sequence[str]) -> Privilege:
    gives = _Patterns(actions, excluded)
    if any(gives.gives(action) for action in _GIVES_ADMIN):
        return "admin" if gives.gives(_MAKES) else "permissions"
    if any(gives.gives(action) for action in _GIVES_PERMISSIONS):
        return "permissions"
    return "read" if all(action.lower().endswith("/read") for action in actions) else "write"


class _Patterns:
    """Actions given less those taken out; ``*`` stands for any text, case does not count ("Azure role definitions")."""

    def __init__(self, actions: Sequence[str], excluded: Sequence[str]) -> None:
        self._given = [_pattern(item) for item in actions]
        self._taken = [_pattern(item) for item in excluded]

    def gives(self, action: str) -> bool:
        return any(p.fullmatch(action) for p in self._given) and not any(p.fullmatch(action) for p in self._taken)


def _pattern(action: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(piece) for piece in action.lower()[:500].split("*")[:20]), re.DOTALL)
