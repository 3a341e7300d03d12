"""From what a parser found in a file to records: credentials, where they lie, and the accounts they speak of. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from keyrack.providers.machine.accounts import Account
from keyrack.providers.machine.places import KEPT
from keyrack.providers.machine.root import File, shown
from keyrack.records import Identity, Record
from keyrack.records.identity import Environment
from keyrack.records.placement import Exposure, PlacementSystem
from keyrack.records.uids import account_uid
from keyrack.sdk import Context, Material, Place, gap, observe
from keyrack.sdk.detection.paths import is_test
from keyrack.sdk.formats import Family, Format, Trouble

CAPABILITIES: Mapping[Family, str] = {
    "cloud": "machine.cloud_credentials",
    "tool": "machine.tool_credentials",
    "ssh": "machine.ssh",
    "certificate": "machine.certificates",
    "env": "machine.env_files",
    "state": "machine.state_files",
}

_SERVICES = frozenset(
    ("github", "gitlab", "bitbucket", "gcp", "google", "azure", "npm", "pypi", "docker", "slack", "huggingface", "terraform")
)
"""Issuers whose logins name an account at a service of theirs."""
_PROD = re.compile(r"(?:^|[._/-])(?:prod|production|prd)(?:[._/-]|$)", re.IGNORECASE)
_NONPROD = re.compile(
    r"(?:^|[._/-])(?:staging|stage|stg|nonprod|preprod|uat|qa|sandbox)(?:[._/-]|$)|\.env\.(?:dev|development|test|testing|local|ci)(?:\.|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Setting:
    """What holds for a whole run: the host's name, the house's context, and account names by number."""

    host: str
    ctx: Context
    owners: Mapping[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whose file it is: the account of the home it lies in, and the identity that uses what is in it."""

    account: Account | None = None
    consumer_uid: str | None = None
    system: PlacementSystem = "file"


def place_of(file: File, setting: Setting, holder: Holder) -> Place:
    """The place a file is, for its materials."""
    path = shown(file.path)
    account = holder.account.uid(setting.host) if holder.account else None
    return Place(
        system=holder.system,
        exposure=_exposure(file, path),
        scope=setting.host,
        path=path,
        consumer_uid=holder.consumer_uid or account,
        seen_at=file.changed,
        environment=environment_of(path),
        mode=file.octal,
        readers=file.readers,
        attrs={"owner": setting.owners.get(file.uid, str(file.uid))} | ({"test_path": "true"} if _is_test(path, holder) else {}),
    )


def _is_test(path: str, holder: Holder) -> bool:
    """Whether the path says test, example or documentation; the name of a home says nothing."""
    home = shown(holder.account.home).rstrip("/") if holder.account else ""
    return is_test(path.removeprefix(home)) and not KEPT.search(path)


def _exposure(file: File, path: str) -> Exposure:
    return "sanctioned" if file.readers == "owner" and KEPT.search(path) else "config"


def environment_of(path: str) -> Environment | None:
    """Environment that a path states by its last three names; ``None`` when it says nothing or both."""
    tail = "/".join(path.rsplit("/", 3)[-3:])
    prod, nonprod = _PROD.search(tail) is not None, _NONPROD.search(tail) is not None
    if prod == nonprod:
        return None
    return "prod" if prod else "nonprod"


def sightings(
    materials: tuple[Material, ...], file: File, setting: Setting, holder: Holder, *, identity_uid: str | None = None
) -> Iterator[Record]:
    """Credential and Placement of each material, and the account it belongs to where the file names one."""
    place = place_of(file, setting, holder)
    for material in materials:
        identity = None if identity_uid else _account(material)
        if identity:
            yield identity
        uid = identity_uid or (identity.uid if identity else None)
        yield from observe(_as_of(material, setting), place, setting.ctx.fingerprint, identity_uid=uid)


def _as_of(material: Material, setting: Setting) -> Material:
    expired = material.expires_at is not None and material.expires_at <= setting.ctx.now
    return replace(material, status="expired") if expired else material


def _account(material: Material) -> Identity | None:
    """The account at a service that a login beside a token names."""
    login = material.attrs.get("login", "")
    if not login or material.issuer not in _SERVICES or material.kind == "certificate":
        return None
    person = material.attrs.get("person")
    return Identity(
        uid=account_uid(material.issuer, login),
        kind="human" if person else "service_account",
        type="saas:account",
        name=login,
        provider="machine",
        scope=material.attrs.get("endpoint", "") or material.issuer,
        attrs={"human_evidence": person} if person else {},
    )


def troubles(found: tuple[Trouble, ...], path: str, form: Format) -> Iterator[Record]:
    """Gaps for what a parser could not read. A file whose name only resembles a format is no trouble."""
    for trouble in found:
        if trouble.reason == "malformed" and not form.sure:
            continue
        yield gap(
            CAPABILITIES[form.family],
            shown(path),
            trouble.reason,
            f"{form.name}: {trouble.detail}",
            incomplete=trouble.reason != "encrypted",
        )
