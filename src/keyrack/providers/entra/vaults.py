"""Key vaults: how they are opened, and what lies in them by name and date, never by value. Pure.

Shapes: ``Microsoft.KeyVault/vaults`` and its ``secrets`` and ``keys`` (management plane, 2023-07-01); dates are epoch seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from keyrack.providers.entra.names import Tenant, arm_uid, flag, known, named
from keyrack.providers.entra.workloads import resource, subscription_of
from keyrack.records import Credential, Placement, Record, Resource
from keyrack.records.identity import Environment
from keyrack.records.uids import credential_uid, row_uid
from keyrack.sdk.fields import Raw, number, part, rows, text
from keyrack.sdk.formats.base import clean


def vault(tenant: Tenant, raw: Raw, environment: Environment | None) -> Resource | None:
    """The vault, a crown jewel by what it is for."""
    facts = part(raw, "properties")
    return resource(
        tenant, raw, environment,
        rbac=flag(facts.get("enableRbacAuthorization")),
        public_access=(text(facts, "publicNetworkAccess") or "").lower() or None,
        purge_protection=flag(facts.get("enablePurgeProtection")),
    )  # fmt: skip


def secret(raw: Raw, store: Raw, environment: Environment | None) -> Iterator[Record]:
    """One secret by name: when its version was made and when it ends. A vault never changes a secret by itself.

    A value changes by a new version only; ``updated`` moves with every change of a tag, and tells nothing of the value.
    """
    secret_id = clean(text(raw, "id") or "", 1000).lower()
    if not secret_id:
        return
    facts = part(raw, "properties")
    dates = part(facts, "attributes")
    end, certificate = (
        moment(dates, "exp"),
        (text(facts, "contentType") or "").startswith(("application/x-pkcs12", "application/x-pem")),
    )
    uid = credential_uid("azure", public_id=secret_id)
    yield Credential(
        uid=uid,
        kind="certificate" if certificate else "secret",
        issuer="azure",
        name=named(raw, "name"),
        public_id=secret_id,
        status="inactive" if dates.get("enabled") is False else "active",
        created_at=moment(dates, "created"),
        expires_at=end,
        expiry="set" if end else "never",
        attrs=known(cloud="azure", rotation_enabled=None if certificate else "false"),
    )
    yield Placement(
        uid=row_uid("place", uid),
        credential_uid=uid,
        system="vault",
        exposure="sanctioned",
        scope=subscription_of(secret_id),
        path=secret_id,
        environment=environment,
        detector="azure.key-vault",
        attrs=known(workload=arm_uid(text(store, "id") or "")),
    )


def key(tenant: Tenant, raw: Raw, environment: Environment | None) -> Resource | None:
    """One key: kind and end, and whether its policy rotates it."""
    made_id = text(raw, "id")
    if not made_id:
        return None
    facts = part(raw, "properties")
    actions = [text(item, "action", "type") for item in rows(facts, "rotationPolicy", "lifetimeActions")]
    end = moment(part(facts, "attributes"), "exp")
    return Resource(
        uid=arm_uid(made_id),
        type="azure:vault-key",
        name=named(raw, "name"),
        provider="entra",
        scope=subscription_of(made_id) or tenant.id,
        environment=environment,
        attrs=known(
            rotation_enabled=flag(any((kind or "").lower() == "rotate" for kind in actions)),
            status=None if part(facts, "attributes").get("enabled") is not False else "disabled",
            valid_until=end.isoformat() if end else None,
        ),
    )


def moment(raw: Raw, name: str) -> datetime | None:
    """Seconds since 1970 as a moment."""
    seconds = number(raw, name)
    if seconds is None or not 0 < seconds < 253_402_300_800:
        return None
    return datetime.fromtimestamp(seconds, UTC)
