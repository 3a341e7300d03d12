"""Roles: who may sign in, what the role itself may do, which groups it is in, what password it has. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from keyrack.providers.postgres import nature
from keyrack.providers.postgres.closure import FILES, PREDEFINED, Held, Memberships, higher, rank
from keyrack.providers.postgres.comments import written
from keyrack.records import Credential, Grant, Identity, Record, Resource
from keyrack.records.credential import CredentialStatus, Expiry
from keyrack.records.grant import Privilege
from keyrack.records.uids import credential_uid, row_uid
from keyrack.sdk.fields import Raw, number, text, when
from keyrack.sdk.notes import pairs
from keyrack.sdk.provider import Context

_BOOTSTRAP = 10
"""Object id of the superuser that initdb makes (BOOTSTRAP_SUPERUSERID of the source's catalog/pg_authid.dat)."""
_ATTRIBUTES: tuple[tuple[str, str, Privilege, str], ...] = (
    ("superuser", "SUPERUSER", "admin", "superuser"),
    ("createrole", "CREATEROLE", "permissions", "may make and change roles"),
    ("replication", "REPLICATION", "read", "may copy the whole server"),
    ("bypassrls", "BYPASSRLS", "read", "row-level security does not apply"),
    ("createdb", "CREATEDB", "write", "may make databases"),
)


def role_uid(server: str, name: str) -> str:
    """Canonical name of a role."""
    return f"pg:{server}:role/{name}"


@dataclass(frozen=True, slots=True)
class Password:
    """How a role's password is stored (``none``: there is none, ``None``: unknown), and when it was changed at the latest."""

    method: str | None = None
    changed: datetime | None = None


@dataclass(slots=True)
class Roles:
    """All roles of a server by name, who may log in, who is superuser, and what each group is worth."""

    server: str
    members: Memberships
    version: int = 150_000
    login: set[str] = field(default_factory=set)
    super: set[str] = field(default_factory=set)
    own: dict[str, tuple[Privilege, str]] = field(default_factory=dict)
    worth: dict[str, Privilege] = field(default_factory=dict)

    def uid(self, name: str) -> str:
        """Canonical name of a role of this server."""
        return role_uid(self.server, name)

    def add(self, row: Raw) -> None:
        """Remember what later rows ask about."""
        name = text(row, "name")
        if not name:
            return
        if row.get("login") is True:
            self.login.add(name)
        if row.get("superuser") is True:
            self.super.add(name)
        powers = [
            (power(column, privilege, self.version), f"SET ROLE: {why}")
            for column, _, privilege, why in _ATTRIBUTES
            if row.get(column) is True
        ]
        if powers:
            self.own[name] = max(powers, key=lambda one: rank(one[0]))

    def raise_worth(self, name: str, privilege: Privilege) -> None:
        """A group holds this much somewhere."""
        self.worth[name] = higher(self.worth.get(name, "unknown"), privilege)

    def group_worth(self, held: Held) -> tuple[Privilege, str]:
        """What being in a group gives, and why."""
        usable = held.inherit or held.switch
        ways: list[tuple[Privilege, str]] = [
            (self.worth.get(held.group, "unknown") if usable else "unknown", "privileges of the group")
        ]
        if held.group in PREDEFINED and usable:
            ways.append((PREDEFINED[held.group], f"predefined role {held.group}"))
        if held.switch and held.group in self.own:
            ways.append(self.own[held.group])
        if held.admin:
            ways.append(("permissions", "may put others into the group"))
        return max(ways, key=lambda way: rank(way[0]))


def power(column: str, privilege: Privilege, version: int) -> Privilege:
    """Class of a role's attribute.

    CREATEROLE before PostgreSQL 16 hands out any role but a superuser's, and so those that run programs on the server; since
    then only roles its holder may administer (release notes of PostgreSQL 16, "Privileges").
    """
    return "admin" if column == "createrole" and version < 160_000 else privilege


def role_records(row: Raw, roles: Roles, password: Password, sign_in: Mapping[str, str], ctx: Context) -> Iterator[Record]:
    """Records of one role.

    Args:
        row: of the ``ROLES`` query.
        roles: all roles.
        password: what is known of its password.
        sign_in: what pg_hba.conf says about it, as attributes.
        ctx: clock.
    """
    name = text(row, "name")
    if not name or name in PREDEFINED or name.startswith("pg_"):
        return
    uid = roles.uid(name)
    tags = pairs(text(row, "comment"))
    if row.get("login") is not True:
        yield _group(name, uid, row, roles, tags)
        return
    held = sorted((one for one in roles.members.groups(name) if _told(one)), key=lambda one: one.group)
    yield _identity(name, uid, row, roles, tags, {**sign_in, **_membership(held, roles)})
    yield from nature.owners(uid, text(row, "comment"), tags)
    yield from written(text(row, "comment"), roles.server, f"role {name}", ctx.fingerprint, login=name, holder=uid)
    yield from _password(uid, row, password, ctx)
    yield from _attributes(uid, row, roles.version)
    for one in held:
        yield _membership_grant(uid, one, roles)


def _told(held: Held) -> bool:
    """Predefined roles inside predefined roles (pg_monitor has three) say nothing new."""
    return held.group == held.via or not (held.group in PREDEFINED and held.via in PREDEFINED)


def _group(name: str, uid: str, row: Raw, roles: Roles, tags: Mapping[str, str]) -> Resource:
    return Resource(
        uid=uid,
        type="pg:group-role",
        name=name,
        provider="postgres",
        scope=roles.server,
        environment=nature.environment(tags),
        tags=dict(tags),
        attrs={"superuser": "true"} if row.get("superuser") is True else {},
    )


def _identity(name: str, uid: str, row: Raw, roles: Roles, tags: Mapping[str, str], more: Mapping[str, str]) -> Identity:
    judged = nature.nature(name, tags, replication=row.get("replication") is True)
    vendor = nature.vendor(name, tags)
    limit = number(row, "connection_limit")
    facts = {
        **{column: "true" for column, *_ in _ATTRIBUTES if row.get(column) is True},
        "bootstrap": "true" if number(row, "oid") == _BOOTSTRAP else None,
        "managed": "true" if nature.managed(name) else None,
        "connection_limit": str(limit) if limit is not None and limit >= 0 else None,
        "service_evidence": judged.service_evidence,
        "human_evidence": judged.human_evidence,
        **more,
    }
    return Identity(
        uid=uid,
        kind=judged.kind,
        type="pg:login-role",
        name=name,
        provider="postgres",
        scope=roles.server,
        status="disabled" if limit == 0 and row.get("superuser") is not True else "active",
        environment=nature.environment(tags),
        third_party=vendor is not None,
        vendor=vendor,
        tags=dict(tags),
        attrs={key: value for key, value in facts.items() if value},
    )


def _membership(held: list[Held], roles: Roles) -> dict[str, str]:
    """Attributes about groups, short enough to read: at most twenty names each."""
    supers = [one.group for one in held if one.group in roles.super and one.switch]
    files = [one.group for one in held if one.group in FILES and (one.inherit or one.switch)]
    return {
        "member_of": ", ".join([one.group for one in held if one.inherit or one.switch][:20]),
        "admin_of": ", ".join([one.group for one in held if one.admin][:20]),
        "becomes_superuser": ", ".join(supers[:5]),
        "server_files": ", ".join(sorted(files)),
    }


def _password(uid: str, row: Raw, known: Password, ctx: Context) -> Iterator[Credential]:
    """The role's password; VALID UNTIL ends the password, not the role (CREATE ROLE, "VALID UNTIL")."""
    method = known.method
    if method == "none":
        return
    until = when(row, "valid_until")
    expiry: Expiry = "set" if until else ("unknown" if row.get("ends") is True else "never")
    facts = {"method": method, "rotated": "at the latest" if known.changed else None}
    status: CredentialStatus = "unknown" if method is None else "active"
    if until and until <= ctx.now:
        status = "expired"
    yield Credential(
        uid=credential_uid("postgres", holder=uid, name="password"),
        kind="password",
        issuer="postgres",
        name="password" if method else "password (not known whether there is one)",
        identity_uid=uid,
        status=status,
        rotated_at=known.changed,
        expires_at=until,
        expiry=expiry,
        attrs={name: value for name, value in facts.items() if value},
    )


def _attributes(uid: str, row: Raw, version: int) -> Iterator[Grant]:
    """What the role itself may do on the whole server."""
    for column, action, privilege, why in _ATTRIBUTES:
        if row.get(column) is not True or (column != "superuser" and row.get("superuser") is True):
            continue
        yield Grant(
            uid=row_uid("grant", uid, action),
            identity_uid=uid,
            language="postgres",
            effect="allow",
            actions=[action],
            resources=["*"],
            privilege=power(column, privilege, version),
            attrs={"privileged_by": why},
        )


def _membership_grant(uid: str, held: Held, roles: Roles) -> Grant:
    privilege, why = roles.group_worth(held)
    flags = {"inherit": held.inherit, "set": held.switch, "admin": held.admin}
    return Grant(
        uid=row_uid("grant", uid, "member", held.group),
        identity_uid=uid,
        language="postgres",
        effect="allow",
        actions=[f"role/{held.group}"],
        resources=["*"],
        via="group",
        policy=held.group,
        privilege=privilege,
        attrs={
            "group": roles.uid(held.group),
            "privileged_by": why if held.via == held.group else f"{why}, through {held.via}",
            **{name: str(value).lower() for name, value in flags.items()},
        },
    )
