"""How much a custom role gives its holder, read off its definition. Pure.

Built-in roles and permissions of Graph are known to the access room by name; what stands in a custom role only its definition
tells. ``admin``: can give itself or anyone any role; ``permissions``: changes who may do what, or sets credentials; then by the
operation. Sources: "Create and assign a custom role in Microsoft Entra ID", "Azure role definitions".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from keyrack.records.grant import Privilege
from keyrack.sdk.fields import Raw, rows, text, texts

_GIVES_ADMIN: Final = "microsoft.authorization/roleassignments/write"
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
_ORDER: Final[Sequence[Privilege]] = ("unknown", "list", "read", "write", "permissions", "admin")
_SETS_CREDENTIALS: Final = re.compile(
    r"/(credentials|owners|members|password|authentication)/|/allproperties/alltasks$|/alltasks$"
)


def of_directory_role(raw: Raw | None) -> Privilege:
    """Class of a custom role definition (Graph ``unifiedRoleDefinition``); ``unknown`` for a built-in or unread one."""
    if raw is None or raw.get("isBuiltIn") is not False:
        return "unknown"
    actions = [action.lower() for block in rows(raw, "rolePermissions") for action in texts(block, "allowedResourceActions")]
    if any("roleassignments/" in action and not action.endswith("/read") for action in actions):
        return "admin"
    if any(_SETS_CREDENTIALS.search(action) for action in actions):
        return "permissions"
    reads = all(action.endswith(("/read", "/list")) for action in actions)
    return ("read" if reads else "write") if actions else "unknown"


def of_azure_role(raw: Raw | None) -> Privilege:
    """Class of a custom Azure role definition's ``properties``; ``unknown`` for a built-in or unread one."""
    if raw is None or text(raw, "type") != "CustomRole":
        return "unknown"
    classes = [_block(texts(block, "actions"), texts(block, "notActions")) for block in rows(raw, "permissions")]
    data = [action.lower() for block in rows(raw, "permissions") for action in texts(block, "dataActions")]
    if data:
        classes.append("read" if all(action.endswith("/read") for action in data) else "write")
    return max(classes, key=_ORDER.index, default="unknown")


def _block(actions: Sequence[str], excluded: Sequence[str]) -> Privilege:
    if not actions:
        return "unknown"
    gives = _Patterns(actions, excluded)
    if gives.gives(_GIVES_ADMIN):
        return "admin" if gives.gives(_MAKES) else "permissions"
    if any(gives.gives(action) for action in _GIVES_PERMISSIONS):
        return "permissions"
    return "read" if all(action.lower().endswith("/read") for action in actions) else "write"


class _Patterns:
    """Actions given less those taken out; ``*`` stands for any text, case does not count ("Azure role definitions")."""

    def __init__(self, actions: Sequence[str], excluded: Sequence[str]) -> None:
        self._given = [item.lower().split("*") for item in actions]
        self._taken = [item.lower().split("*") for item in excluded]

    def gives(self, action: str) -> bool:
        return any(_matches(p, action) for p in self._given) and not any(_matches(p, action) for p in self._taken)


def _matches(pieces: Sequence[str], action: str) -> bool:
    """Text against the pieces between asterisks, leftmost first: linear, whatever the pattern."""
    if len(pieces) == 1:
        return action == pieces[0]
    first, *middle, last = pieces
    at, end = len(first), len(action) - len(last)
    if not action.startswith(first) or not action.endswith(last) or at > end:
        return False
    for piece in middle:
        found = action.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True
