"""Which permission holds which other, as documented.

Sources: "Overview of Microsoft Graph permissions" (names are Resource.Operation.Constraint; ReadWrite also reads; All is
everything of the organisation), and "Microsoft Graph permissions reference", descriptions of the permissions in :data:`_HOLDS`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from keyrack.access.entra.model import Kind
from keyrack.access.entra.table import names

_HOLDS: dict[str, tuple[str, ...]] = {
    "Directory.ReadWrite.All": ("Directory.Read.All", "Group.ReadWrite.All", "User.Read.All"),
    "Directory.Read.All": (
        "User.Read.All",
        "Group.Read.All",
        "GroupMember.Read.All",
        "Device.Read.All",
        "OrgContact.Read.All",
        "Organization.Read.All",
        "Application.Read.All",
        "AdministrativeUnit.Read.All",
    ),
    "User.Read.All": ("User.ReadBasic.All", "User.Read"),
    "User.ReadWrite.All": ("User.ReadWrite",),
    "Group.ReadWrite.All": ("GroupMember.ReadWrite.All", "Group.Create"),
    "Group.Read.All": ("GroupMember.Read.All",),
    "Application.ReadWrite.All": ("Application.ReadWrite.OwnedBy",),
    "RoleManagement.Read.All": ("RoleManagement.Read.Directory",),
    "Mail.Read": ("Mail.ReadBasic", "Mail.ReadBasic.All"),
    "Mail.ReadBasic.All": ("Mail.ReadBasic",),
    "Sites.FullControl.All": ("Sites.Manage.All",),
    "Sites.Manage.All": ("Sites.ReadWrite.All",),
    "Calendars.Read": ("Calendars.ReadBasic", "Calendars.ReadBasic.All"),
}
"""Holder -> held, beside what the names say. ``Directory.ReadWrite.All`` cannot delete users or reset passwords, so it does not
hold ``User.ReadWrite.All``."""


@cache
def _direct(permission: str, kind: Kind) -> frozenset[str]:
    found = {*_HOLDS.get(permission, ()), re.sub(r"\.ReadWrite(?=\.|$)", ".Read", permission)}
    if re.search(r"\.(Read|ReadWrite)\.All$", permission):
        found.add(permission.removesuffix(".All") + ".Shared")
    return frozenset(name for name in found if name != permission and name in names(kind))


@cache
def closure(permission: str, kind: Kind) -> frozenset[str]:
    """The permission and all it holds, of the same kind."""
    found, open_ = {permission}, [permission]
    while open_:
        more = _direct(open_.pop(), kind) - found
        found |= more
        open_ += more
    return frozenset(found)


def implies(holder: str, wanted: str, kind: Kind = "application") -> bool:
    """Whether holding one permission is documented to give another of the same kind."""
    return wanted in closure(holder, kind)


def all_held(permissions: Iterable[str], kind: Kind) -> frozenset[str]:
    """Everything that some permissions hold together."""
    return frozenset().union(*(closure(permission, kind) for permission in permissions))
