"""Key-value secrets to Credentials and Placements: their ages from metadata, their fields from values where that is switched on.

Facts: openbao.org/api-docs/secret/kv/kv-v2 (metadata: created_time, current_version, versions with deletion_time, destroyed;
``delete_version_after``; custom_metadata) and kv-v1 (no metadata at all).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from keyrack.providers.openbao.names import Home, clean, moment, seconds, stated_environment
from keyrack.records import Credential, Placement, Record
from keyrack.records.credential import CredentialStatus
from keyrack.records.uids import credential_uid, row_uid
from keyrack.sdk import Context, Material, Place, observe
from keyrack.sdk.fields import Raw, part, text
from keyrack.sdk.notes import secrets
from keyrack.sdk.placeholders import placeholder, reference, secret_name
from keyrack.sdk.secret import Secret
from keyrack.sdk.shapes import environment as known_values

DETECTOR = "openbao.kv"
_LONGEST = 65_536


def secret_records(home: Home, path: str, raw: Raw) -> Iterator[Record]:
    """One path by its metadata (empty: version 1, which has none). The path stands for whatever its fields hold."""
    full = clean(f"{home.prefix}{path}")
    uid = credential_uid("unknown", holder=f"openbao:{home.server}:kv", name=full)
    custom = part(raw, "custom_metadata")
    created, changed = _times(raw)
    attrs = {
        "of": "kv-secret",
        "versions": str(len(part(raw, "versions")) or ""),
        "owner": clean(text(custom, "owner") or text(custom, "team") or ""),
        "kept_for": str(seconds(raw, "delete_version_after") or ""),
    }
    yield Credential(
        uid=uid,
        kind="secret",
        issuer="unknown",
        name=full,
        status=_status(raw),
        created_at=created,
        rotated_at=changed,
        attrs={key: value for key, value in attrs.items() if value},
    )
    yield Placement(
        uid=row_uid("place", home.server, "vault", full, uid),
        credential_uid=uid,
        system="vault",
        exposure="sanctioned",
        scope=home.server,
        path=full,
        seen_at=changed,
        environment=stated_environment(custom),
        detector=DETECTOR,
    )


def note_records(home: Home, path: str, raw: Raw, ctx: Context) -> Iterator[Record]:
    """Secrets in a path's custom metadata, which whoever may list reads ("custom metadata is not secret", kv-v2)."""
    said = "\n".join(f"{name}: {value}" for name, value in part(raw, "custom_metadata").items() if isinstance(value, str))
    place = Place(
        system="app_setting",
        exposure="config",
        scope=home.server,
        path=f"{clean(f'{home.prefix}{path}')} - custom metadata",
    )
    for material in secrets(said, "unknown", "custom metadata"):
        yield from observe(material, place, ctx.fingerprint)


def _times(raw: Raw) -> tuple[datetime | None, datetime | None]:
    """When the path was made, and when its current version was written (not when its metadata was)."""
    version = part(raw, "versions", str(raw.get("current_version")))
    return moment(raw, "created_time"), moment(version, "created_time")


def _status(raw: Raw) -> CredentialStatus:
    version = part(raw, "versions", str(raw.get("current_version")))
    if version.get("destroyed") is True or moment(version, "deletion_time"):
        return "revoked"
    return "active"


def value_records(
    home: Home, path: str, fields: Raw, changed: datetime | None, ctx: Context, custom: Raw | None = None
) -> Iterator[Record]:
    """The credentials among the fields of one secret, by fingerprint; the values end here."""
    place = Place(
        system="vault",
        exposure="sanctioned",
        scope=home.server,
        path=clean(f"{home.prefix}{path}"),
        seen_at=changed,
        environment=stated_environment(custom or {}),
    )
    flat = dict(_flat(fields))
    taken = set()
    for name, shape in known_values(flat):
        taken.add(name)
        yield from observe(shape.material(clean(name), DETECTOR, field=clean(name)), place, ctx.fingerprint)
    for name, value in flat.items():
        if name not in taken and secret_name(name) and len(value) >= 6 and not reference(value) and not placeholder(value):
            material = Material(
                kind="secret", issuer="unknown", name=clean(name), detector=DETECTOR, secret=Secret(value), field=clean(name)
            )
            yield from observe(material, place, ctx.fingerprint)


def _flat(value: object, name: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Texts of nested fields with dotted names."""
    if isinstance(value, str) and name and len(value) <= _LONGEST:
        yield name, value
    elif depth < 8 and isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{name}.{key}" if name else str(key), depth + 1)
    elif depth < 8 and isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _flat(inner, f"{name}[{number}]", depth + 1)
