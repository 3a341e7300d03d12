"""Groups in groups, and those that rule a domain. Pure.

Well-known identifiers: MS-DTYP 2.4.2.4; what the protected groups may do: "Active Directory security groups" (Microsoft Learn).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from keyrack.providers.ldap.raw import Entry, dn_key, sid
from keyrack.records import Resource
from keyrack.records.grant import Privilege

_BY_RID: Mapping[str, tuple[str, Privilege]] = {
    "512": ("Domain Admins", "admin"),
    "519": ("Enterprise Admins", "admin"),
    "518": ("Schema Admins", "admin"),
    "526": ("Key Admins", "permissions"),
    "527": ("Enterprise Key Admins", "permissions"),
    "520": ("Group Policy Creator Owners", "permissions"),
}
_BY_SID: Mapping[str, tuple[str, Privilege]] = {
    "S-1-5-32-544": ("Administrators", "admin"),
    "S-1-5-32-548": ("Account Operators", "permissions"),
    "S-1-5-32-549": ("Server Operators", "permissions"),
    "S-1-5-32-550": ("Print Operators", "permissions"),
    "S-1-5-32-551": ("Backup Operators", "permissions"),
}
_BY_NAME: Mapping[str, tuple[str, Privilege]] = {"dnsadmins": ("DnsAdmins", "permissions")}
_EVERYBODY: Mapping[str, str] = {
    "S-1-1-0": "Everyone",
    "S-1-5-11": "Authenticated Users",
    "S-1-5-32-545": "Users",
    "S-1-5-7": "Anonymous",
}
_EVERYBODY_RID = {"513": "Domain Users", "515": "Domain Computers"}
_RULERS = frozenset({"S-1-5-18", "S-1-5-10", "S-1-3-0", "S-1-5-9"})
"""SYSTEM, SELF, CREATOR OWNER and the domain controllers: in every access list, and no news."""
_RULER_RIDS = frozenset({"498", "500", "502", "512", "516", "517", "518", "519", "521", "526", "527"})


def everybody(identifier: str) -> str | None:
    """Name of a well-known group that (nearly) everybody is in."""
    return _EVERYBODY.get(identifier) or (_EVERYBODY_RID.get(_rid(identifier)) if identifier.startswith("S-1-5-21-") else None)


def rules_anyway(identifier: str) -> bool:
    """Whether a trustee controls the domain already, or is a placeholder: its rights are no news."""
    return (
        identifier in _RULERS or identifier in _BY_SID or (identifier.startswith("S-1-5-21-") and _rid(identifier) in _RULER_RIDS)
    )


def privileged(identifier: str | None, name: str) -> tuple[str, Privilege] | None:
    """Name and class of a group that rules the domain."""
    if identifier is not None and identifier in _BY_SID:
        return _BY_SID[identifier]
    if identifier is not None and identifier.startswith("S-1-5-21-") and _rid(identifier) in _BY_RID:
        return _BY_RID[_rid(identifier)]
    return _BY_NAME.get(name.lower()) if identifier else None


def _rid(identifier: str) -> str:
    return identifier.rpartition("-")[2]


@dataclass(frozen=True, slots=True)
class Group:
    """One group."""

    dn: str
    name: str
    sid: str | None
    parents: tuple[str, ...]
    rank: tuple[str, Privilege] | None


@dataclass(frozen=True, slots=True)
class Membership:
    """Groups of one account: those it is in directly, and every one it reaches with the direct one through which."""

    direct: list[str]
    reached: dict[str, str]


@dataclass(slots=True)
class Groups:
    """All groups by the key of their DN; ``of_members`` for directories whose members do not know their groups."""

    by_dn: dict[str, Group] = field(default_factory=dict)
    by_sid: dict[str, str] = field(default_factory=dict)
    of_members: dict[str, list[str]] = field(default_factory=dict)

    def add(self, entry: Entry, *, backlinks: bool) -> None:
        """Remember a group. ``backlinks``: members carry memberOf, so lists of members need not be kept."""
        identifier = sid(next(iter(entry.all("objectSid")), None))
        name = entry.text("sAMAccountName") or entry.text("cn") or entry.dn
        key = dn_key(entry.dn)
        parents = tuple(dn_key(dn) for dn in entry.texts("memberOf"))
        self.by_dn[key] = Group(entry.dn, name, identifier, parents, privileged(identifier, name))
        if identifier:
            self.by_sid[identifier] = key
        if not backlinks:
            for member in (*entry.texts("member"), *entry.texts("uniqueMember"), *entry.texts("roleOccupant")):
                self.of_members.setdefault(dn_key(member), []).append(key)
            for uid in entry.texts("memberUid"):
                self.of_members.setdefault(f"uid:{uid.lower()}", []).append(key)

    def of(self, entry: Entry, domain: str | None, login: str) -> Membership:
        """Groups of an account, groups in groups followed."""
        direct = self.direct(entry, domain, login)
        return Membership(direct, self.closure(direct))

    def direct(self, entry: Entry, domain: str | None, login: str) -> list[str]:
        """Groups an entry is a member of: by its own list, by the groups' lists, and its primary group."""
        found = [dn_key(dn) for dn in entry.texts("memberOf")]
        found += self.of_members.get(dn_key(entry.dn), []) + self.of_members.get(f"uid:{login.lower()}", [])
        primary = entry.number("primaryGroupID")
        if domain and primary is not None and (key := self.by_sid.get(f"{domain}-{primary}")):
            found.append(key)
        return list(dict.fromkeys(found))

    def closure(self, direct: list[str]) -> dict[str, str]:
        """Every group reached, with the direct one through which; circles end."""
        reached = {key: key for key in direct}
        wave = list(direct)
        while wave:
            following = []
            for key in wave:
                group = self.by_dn.get(key)
                for parent in (*(group.parents if group else ()), *self.of_members.get(key, ())):
                    if parent not in reached:
                        reached[parent] = reached[key]
                        following.append(parent)
            wave = following
        return reached

    def records(self, base: str) -> Iterator[Resource]:
        """Groups as Resources: a privileged one is a crown jewel."""
        for key, group in self.by_dn.items():
            facts = {"sid": group.sid, "privileged": f"{group.rank[0]}: {group.rank[1]}" if group.rank else None}
            yield Resource(
                uid=f"ldap:{base}:group/{key}",
                type="ldap:group",
                name=group.name,
                provider="ldap",
                scope=base,
                tier="crown" if group.rank and group.rank[1] == "admin" else "normal",
                attrs={name: value for name, value in facts.items() if value},
            )
