"""Groups of groups: what a login role is in, and what that makes of it. Pure.

Facts: "Role Membership" and "Predefined Roles" of the PostgreSQL manual. A superuser's power is never inherited, but SET ROLE
reaches it; the three roles about server files and programs "could be used to gain superuser-level access".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from keyrack.records.grant import Privilege
from keyrack.sdk.fields import Raw, text

FILES = ("pg_execute_server_program", "pg_write_server_files", "pg_read_server_files")
PREDEFINED: Mapping[str, Privilege] = {
    **dict.fromkeys(FILES, "admin"),
    "pg_write_all_data": "write",
    "pg_read_all_data": "read",
    "pg_signal_backend": "write",
    "pg_create_subscription": "write",
    "pg_maintain": "write",
    "pg_monitor": "list",
    "pg_read_all_settings": "list",
    "pg_read_all_stats": "list",
    "pg_stat_scan_tables": "list",
    "pg_checkpoint": "list",
    "pg_use_reserved_connections": "list",
    "pg_database_owner": "unknown",
    "rds_superuser": "permissions",
    "cloudsqlsuperuser": "permissions",
    "azure_pg_admin": "permissions",
}
"""Roles that PostgreSQL or a cloud brings, with what they are worth on the whole server."""

_ORDER: tuple[Privilege, ...] = ("unknown", "list", "read", "write", "permissions", "admin")


def rank(privilege: Privilege) -> int:
    """Strength of a class, for comparing."""
    return _ORDER.index(privilege)


def higher(first: Privilege, second: Privilege) -> Privilege:
    """The stronger of two classes."""
    return max(first, second, key=rank)


@dataclass(frozen=True, slots=True)
class Link:
    """One membership: how a member holds a group."""

    group: str
    admin: bool
    inherit: bool
    switch: bool


@dataclass(frozen=True, slots=True)
class Held:
    """A group within reach of a role: by inheritance, by SET ROLE, with the right to put others in; and the first step to it."""

    group: str
    admin: bool
    inherit: bool
    switch: bool
    via: str


@dataclass(slots=True)
class Memberships:
    """Who is in what. ``groups`` closes over nesting; cycles, which PostgreSQL refuses, end the walk all the same."""

    links: dict[str, list[Link]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def groups(self, role: str) -> Iterator[Held]:
        """Every group a role gets something from, nearest first.

        A step counts as inherited only while every step before it is; SET ROLE needs SET all along. ADMIN counts where
        the role can act as the holder of it.
        """
        best: dict[str, Held] = {}
        wave = [(link, True, True, "") for link in self.links.get(role, ())]
        while wave:
            following: list[tuple[Link, bool, bool, str]] = []
            for link, inherits, switches, via in wave:
                inherit, switch = inherits and link.inherit, switches and link.switch
                known = best.get(link.group)
                found = Held(link.group, link.admin and (inherits or switches), inherit, switch, via or link.group)
                merged = found if known is None else _both(known, found)
                if merged == known or not (inherit or switch or found.admin):
                    continue
                best[link.group] = merged
                if inherit or switch:
                    following += [(more, inherit, switch, merged.via) for more in self.links.get(link.group, ())]
            wave = following
        yield from best.values()


def _both(first: Held, second: Held) -> Held:
    return Held(
        first.group, first.admin or second.admin, first.inherit or second.inherit, first.switch or second.switch, first.via
    )


def memberships(rows: Iterable[Raw]) -> Memberships:
    """Memberships from rows of the ``members`` query."""
    found = Memberships()
    for row in rows:
        group, member = text(row, "group"), text(row, "member")
        if group and member:
            link = Link(group, row.get("admin") is True, row.get("inherit") is not False, row.get("switch") is not False)
            found.links.setdefault(member, []).append(link)
            found.counts[group] = found.counts.get(group, 0) + 1
    return found
