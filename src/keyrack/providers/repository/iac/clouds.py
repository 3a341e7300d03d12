"""Google Cloud and Microsoft Azure in Terraform: what both mappings share, and the account of what neither understands."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from keyrack.providers.repository.iac.hcl import Block
from keyrack.providers.repository.iac.origin import Origin
from keyrack.providers.repository.iac.terraform import Module
from keyrack.providers.repository.marked import Node
from keyrack.records import Grant, Identity
from keyrack.records.grant import Privilege
from keyrack.records.uids import repository_uid, row_uid

WORDS = r"google_\w*(?:iam|service_account|workload_identity)|azuread_|azurerm_(?:role_|user_assigned_|federated_)"
"""What a file or block holds that declares identities of these clouds, or rights of theirs."""

CONCERNS_IDENTITY = re.compile(
    r"google_\w*(?:_iam_|service_account|workload_identity)\w*"
    r"|azuread_(?:application|service_principal|app_role|directory_role)\w*|azurerm_(?:role_|user_assigned_identity|federated_)\w*",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Clouds:
    """A module whose Google and Azure resources are read; ``unread`` counts those that were not understood, by type."""

    module: Module
    unread: Counter[str] = field(default_factory=Counter)

    def miss(self, block: Block) -> None:
        """Note that a resource says something that was not understood."""
        self.unread[block.labels[0]] += 1

    def text(self, block: Block, *names: str) -> str:
        """Text of the first of these attributes that is there."""
        return next((text for name in names if (text := self.module.text(block.body.get(name)))), "")

    def named(self, node: Node, *kinds: str) -> str:
        """Address of a resource of one of ``kinds`` that a value refers to, declared in this module or not; empty: none."""
        addresses = (address for address in self.module.mentioned(node) if not address.startswith("data."))
        return next((address for address in addresses if address.partition(".")[0] in kinds), "")


def identity(kind: str, address: str, origin: Origin, line: int, *, name: str = "", declared: bool = True) -> Identity:
    """A machine identity of Google or Azure, as code declares it or (``declared`` false) only refers to it."""
    attrs = {"path": origin.path, "line": str(line), "address": address}
    return Identity(
        uid=identity_uid(kind, address, origin),
        kind="service_account",
        type=f"iac:{kind}",
        name=name if name and "${" not in name else address,
        provider="repository",
        scope=origin.repository,
        attrs=attrs if declared else {**attrs, "declared_by": "reference"},
    )


def identity_uid(kind: str, address: str, origin: Origin) -> str:
    """``repo:<name>:<kind>/<folder>/<address>``: unique within a repository."""
    return repository_uid(origin.repository, kind, f"{origin.module}{address}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role on a scope; ``whole`` for a project, subscription or more, where it reaches everything there is."""

    language: str
    name: str
    scope: str
    whole: bool
    privilege: Privilege
    condition: str = ""


def role_grant(uid: str, role: Role, origin: Origin, line: int) -> Grant:
    """The grant of a role to an identity."""
    return Grant(
        uid=row_uid("grant", uid, role.language, role.name, role.scope, role.condition),
        identity_uid=uid,
        language=role.language,
        effect="allow",
        actions=[role.name],
        resources=["*"] if role.whole else [role.scope],
        conditions=role.condition or None,
        via="managed",
        policy=f"{role.name} on {role.scope}",
        privilege=role.privilege,
        attrs={"source_path": origin.path, "line": str(line)},
    )
