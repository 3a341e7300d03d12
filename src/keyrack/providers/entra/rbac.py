"""Azure role assignments, role definitions, deny assignments and classic vault policies as grants and policies. Pure.

Shapes: ``authorizationresources`` of Resource Graph, ``Microsoft.Authorization`` (REST reference), ``accessPolicies`` of a vault.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

from keyrack.providers.entra.names import Tenant, arm_uid, guid, known, said
from keyrack.providers.entra.privileges import of_azure_role
from keyrack.records import Grant, Policy
from keyrack.records.uids import row_uid
from keyrack.sdk.fields import Raw, part, rows, text, texts
from keyrack.sdk.formats.base import clean

_LEVELS: Final = (
    ("tenant", re.compile(r"/?")),
    ("management-group", re.compile(r"/providers/microsoft\.management/managementgroups/[^/]+")),
    ("subscription", re.compile(r"/subscriptions/[^/]+")),
    ("resource-group", re.compile(r"/subscriptions/[^/]+/resourcegroups/[^/]+")),
)
_MANY: Final = 200
VAULT_READS: Final = frozenset({"get", "list", "getrotationpolicy", "listsas", "getsas", "getissuers", "listissuers"})


def level_of(scope: str) -> str:
    """Level of a scope: tenant, management-group, subscription, resource-group or resource."""
    return next((name for name, pattern in _LEVELS if pattern.fullmatch(scope.lower())), "resource")


def role_id(value: str | None) -> str:
    """GUID of a role definition, whatever scope its id is written with."""
    return (value or "").rpartition("/")[2].lower()


def assignment(tenant: Tenant, holder: str, raw: Raw, roles: Mapping[str, Raw], group: str | None = None) -> Grant | None:
    """One role assignment. The root, and the tenant's own root management group, are the whole of Azure."""
    facts = part(raw, "properties")
    role, scope = role_id(text(facts, "roleDefinitionId")), clean(text(facts, "scope") or "", 1000).lower()
    if not role or not scope:
        return None
    definition = roles.get(role)
    name = said(definition or {}, "roleName") or role
    whole = scope in {"/", f"/providers/microsoft.management/managementgroups/{tenant.id}"}
    condition = said(facts, "condition")
    return Grant(
        uid=row_uid("grant", holder, role, scope, group, condition),
        identity_uid=holder,
        language="azure",
        effect="allow",
        actions=_actions(definition, name),
        resources=["*"] if whole else [scope],
        conditions=json.dumps({"condition": condition}) if condition else None,
        via="group" if group else "role",
        policy=name,
        privilege=of_azure_role(definition),
        attrs=known(scope_level="tenant" if whole else level_of(scope), group=group, assignment=said(raw, "id")),
    )


def _actions(definition: Raw | None, name: str) -> list[str]:
    """A built-in role by its name; a custom one by its permissions, when nothing is taken out of them again."""
    if definition is None or text(definition, "type") != "CustomRole":
        return [name]
    blocks = rows(definition, "permissions")
    if any(texts(block, "notActions") or texts(block, "notDataActions") for block in blocks):
        return [name]
    given = [clean(item, 300) for block in blocks for item in texts(block, "actions")]
    given += [f"data:{clean(item, 300)}" for block in blocks for item in texts(block, "dataActions")]
    return given[:_MANY] or [name]


def custom_role(tenant: Tenant, raw: Raw) -> Policy | None:
    """The whole definition of a custom role, as the access engine of Azure reads it."""
    facts, identifier = part(raw, "properties"), role_id(text(raw, "name") or text(raw, "id"))
    if text(facts, "type") != "CustomRole" or not identifier:
        return None
    document = {"id": identifier, "roleName": said(facts, "roleName"), "permissions": facts.get("permissions")}
    return Policy(
        uid=row_uid("policy", tenant.id, "azure-rbac", identifier),
        language="azure-rbac",
        kind="role",
        name=said(facts, "roleName") or identifier,
        scope=tenant.id,
        document=json.dumps(document, default=str),
        targets=[],
    )


def denial(tenant: Tenant, raw: Raw) -> Policy | None:
    """A deny assignment, whole; who is denied and excluded stands in the document."""
    facts, identifier = part(raw, "properties"), text(raw, "name")
    if not identifier or not rows(facts, "permissions"):
        return None
    return Policy(
        uid=row_uid("policy", tenant.id, "azure-deny", identifier),
        language="azure-rbac",
        kind="deny",
        name=said(facts, "denyAssignmentName") or clean(identifier),
        scope=tenant.id,
        document=json.dumps(facts, default=str),
        targets=[],
    )


def vault_policies(vault: Raw, holders: Mapping[str, str]) -> Iterator[Grant]:
    """Classic access policies, which give data-plane rights beside RBAC ("Assign a Key Vault access policy")."""
    vault_id = text(vault, "id") or ""
    for entry in rows(vault, "properties", "accessPolicies"):
        holder = holders.get(guid(text(entry, "objectId")) or "")
        permissions = part(entry, "permissions")
        given = [
            (area, name.lower()) for area in ("secrets", "keys", "certificates", "storage") for name in texts(permissions, area)
        ]
        if not holder or not given:
            continue
        writes = any(name not in VAULT_READS for _, name in given)
        yield Grant(
            uid=row_uid("grant", holder, "vault-policy", vault_id.lower()),
            identity_uid=holder,
            language="azure",
            effect="allow",
            actions=sorted(
                {f"data:Microsoft.KeyVault/vaults/{area}/{'*' if name == 'all' else clean(name, 60)}" for area, name in given}
            ),
            resources=[clean(vault_id, 1000).lower()],
            via="direct",
            policy="access policy of the vault",
            privilege="write" if writes else "read",
            attrs=known(scope_level="resource", vault=arm_uid(vault_id)),
        )
