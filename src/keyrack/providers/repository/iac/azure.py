"""Microsoft Azure and Entra in Terraform: applications, managed identities, client secrets, federated credentials, assignments.

Resources as documented in registry.terraform.io/providers/hashicorp/azuread and .../azurerm; roles in learn.microsoft.com
"Azure built-in roles" (Privileged).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime

from keyrack.providers.repository.iac.clouds import Clouds, Role, identity, role_grant
from keyrack.providers.repository.iac.declared_keys import Key, declared_key
from keyrack.providers.repository.iac.hcl import Block
from keyrack.providers.repository.iac.origin import Origin
from keyrack.providers.repository.marked import Node
from keyrack.records import Identity, Policy, Record
from keyrack.records.grant import Privilege
from keyrack.records.uids import row_uid

_APPLICATIONS = ("azuread_application", "azuread_application_registration")
_PRINCIPAL, _MANAGED, _ASSIGNMENT = "azuread_service_principal", "azurerm_user_assigned_identity", "azurerm_role_assignment"
_PASSWORDS = {
    "azuread_application_password": ("application_id", "application_object_id"),
    "azuread_service_principal_password": ("service_principal_id", ""),
}
"""Client secrets, and the attributes that name whose they are."""
_FEDERATED = {
    "azuread_application_federated_identity_credential": ("application_id", "application_object_id"),
    "azuread_application_flexible_federated_identity_credential": ("application_id", ""),
    "azurerm_federated_identity_credential": ("parent_id", "user_assigned_identity_id"),
}
"""Trusts in tokens of other issuers, and the attributes that name whose they are."""
UNDERSTOOD = frozenset({*_APPLICATIONS, _PRINCIPAL, _MANAGED, _ASSIGNMENT, *_PASSWORDS, *_FEDERATED})
_AUDIENCE = "api://AzureADTokenExchange"
_WHOLE = re.compile(r"/subscriptions/[^/]+/?|/providers/Microsoft\.Management/managementGroups/[^/]+/?|/", re.IGNORECASE)
_SUBSCRIPTION = ("azurerm_subscription", "azurerm_management_group")
_PRIVILEGES: dict[str, Privilege] = {
    "Owner": "admin",
    "User Access Administrator": "permissions",
    "Role Based Access Control Administrator": "permissions",
    "Contributor": "write",
    "Reader": "read",
}


def understood(kind: str) -> bool:
    """Whether :func:`azure_records` reads resources of this type."""
    return kind in UNDERSTOOD


def azure_records(clouds: Clouds) -> Iterator[Record]:
    """Everything Azure of a module that is understood; identities only referred to come too."""
    for origin, block in clouds.module.blocks:
        if block.type != "resource" or len(block.labels) < 2:
            continue
        kind, line = block.labels[0], block.body.line
        if kind in _APPLICATIONS:
            yield identity("azure-application", block.address, origin, line, name=clouds.text(block, "display_name"))
        elif kind == _MANAGED:
            yield identity("azure-managed-identity", block.address, origin, line, name=clouds.text(block, "name"))
        elif kind == _PRINCIPAL and not _application(clouds, block.address):
            yield identity("azure-application", block.address, origin, line)
        elif kind in _PASSWORDS:
            yield from _password(clouds, origin, block)
        elif kind in _FEDERATED:
            yield from _federated(clouds, origin, block)
        elif kind == _ASSIGNMENT:
            yield from _assignment(clouds, origin, block)


def _application(clouds: Clouds, principal: str) -> str:
    """Address of the application a service principal stands for: the two are one identity."""
    _, block = clouds.module.index.get(principal, (None, None))
    if block is None:
        return ""
    return next(
        (found for name in ("client_id", "application_id") if (found := clouds.named(block.body.get(name), *_APPLICATIONS))), ""
    )


def _holder(clouds: Clouds, origin: Origin, block: Block, node: Node) -> Identity | None:
    """The machine identity a value refers to: an application, a managed identity, or a resource's own one."""
    node = clouds.module.follow(node)
    address = clouds.named(node, *_APPLICATIONS) or clouds.named(node, _PRINCIPAL)
    if address:
        address = _application(clouds, address) or address
        return identity("azure-application", address, origin, block.body.line, declared=False)
    address = clouds.named(node, _MANAGED)
    if not address and ".identity" in node.text:  # azurerm_linux_virtual_machine.ci.identity[0].principal_id
        address = next((name for name in clouds.module.mentioned(node) if name.startswith("azurerm_")), "")
    return identity("azure-managed-identity", address, origin, block.body.line, declared=False) if address else None


