"""Secret Manager: what is kept, how old it is, who rotates it; values only when asked for, and then only their fingerprints.

References: secret-manager/docs/reference/rest/v1/projects.secrets and .versions (cloud.google.com). A rotation schedule sends a
message at its time and changes nothing by itself ("Create rotation schedules in Secret Manager").
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from keyrack.providers.gcp.accounts import known
from keyrack.providers.gcp.assets import Asset
from keyrack.providers.gcp.hierarchy import environment, strings
from keyrack.providers.gcp.names import Projects, last, project_of
from keyrack.records import Credential, Placement, Record, Resource
from keyrack.records.uids import credential_uid, row_uid
from keyrack.sdk import Fingerprinter, Secret, shapes
from keyrack.sdk.fields import Raw, part, text, when


@dataclass(slots=True)
class Versions:
    """Of one secret: how many versions still answer, and when the newest of them was made."""

    enabled: int = 0
    newest: datetime | None = None


@dataclass(slots=True)
class Store:
    """All secrets of the target, while their versions are counted. Memory: a few dozen bytes for each secret."""

    projects: Projects
    versions: dict[str, Versions] = field(default_factory=dict)
    counted: bool = True

    def name(self, path: str) -> str:
        """``<project id>/<secret>``, from a name with id or number; regional secrets carry their location."""
        plain = path.removeprefix("//secretmanager.googleapis.com/").partition("/versions/")[0]
        head, _, secret = plain.partition("/secrets/")
        location = head.partition("/locations/")[2]
        return "/".join(filter(None, (self.projects.id(project_of(plain)), location, secret)))

    def count(self, item: Asset) -> None:
        """One version of a secret."""
        held = self.versions.setdefault(self.name(text(item.data, "name") or item.name), Versions())
        if text(item.data, "state") == "ENABLED":
            held.enabled += 1
            made = when(item.data, "createTime")
            held.newest = max(filter(None, (held.newest, made)), default=None)


def secret(item: Asset, store: Store, value: bytes | None, fingerprint: Fingerprinter) -> Iterator[Record]:
    """A secret: the entry as Resource, what it holds as Credential, the store as a sanctioned Placement.

    ``value``: the newest version's payload, where reading was asked for; it ends here as a keyed fingerprint.
    """
    path = text(item.data, "name") or item.name.removeprefix("//secretmanager.googleapis.com/")
    if "/secrets/" not in path:
        return
    name = store.name(path)
    uid = f"gcp:secret/{name}"
    home = name.partition("/")[0]
    labels = strings(item.data, "labels")
    project = store.projects.known.get(home)
    stated = environment(labels) or (project.environment if project else None)
    yield Resource(
        uid=uid, type="gcp:secret", name=last(name), provider="gcp", scope=home, environment=stated, tags=labels,
        attrs=_facts(item.data, store.versions.get(name)),
    )  # fmt: skip
    credential = _credential(item.data, uid, name, store, value, fingerprint)
    yield credential
    yield Placement(
        uid=row_uid("place", home, "vault", uid, credential.uid), credential_uid=credential.uid, system="vault",
        exposure="sanctioned", scope=home, path=f"//secretmanager.googleapis.com/{path}", environment=stated,
        detector="gcp.secrets",
    )  # fmt: skip


def _facts(data: Raw, versions: Versions | None) -> dict[str, str]:
    replicas = part(data, "replication", "userManaged")
    return known(
        rotation_enabled="true" if text(data, "rotation", "rotationPeriod") else "false",
        replication="user-managed" if replicas else "automatic",
        versions_enabled=str(versions.enabled) if versions else None,
        valid_until=text(data, "expireTime"),
    )


def _credential(data: Raw, uid: str, name: str, store: Store, value: bytes | None, fingerprint: Fingerprinter) -> Credential:
    versions = store.versions.get(name)
    days = _days(text(data, "rotation", "rotationPeriod"))
    ends = when(data, "expireTime")
    held = Credential(
        uid=credential_uid("gcp", holder=uid, name="value"),
        kind="secret",
        issuer="unknown",
        name=last(name),
        status="inactive" if store.counted and (versions is None or not versions.enabled) else "active",
        created_at=when(data, "createTime"),
        rotated_at=versions.newest if versions else None,
        expires_at=ends,
        expiry="set" if ends else "unknown",
        attrs=known(rotation_enabled="true" if days else "false", rotation_days=str(days) if days else None, cloud="gcp"),
    )
    if not value:
        return held
    shape = shapes.suspect(last(name), value.decode("utf-8", "replace"))
    mark = fingerprint.of(shape.secret if shape else Secret(value))
    public_id = shape.public_id if shape else None
    return msgspec.structs.replace(
        held,
        uid=credential_uid(shape.issuer if shape else "unknown", public_id=public_id, fingerprint=mark),
        kind=shape.kind if shape else "secret",
        issuer=shape.issuer if shape else "unknown",
        public_id=public_id,
        fingerprint=mark,
        attrs={**held.attrs, **(shape.attrs() if shape else {})},
    )


def payload(body: Raw) -> bytes | None:
    """The value in the reply of ``versions.access``."""
    try:
        return base64.b64decode(text(body, "payload", "data") or "", validate=True) or None
    except (binascii.Error, ValueError):
        return None


def _days(period: str | None) -> int | None:
    """``2592000s`` is 30 days; at least one."""
    number = (period or "").removesuffix("s").partition(".")[0]
    return max(1, int(number) // 86_400) if number.isascii() and number.isdigit() and len(number) < 13 else None
