"""Google Cloud in Terraform: service accounts, their keys, roles on projects and above, workload identity providers.

Resources as documented in registry.terraform.io/providers/hashicorp/google; roles in cloud.google.com/iam/docs "Basic roles",
providers in "Workload Identity Federation" (attribute conditions).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from keyrack.providers.repository.iac.clouds import Clouds, Role, identity, role_grant
from keyrack.providers.repository.iac.declared_keys import Key, declared_key
from keyrack.providers.repository.iac.hcl import Block
from keyrack.providers.repository.iac.origin import Origin
from keyrack.providers.repository.marked import Node
from keyrack.records import Identity, Record, Resource
from keyrack.records.grant import Privilege
from keyrack.records.uids import repository_uid

KIND = "google-service-account"
_ACCOUNT, _KEY = "google_service_account", "google_service_account_key"
_PROVIDER, _POOL = "google_iam_workload_identity_pool_provider", "google_iam_workload_identity_pool"
_ROLES = re.compile(r"google_(project|folder|organization)_iam_(?:member|binding)")
UNDERSTOOD = frozenset({_ACCOUNT, _KEY, _PROVIDER, _POOL})
_EMAIL = re.compile(r"[\w.-]{1,128}@[\w.-]{1,128}\.gserviceaccount\.com", re.ASCII)
_PRIVILEGES: dict[str, Privilege] = {
    "roles/owner": "admin",
    "roles/editor": "write",
    "roles/viewer": "read",
    "roles/iam.securityAdmin": "permissions",
    "roles/iam.serviceAccountTokenCreator": "permissions",
    "roles/resourcemanager.projectIamAdmin": "permissions",
    "roles/resourcemanager.folderAdmin": "permissions",
    "roles/resourcemanager.organizationAdmin": "permissions",
}


def understood(kind: str) -> bool:
    """Whether :func:`google_records` reads resources of this type."""
    return kind in UNDERSTOOD or _ROLES.fullmatch(kind) is not None


def google_records(clouds: Clouds) -> Iterator[Record]:
    """Everything Google of a module that is understood; accounts only referred to come as identities too."""
    for origin, block in clouds.module.blocks:
        if block.type != "resource" or len(block.labels) < 2:
            continue
        kind = block.labels[0]
        if kind == _ACCOUNT:
            yield identity(KIND, block.address, origin, block.body.line, name=clouds.text(block, "account_id"))
        elif kind == _KEY:
            yield from _key(clouds, origin, block)
        elif kind == _PROVIDER:
            yield _provider(clouds, origin, block)
        elif _ROLES.fullmatch(kind):
            yield from _roles(clouds, origin, block)


def _holder(clouds: Clouds, origin: Origin, block: Block, node: Node) -> Identity | None:
    """The service account a value names, by reference or by its e-mail address."""
    address = clouds.named(node, _ACCOUNT)
    if not address:
        email = _EMAIL.search(clouds.module.text(node))
        address = email[0] if email else ""
    return identity(KIND, address, origin, block.body.line, declared=False) if address else None


def _key(clouds: Clouds, origin: Origin, block: Block) -> Iterator[Record]:
    holder = _holder(clouds, origin, block, clouds.module.follow(block.body.get("service_account_id")))
    if holder is None:  # a variable or data source: whose key it is the code does not say
        clouds.miss(block)
        holder = identity(KIND, f"account of {block.address}", origin, block.body.line, declared=False)
    yield holder
    yield from declared_key(Key(holder.uid, block.address, origin, block.body.line, kind="private_key", issuer="gcp"))


def _roles(clouds: Clouds, origin: Origin, block: Block) -> Iterator[Record]:
    """Roles of service accounts; those of users, groups and domains are no machine's."""
    role = clouds.text(block, "role")
    level = block.labels[0].split("_")[1]
    scope = f"{level} {clouds.text(block, level, 'org_id') or 'of the provider'}"
    condition = clouds.module.plain(block.body.get("condition")) if block.body.get("condition") else None
    for node in (block.body.get("member"), *clouds.module.follow(block.body.get("members")).each()):
        if not node or clouds.module.text(node).startswith(("user:", "group:", "domain:", "principal")):
            continue
        holder = _holder(clouds, origin, block, clouds.module.follow(node))
        if holder is None or not role or "${" in role:
            clouds.miss(block)
            continue
        yield holder
        held = Role(
            language="gcp",
            name=role,
            scope=scope,
            whole=True,
            privilege=_PRIVILEGES.get(role, "unknown"),
            condition=json.dumps(condition, sort_keys=True) if condition else "",
        )
        yield role_grant(holder.uid, held, origin, block.body.line)


def _provider(clouds: Clouds, origin: Origin, block: Block) -> Resource:
    """A provider of a workload identity pool: whose tokens it takes, and under which condition."""
    oidc = block.body.get("oidc")
    mapping = clouds.module.plain(block.body.get("attribute_mapping")) if block.body.get("attribute_mapping") else None
    attrs = {
        "mapping": json.dumps(mapping, sort_keys=True) if isinstance(mapping, dict) else "",
        "url": clouds.module.text(oidc.get("issuer_uri")),
        "audiences": ",".join(clouds.module.text(item) for item in clouds.module.follow(oidc.get("allowed_audiences")).each()),
        "condition": clouds.text(block, "attribute_condition"),
        "path": origin.path,
        "line": str(block.body.line),
    }
    return Resource(
        uid=repository_uid(origin.repository, "workload-identity-provider", f"{origin.module}{block.address}"),
        type="gcp:workload-identity-provider",
        name=clouds.text(block, "workload_identity_pool_provider_id") or block.address,
        provider="repository",
        scope=origin.repository,
        attrs={name: value for name, value in attrs.items() if value},
    )
