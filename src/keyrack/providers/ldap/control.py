"""Active Directory: what an account may do, and who controls it. Trustees are identifiers until all accounts are known. Pure.

Facts: MS-ADTS 5.1.3 (access control), MS-SFU 1.3.1 and 3.2.5 (delegation), "Group managed service accounts" (Microsoft Learn).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from keyrack.providers.ldap.accounts import TO_AUTH, UNCONSTRAINED, Account, Domain
from keyrack.providers.ldap.descriptor import REPLICATE, Descriptor, parse
from keyrack.providers.ldap.groups import Groups, Membership, everybody, rules_anyway
from keyrack.providers.ldap.raw import dn_key
from keyrack.records import Grant, Trust
from keyrack.records.grant import Privilege
from keyrack.records.trust import SubjectKind
from keyrack.records.uids import row_uid


@dataclass(frozen=True, slots=True)
class Edge:
    """Somebody, by identifier, controls an account."""

    account: str
    trustee: str
    mechanism: str


@dataclass(slots=True)
class Control:
    """Collected while accounts stream by; ``replicators`` hold the rights to copy the domain, by identifier."""

    edges: set[Edge] = field(default_factory=set)
    by_sid: dict[str, str] = field(default_factory=dict)
    replicators: dict[str, frozenset[str]] = field(default_factory=dict)
    holders: set[str] = field(default_factory=set)
    unread: int = 0

    def domain_head(self, data: bytes | None) -> bool:
        """Who may replicate secrets; whether the list could be read."""
        descriptor = parse(data) if data else None
        for ace in descriptor.allowed if descriptor else ():
            if not rules_anyway(ace.trustee) and ace.replicates():
                self.replicators[ace.trustee] = self.replicators.get(ace.trustee, frozenset()) | ace.replicates()
        return descriptor is not None

    def admin_holder(self, data: bytes | None) -> None:
        """Who controls AdminSDHolder, and with it, an hour later, every protected account."""
        descriptor = parse(data) if data else None
        for ace in descriptor.allowed if descriptor else ():
            if not rules_anyway(ace.trustee) and ace.gains() in {
                "ad:acl-full-control",
                "ad:acl-write-dacl",
                "ad:acl-write-owner",
            }:
                self.holders.add(ace.trustee)

    def add(self, account: Account) -> None:
        """Remember an account, and who controls it."""
        if account.sid:
            self.by_sid[account.sid] = account.uid
        if account.nature.kind == "human":
            return
        entry = account.entry
        held = next(iter(entry.all("nTSecurityDescriptor")), None)
        descriptor = parse(held) if held else None
        if descriptor is None:
            self.unread += 1
        else:
            self._lists(account, descriptor)
        for name, mechanism in (
            ("msDS-AllowedToActOnBehalfOfOtherIdentity", "ad:rbcd"),
            ("msDS-GroupMSAMembership", "ad:reads-managed-password"),
        ):
            held = next(iter(entry.all(name)), None)
            descriptor = parse(held) if held else None
            for ace in descriptor.allowed if descriptor else ():
                self._edge(account, ace.trustee, mechanism)

    def _lists(self, account: Account, descriptor: Descriptor) -> None:
        if descriptor.owner and not rules_anyway(descriptor.owner):
            self._edge(account, descriptor.owner, "ad:acl-owner")
        for ace in descriptor.allowed:
            mechanism = ace.gains()
            if mechanism and not rules_anyway(ace.trustee):
                self._edge(account, ace.trustee, mechanism)

    def _edge(self, account: Account, trustee: str, mechanism: str) -> None:
        if trustee != account.sid:
            self.edges.add(Edge(account.uid, trustee, mechanism))

    def trusts(self, groups: Groups, domain: Domain) -> Iterator[Trust]:
        """Edges with their trustees named: accounts, groups, everybody, or a bare identifier of another domain."""
        for edge in sorted(self.edges, key=lambda one: (one.account, one.trustee, one.mechanism)):
            subject, kind = self._named(edge.trustee, groups, domain)
            if subject == edge.account:
                continue
            yield Trust(
                uid=row_uid("trust", edge.account, edge.mechanism, edge.trustee),
                identity_uid=edge.account,
                subject=subject,
                subject_kind=kind,
                mechanism=edge.mechanism,
                attrs={"right": edge.mechanism.removeprefix("ad:acl-")},
            )

    def _named(self, trustee: str, groups: Groups, domain: Domain) -> tuple[str, SubjectKind]:
        if everybody(trustee):
            return "*", "same_account"
        if trustee in self.by_sid:
            return self.by_sid[trustee], "identity"
        if trustee in groups.by_sid:
            return f"ldap:{domain.base}:group/{groups.by_sid[trustee]}", "identity"
        return trustee, "other_account"


def facts(account: Account, groups: Groups, member: Membership) -> dict[str, str | None]:
    """Attributes about groups and delegation."""
    ranked = {key: via for key, via in member.reached.items() if (group := groups.by_dn.get(key)) and group.rank}
    nested = sorted({groups.by_dn[via].name for key, via in ranked.items() if via != key and via in groups.by_dn})
    protected = any(key.startswith("cn=protected users,") for key in member.reached)
    delegates = account.entry.texts("msDS-AllowedToDelegateTo")
    kind = None
    if account.flags & UNCONSTRAINED:
        kind = "unconstrained"
    elif delegates:
        kind = "protocol-transition" if account.flags & TO_AUTH else "constrained"
    return {
        "member_of": ", ".join(sorted(groups.by_dn[key].name for key in member.direct if key in groups.by_dn)[:20]),
        "privileged_groups": ", ".join(sorted(_rank(groups, key)[0] for key in ranked)),
        "privileged_via": ", ".join(nested),
        "delegation": kind,
        "delegates_to": ", ".join(delegates[:10]),
        **({"not_delegated": "true"} if protected else {}),
    }


def _rank(groups: Groups, key: str) -> tuple[str, Privilege]:
    rank = groups.by_dn[key].rank
    return rank or (key, "unknown")


def grants(account: Account, groups: Groups, member: Membership, control: Control, domain: Domain) -> Iterator[Grant]:
    """What the account holds over the directory: privileged groups, replication, AdminSDHolder, delegation."""
    for key, via in sorted(member.reached.items()):
        group = groups.by_dn.get(key)
        if group is not None and group.rank:
            name, privilege = group.rank
            through = groups.by_dn[via].name if via != key and via in groups.by_dn else None
            more = {"group": f"ldap:{domain.base}:group/{key}", "through": through, "privileged_by": f"member of {name}"}
            yield _grant(account, f"group/{name}", "group", privilege, more)
    mine = {account.sid, *(groups.by_dn[key].sid for key in member.reached if key in groups.by_dn)} - {None}
    rights = frozenset().union(*(control.replicators.get(str(one), frozenset()) for one in mine))
    if rights == REPLICATE and not account.domain_controller:
        yield _grant(
            account, "DS-Replication-Get-Changes-All", "direct", "admin", {"privileged_by": "may copy every password hash"}
        )
    if mine & control.holders:
        yield _grant(account, "AdminSDHolder", "direct", "admin", {"privileged_by": "controls AdminSDHolder"})
    if account.flags & UNCONSTRAINED and not account.domain_controller:
        yield _grant(
            account, "delegate:*", "direct", "permissions", {"privileged_by": "keeps the tickets of whoever signs in to it"}
        )
    for target in account.entry.texts("msDS-AllowedToDelegateTo")[:200]:
        yield _grant(
            account, f"delegate:{target}", "direct", "write", {"privileged_by": "may act for others there"}, resource=target
        )


def _grant(
    account: Account, action: str, via: str, privilege: Privilege, attrs: Mapping[str, str | None], *, resource: str = "*"
) -> Grant:
    return Grant(
        uid=row_uid("grant", account.uid, action),
        identity_uid=account.uid,
        language="ldap",
        effect="allow",
        actions=[action],
        resources=[resource],
        via="group" if via == "group" else "direct",
        privilege=privilege,
        attrs={name: value for name, value in attrs.items() if value},
    )


def managed_readers(account: Account) -> str | None:
    """Well-known groups of (nearly) everybody that may read a managed password."""
    held = next(iter(account.entry.all("msDS-GroupMSAMembership")), None)
    descriptor = parse(held) if held else None
    names = {name for ace in (descriptor.allowed if descriptor else ()) if (name := everybody(ace.trustee))}
    return ", ".join(sorted(names)) or None


def owner_refs(account: Account) -> list[tuple[str, str]]:
    """Entries named as owner of the account: attribute and key of the DN."""
    entry = account.entry
    names = ("managedBy", "owner") if account.nature.kind == "human" else ("managedBy", "manager", "owner", "creatorsName")
    return [(name, dn_key(dn)) for name in names for dn in entry.texts(name)[:5]]
