"""What a principal is really assigned, block by block, and how privileged that is."""

from __future__ import annotations

from collections.abc import Iterable

from keyrack.access.azure.decide import gives
from keyrack.access.azure.model import Block, Policies
from keyrack.access.words import EffectiveGrant, Privilege

_OWNING = "Microsoft.Authorization/roleAssignments/write"
_BECOMING = (
    "Microsoft.Authorization/roleDefinitions/write",
    "Microsoft.Authorization/elevateAccess/action",
    "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",
    "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/write",
    "Microsoft.KeyVault/vaults/accessPolicies/write",
    "Microsoft.Storage/storageAccounts/listKeys/action",
    "Microsoft.Compute/virtualMachines/runCommand/action",
    "Microsoft.Compute/virtualMachines/extensions/write",
    "Microsoft.ContainerService/managedClusters/listClusterAdminCredential/action",
    "Microsoft.Automation/automationAccounts/runbooks/write",
    "Microsoft.Web/sites/publishxml/action",
    "Microsoft.Web/sites/config/list/action",
    "Microsoft.Logic/workflows/write",
)
"""Each lets its holder raise itself, act as a managed identity, or read a credential (AzureHound's abuse edges; Microsoft's
list of privileged roles)."""
_READING = ("/read", "/readmetadata/action", "/getsecret/action")
"""Endings of actions that change nothing."""


def effective(principal: str, policies: Policies, *, groups: Iterable[str] = ()) -> list[EffectiveGrant]:
    """Grants by assignment, block and plane: ``actions`` and ``excluded`` are patterns, data actions prefixed ``data:``."""
    ids = {principal.lower(), *(group.lower() for group in groups)}
    grants = []
    for one in policies.assignments:
        if one.principal.lower() not in ids:
            continue
        if one.blocks is None:
            grants.append(EffectiveGrant((), one.scope, "unknown", (one.role,)))
            continue
        for block in one.blocks:
            conditions = tuple(text for text in (one.condition, block.condition) if text)
            grants += [
                EffectiveGrant(_named(listed, data=data), one.scope, klass, (one.role,), conditions, _named(excluded, data=data))
                for data in (False, True)
                if (listed := block.of(data=data)[0])
                for excluded in (block.of(data=data)[1],)
                for klass in (privilege(block, data=data),)
            ]
    return grants


def _named(patterns: tuple[str, ...], *, data: bool) -> tuple[str, ...]:
    return tuple(f"data:{pattern}" for pattern in patterns) if data else patterns


def privilege(block: Block, *, data: bool) -> Privilege:
    """Class of a block in one plane. Azure has no listing apart from reading."""
    patterns = block.of(data=data)[0]
    if not data:
        if gives(block, _OWNING, data=False):
            return "admin" if gives(block, "Microsoft.Compute/virtualMachines/write", data=False) else "permissions"
        if any(gives(block, action, data=False) for action in _BECOMING):
            return "permissions"
    return "read" if all(pattern.lower().endswith(_READING) for pattern in patterns) else "write"
