"""Azure resources as workloads: whom they run as, and the secrets lying in their settings. Pure, given raw objects.

Shapes: ``identity`` of an ARM resource ("Managed identities"), ``template.containers[].env`` of container apps,
``containers[].properties.environmentVariables`` of container groups, automation variables (``value`` is JSON text,
null when encrypted).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from keyrack.providers.entra.names import Tenant, arm_uid, environment_of, guid, known, named, owners_in, said, tags_of
from keyrack.records import Credential, Ownership, Placement, Record, Resource, Trust
from keyrack.records.identity import Environment
from keyrack.records.uids import credential_uid, row_uid
from keyrack.sdk import Fingerprinter, Place, observe, shapes
from keyrack.sdk.fields import Raw, part, rows, text
from keyrack.sdk.formats.base import clean, load_json

RUNS_AS: Final = "azure:runs-as"
_TYPES: Final[Mapping[str, str]] = {
    "microsoft.web/sites": "azure:app",
    "microsoft.web/sites/slots": "azure:app",
    "microsoft.app/containerapps": "azure:container-app",
    "microsoft.app/jobs": "azure:container-app",
    "microsoft.containerinstance/containergroups": "azure:container-group",
    "microsoft.compute/virtualmachines": "azure:virtual-machine",
    "microsoft.compute/virtualmachinescalesets": "azure:virtual-machine",
    "microsoft.containerservice/managedclusters": "azure:kubernetes-cluster",
    "microsoft.automation/automationaccounts": "azure:automation-account",
    "microsoft.automation/automationaccounts/runbooks": "azure:runbook",
    "microsoft.logic/workflows": "azure:logic-app",
    "microsoft.keyvault/vaults": "azure:key-vault",
    "microsoft.resources/subscriptions": "azure:subscription",
    "microsoft.management/managementgroups": "azure:management-group",
}


@dataclass(frozen=True, slots=True)
class Attached:
    """A managed identity on a resource: its principal's object id, and whether it is the resource's own."""

    object_id: str
    own: bool


def subscription_of(resource_id: str) -> str:
    """Subscription id of an ARM id; empty for what lies above subscriptions."""
    parts = resource_id.lower().split("/")
    return parts[2] if len(parts) > 2 and parts[1] == "subscriptions" else ""


def attached(raw: Raw) -> list[Attached]:
    """Managed identities of a resource."""
    identity = part(raw, "identity")
    own = guid(text(identity, "principalId"))
    found = [Attached(own, own=True)] if own else []
    listed = part(identity, "userAssignedIdentities").values()
    return found + [Attached(object_id, own=False) for item in listed if (object_id := guid(text(item, "principalId")))]


def resource(tenant: Tenant, raw: Raw, environment: Environment | None = None, **attrs: str | None) -> Resource | None:
    """An ARM resource; ``environment`` is what its subscription states, used when its own tags are silent."""
    resource_id = text(raw, "id")
    if not resource_id:
        return None
    tags, kind = tags_of(raw), (text(raw, "type") or "").lower()
    return Resource(
        uid=arm_uid(resource_id),
        type=_TYPES.get(kind, "azure:workload"),
        name=named(raw, "name", fallback=resource_id.rpartition("/")[2]),
        provider="entra",
        scope=subscription_of(resource_id) or tenant.id,
        environment=environment_of(tags) or environment,
        tags=tags,
        attrs=known(arm_type=clean(kind, 200) or None, location=said(raw, "location"), **attrs),
    )


def runs_as(tenant: Tenant, raw: Raw) -> Iterator[Record]:
    """Edges from a resource to the managed identities its code can get tokens of; its owner tags speak for its own identity."""
    uid = arm_uid(text(raw, "id") or "")
    for item in attached(raw):
        holder = tenant.uid("managed-identity", item.object_id)
        yield Trust(
            uid=row_uid("trust", holder, RUNS_AS, uid),
            identity_uid=holder,
            subject=uid,
            subject_kind="workload",
            mechanism=RUNS_AS,
            attrs=known(account=subscription_of(text(raw, "id") or "") or None),
        )
        if item.own:
            yield from tagged_owner(holder, raw)


def tagged_owner(holder: str, raw: Raw) -> Iterator[Ownership]:
    """Owners that the tags of an Azure resource name."""
    where = arm_uid(text(raw, "id") or "")
    for owner, key in owners_in(tags_of(raw)):
        yield Ownership(
            uid=row_uid("own", holder, owner, "tag", key, where), identity_uid=holder, owner=owner, evidence="tag",
            detail=f"tag {key} on {where}"[:500],
        )  # fmt: skip


def variables(raw: Raw) -> dict[str, dict[str, str]]:
    """Plain environment values of a container app, job or container group, by container."""
    properties = part(raw, "properties")
    found: dict[str, dict[str, str]] = {}
    for container in [*rows(properties, "template", "containers"), *rows(properties, "template", "initContainers")]:
        values = {text(item, "name") or "": text(item, "value") or "" for item in rows(container, "env")}
        found[text(container, "name") or "container"] = {name: value for name, value in values.items() if name and value}
    for container in rows(properties, "containers"):
        values = {
            text(item, "name") or "": text(item, "value") or "" for item in rows(container, "properties", "environmentVariables")
        }
        found[text(container, "name") or "container"] = {name: value for name, value in values.items() if name and value}
    return found


def sightings(
    tenant: Tenant, raw: Raw, where: str, values: Mapping[str, str], fingerprint: Fingerprinter, *, env: bool
) -> Iterator[Record]:
    """Credentials among plain values; a reference to a vault (``@Microsoft.KeyVault(...)``) is none."""
    resource_id = text(raw, "id") or ""
    plain = {clean(name, 300): value for name, value in values.items() if not value.startswith("@Microsoft.KeyVault(")}
    holders = [tenant.uid("managed-identity", item.object_id) for item in attached(raw)]
    for name, shape in shapes.environment(plain):
        field = f"{where}.{name}" if where else name
        yield from observe(
            shape.material(name, "azure.settings", variable=name, field=field),
            Place(
                system="workload_env" if env else "app_setting",
                exposure="config",
                scope=subscription_of(resource_id) or tenant.id,
                path=clean(resource_id, 1000),
                consumer_uid=holders[0] if holders else None,
                environment=environment_of(tags_of(raw)),
                attrs={"workload": arm_uid(resource_id)},
            ),
            fingerprint,
        )


def automation_variable(tenant: Tenant, account: Raw, raw: Raw, fingerprint: Fingerprinter) -> Iterator[Record]:
    """A variable of an automation account: encrypted ones by name only, plain ones like any setting."""
    name, facts = named(raw, "name"), part(raw, "properties")
    if facts.get("isEncrypted") is not True:
        value = load_json((text(facts, "value") or "").encode())
        if isinstance(value, str):
            yield from sightings(tenant, account, "variables", {name: value}, fingerprint, env=False)
        return
    holder = arm_uid(text(account, "id") or "")
    uid = credential_uid("azure", holder=holder, name=f"variables/{name}")
    yield Credential(
        uid=uid, kind="secret", issuer="azure", name=name, status="unknown", protected=True, attrs={"referenced": "true"}
    )
    yield Placement(
        uid=row_uid("place", holder, name),
        credential_uid=uid,
        system="app_setting",
        exposure="sanctioned",
        scope=subscription_of(text(account, "id") or "") or tenant.id,
        path=clean(text(account, "id") or "", 1000),
        detector="azure.automation-variable",
        attrs={"field": f"variables.{name}", "referenced": "true", "workload": holder},
    )
