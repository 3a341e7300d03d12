"""Identity entities and groups to Identities, Trusts and Ownership. Pure and total.

Facts: openbao.org/api-docs/secret/identity/{entity,group}. The server makes an entity named ``entity_<8 hex>`` for everybody who
logs in; such an entity adds nothing to its role and is folded into it. One that somebody named, gave policies to, put into a
group or described is an identity of its own, which its aliases' roles become.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from keyrack.providers.openbao.map_policies import Held
from keyrack.providers.openbao.map_roles import PEOPLE
from keyrack.providers.openbao.names import Home, clean, flag, moment, owners, service_name, stated_environment, words
from keyrack.records import Identity, Record, Trust
from keyrack.records.uids import row_uid
from keyrack.sdk.fields import Raw, part, rows, text

_AUTOMATIC = re.compile(r"entity_[0-9a-f]{8}(\.\S*)?")
_ROLE_NAMES = ("role_name", "role", "cert_name")


@dataclass(frozen=True, slots=True)
class Group:
    """A group: its uid, its name and its policies."""

    uid: str
    name: str
    policies: tuple[str, ...] = ()


@dataclass(slots=True)
class Entities:
    """What was learnt of entities: entity id to the uid that tokens of it act as."""

    acts_as: dict[str, str] = field(default_factory=dict)


def group(home: Home, raw: Raw) -> tuple[str, Group] | None:
    """Id and group; ``None`` for something else."""
    number = text(raw, "id")
    if not number:
        return None
    return number, Group(home.uid("group", number), clean(text(raw, "name") or number), tuple(words(raw, "policies")))


def entity_records(home: Home, raw: Raw, groups: Mapping[str, Group], learnt: Entities) -> Iterator[Record | Held]:
    """One entity; fills ``learnt``."""
    number = text(raw, "id")
    if not number:
        return
    aliases = rows(raw, "aliases")
    became = [uid for alias in aliases if (uid := alias_role(home, alias))]
    belongs = [groups[name] for name in dict.fromkeys(words(raw, "group_ids")) if name in groups]
    if not _deliberate(raw, belongs, aliases):
        if became:
            learnt.acts_as[number] = became[0]
        return
    uid = home.uid("entity", number)
    learnt.acts_as[number] = uid
    metadata = part(raw, "metadata")
    yield _identity(home, uid, raw, aliases, belongs, metadata)
    yield from owners(uid, metadata, "metadata of the entity,")
    for role in dict.fromkeys(became):
        yield from owners(role, metadata, "metadata of its entity,")
        yield Trust(
            uid=row_uid("trust", uid, "openbao:entity-alias", role),
            identity_uid=uid,
            subject=role,
            subject_kind="identity",
            mechanism="openbao:entity-alias",
        )
    for policy in words(raw, "policies"):
        yield Held(uid, policy)
    for membership in belongs:
        for policy in membership.policies:
            yield Held(uid, policy, via="group", group=membership.uid)


def alias_role(home: Home, alias: Raw) -> str | None:
    """The role, user or certificate entry an alias logs in by, where it tells."""
    mount = (text(alias, "mount_path") or "").removeprefix("auth/").strip("/")
    metadata = part(alias, "metadata")
    name = next((found for key in _ROLE_NAMES if (found := text(metadata, key))), None)
    if name is None and text(alias, "mount_type") == "userpass":
        name = text(alias, "name")
    return home.role(mount, name) if mount and name else None


def _deliberate(raw: Raw, belongs: list[Group], aliases: list[Raw]) -> bool:
    named = not _AUTOMATIC.fullmatch(text(raw, "name") or "")
    granted = words(raw, "policies") or any(group.policies for group in belongs)
    return bool(named or granted or raw.get("metadata") or raw.get("disabled") is True or len(aliases) > 1)


def _identity(home: Home, uid: str, raw: Raw, aliases: list[Raw], belongs: list[Group], metadata: Raw) -> Identity:
    kinds = sorted({clean(text(alias, "mount_type") or "") for alias in aliases} - {""})
    person = human_evidence(aliases)
    attrs = {
        "aliases": ",".join(sorted(clean(f"{text(alias, 'mount_type')}:{_alias_name(alias)}") for alias in aliases)),
        "alias_types": ",".join(kinds),
        "groups": ",".join(group.uid for group in belongs),
        "human_evidence": person or "",
        "disabled": flag(raw, "disabled"),
    }
    return Identity(
        uid=uid,
        kind="human" if person else "service_account",
        type="openbao:entity",
        name=clean(text(raw, "name") or uid),
        provider="openbao",
        scope=home.server,
        status="disabled" if raw.get("disabled") is True else "active",
        third_party=bool(text(metadata, "vendor")),
        vendor=clean(text(metadata, "vendor") or "") or None,
        created_at=moment(raw, "creation_time"),
        environment=stated_environment(metadata),
        attrs={key: value for key, value in attrs.items() if value and value != "false"},
    )


def _alias_name(alias: Raw) -> str:
    metadata = part(alias, "metadata")
    return text(metadata, "role_name") or text(metadata, "role") or text(alias, "name") or ""


def human_evidence(aliases: list[Raw]) -> str | None:
    """Why an entity is a person: it logs in by a mount people use, or by a password under a name of no service."""
    for alias in aliases:
        kind, name = text(alias, "mount_type") or "", text(alias, "name") or ""
        if kind in PEOPLE or kind == "oidc" or (kind == "userpass" and not service_name(name)):
            return f"logs in by {clean(kind)}"
    return None