def _password(clouds: Clouds, origin: Origin, block: Block) -> Iterator[Record]:
    node = next((found for name in _PASSWORDS[block.labels[0]] if (found := block.body.get(name))), Node("missing"))
    holder = _holder(clouds, origin, block, node)
    if holder is None:
        clouds.miss(block)
        holder = identity("azure-application", f"application of {block.address}", origin, block.body.line, declared=False)
    created, end = (_instant(clouds.text(block, name)) for name in ("start_date", "end_date"))
    yield holder
    yield from declared_key(
        Key(
            holder.uid, block.address, origin, block.body.line, kind="oauth_secret", issuer="azure", created_at=created,
            expires_at=end, open_ended=True,
        )
    )  # fmt: skip


def _federated(clouds: Clouds, origin: Origin, block: Block) -> Iterator[Record]:
    """The credential as Microsoft Graph writes it (federatedIdentityCredential), governing whom it lets others become."""
    issuer = clouds.text(block, "issuer")
    subject, expression = clouds.text(block, "subject"), clouds.text(block, "claims_matching_expression")
    node = next((found for name in _FEDERATED[block.labels[0]] if (found := block.body.get(name))), Node("missing"))
    holder = _holder(clouds, origin, block, node)
    if holder is None or not issuer or "${" in f"{issuer}{subject}{expression}":
        clouds.miss(block)
        return
    listed = [clouds.module.text(item) for item in clouds.module.follow(block.body.get("audiences")).each()]
    audiences = [text for text in (*listed, clouds.text(block, "audience")) if text] or [_AUDIENCE]
    name = clouds.text(block, "display_name", "name") or block.address
    document: dict[str, object] = {"name": name, "issuer": issuer, "audiences": audiences}
    document |= {"claimsMatchingExpression": {"value": expression, "languageVersion": 1}} if expression else {"subject": subject}
    yield holder
    yield Policy(
        uid=row_uid("policy", origin.repository, "trust", f"{origin.module}{block.address}"),
        language="azure-federated-credential",
        kind="trust",
        name=f"{origin.module}{block.address}",
        scope=origin.repository,
        document=json.dumps(document),
        targets=[holder.uid],
        attrs={"path": origin.path, "line": str(block.body.line)},
    )


def _instant(text: str) -> datetime | None:
    """An RFC 3339 time; ``None`` for anything else."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def _assignment(clouds: Clouds, origin: Origin, block: Block) -> Iterator[Record]:
    principal = clouds.module.follow(block.body.get("principal_id"))
    if clouds.text(block, "principal_type") in {"User", "Group"} or clouds.named(principal, "azuread_user", "azuread_group"):
        return
    holder, role = _holder(clouds, origin, block, principal), clouds.text(block, "role_definition_name")
    if holder is None or not role or "${" in role:
        clouds.miss(block)
        return
    node = clouds.module.follow(block.body.get("scope"))
    scope = clouds.module.text(node)
    mentioned = {name.removeprefix("data.").partition(".")[0] for name in clouds.module.mentioned(node)}
    whole = bool(_WHOLE.fullmatch(scope)) or (bool(mentioned.intersection(_SUBSCRIPTION)) and "resourceGroups" not in scope)
    yield holder
    held = Role(
        language="azure",
        name=role,
        scope=scope or "its scope",
        whole=whole,
        privilege=_PRIVILEGES.get(role, "unknown"),
        condition=clouds.text(block, "condition"),
    )
    yield role_grant(holder.uid, held, origin, block.body.line)
