"""Who asks, and whom a Principal or NotPrincipal element means.

Facts: IAM User Guide, "AWS JSON policy elements: Principal" and "NotPrincipal", "Policy evaluation for requests within a
single account" (which grants a boundary or session policy limits).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Literal

CallerKind = Literal["user", "role", "session", "federated", "root", "host", "provider", "anonymous", "other"]


class Match(IntEnum):
    """How directly an element names a caller."""

    NONE = 0
    ACCOUNT = 1
    """Its account: the grant is delegated to the account's own policies."""
    LIMITED = 2
    """Its role, or the user that federated it: implicit denies in boundary and session policies still count."""
    DIRECT = 3
    """The caller itself, or everyone: implicit denies in identity, boundary and session policies do not count (same account)."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A request's principal, taken apart.

    ``name`` is the friendly name of a user, role (of a session: its role) or federated user; ``session`` the session's name.
    """

    kind: CallerKind
    arn: str = ""
    partition: str = ""
    account: str | None = None
    name: str = ""
    session: str = ""

    @property
    def in_account(self) -> bool:
        """Whether it belongs to an account, so that identity policies and SCPs apply."""
        return self.kind not in {"host", "provider", "anonymous"}


_ANONYMOUS = Caller("anonymous")


@lru_cache(maxsize=16384)
def caller(principal: str | None) -> Caller:
    """Take a principal apart: ARN, service host name, identity provider, or ``None`` for anonymous."""
    if principal is None or principal == "*":
        return _ANONYMOUS
    parts = principal.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn":
        return Caller("host" if "." in principal else "other", principal)
    _, partition, service, _, account, rest = parts
    first, _, path = rest.partition("/")
    kind = _KINDS.get((service, first), "other")
    name, session = path.rsplit("/", 1)[-1], ""
    if kind in {"session", "federated", "provider"}:
        name = path
    if kind == "session":
        name, _, session = path.partition("/")
    return Caller(kind, principal, partition, account or None, name, session)


_KINDS: dict[tuple[str, str], CallerKind] = {
    ("iam", "root"): "root",
    ("iam", "user"): "user",
    ("iam", "role"): "role",
    ("iam", "saml-provider"): "provider",
    ("iam", "oidc-provider"): "provider",
    ("sts", "assumed-role"): "session",
    ("sts", "federated-user"): "federated",
}


@dataclass(frozen=True, slots=True)
class Principals:
    """A Principal or NotPrincipal element, indexed by what it can be compared with."""

    everyone: bool
    arns: frozenset[str]
    accounts: frozenset[tuple[str, str]]
    """Partition (empty for a bare account id) and account: policies delegate only within a partition."""
    roles: frozenset[tuple[str, str, str]]
    """Partition, account, name: a session's ARN has no path, so a role is known by its name, unique in its account."""
    users: frozenset[tuple[str, str, str]]
    others: frozenset[str]
    """Services, federated providers, canonical user ids."""
    issuers: frozenset[str]
    """Federated providers by their tokens' host in lower case (``saml`` for SAML), for callers known by their claims only."""

    def match(self, who: Caller) -> Match:
        """How the element names a caller."""
        if self.everyone:
            return Match.DIRECT
        if not who.in_account:
            named = who.arn in self.others if who.arn else who.name in self.issuers
            return Match.DIRECT if named else Match.NONE
        if who.arn in self.arns or who.arn in self.others or (who.kind == "root" and self.names_account(who)):
            return Match.LIMITED if who.kind == "role" else Match.DIRECT
        if self.names_base(who):
            return Match.LIMITED
        return Match.ACCOUNT if self.names_account(who) else Match.NONE

    def names_account(self, who: Caller) -> bool:
        """Whether it names the caller's account."""
        account = who.account or ""
        return ("", account) in self.accounts or (who.partition, account) in self.accounts

    def names_base(self, who: Caller) -> bool:
        """Whether it names the role of a session, or the user that a federated user stands for."""
        if who.kind == "session":
            return (who.partition, who.account or "", who.name) in self.roles
        if who.kind == "federated":
            return (who.partition, who.account or "", who.name) in self.users
        return False

    def exempts(self, who: Caller, *, deny: bool) -> bool:
        """Whether a NotPrincipal element leaves a caller out of its statement.

        With Allow, any way of naming it does. With Deny, "all principals except the one named" are denied; an account's ARN
        beside it is for the account, not for everyone in it; a session is exempt when it is named, or its role and its account
        both are.
        """
        how = self.match(who)
        if not deny:
            return how is not Match.NONE
        if how is Match.DIRECT or who.arn in self.arns:
            return True
        return how is Match.LIMITED and self.names_account(who)


@lru_cache(maxsize=16384)
def principals(element: tuple[tuple[str, str], ...]) -> Principals:
    """Index an element once. Wildcards inside a name match nothing: "you cannot use a wildcard to match part of a principal"."""
    everyone = ("*", "*") in element or ("AWS", "*") in element
    arns, others, accounts = set[str](), set[str](), set[tuple[str, str]]()
    roles, users = set[tuple[str, str, str]](), set[tuple[str, str, str]]()
    issuers = frozenset(issuer(value) for kind, value in element if kind == "Federated")
    for kind, value in element:
        if kind != "AWS":
            others.add(value)
        elif value.isdigit():
            accounts.add(("", value))
        elif (who := caller(value)).kind == "root":
            accounts.add((who.partition, who.account or ""))
        else:
            arns.add(value)
            named = (who.partition, who.account or "", who.name)
            roles.update([named] if who.kind == "role" else [])
            users.update([named] if who.kind == "user" else [])
    return Principals(
        everyone, frozenset(arns), frozenset(accounts), frozenset(roles), frozenset(users), frozenset(others), issuers
    )


def issuer(provider: str) -> str:
    """Whose tokens an identity provider (ARN or host) stands for: a host, with path, in lower case, or ``saml``."""
    if ":saml-provider/" in provider:
        return "saml"
    return provider.partition(":oidc-provider/")[2].lower() or provider.lower()


def bearer(claims: tuple[str, ...], provider: str | None) -> Caller:
    """The caller of an unsigned AssumeRoleWithWebIdentity or AssumeRoleWithSAML: the token's provider.

    Args:
        claims: condition keys of the request; a claim's key is ``<issuer's host>:<claim>``, SAML's is ``saml:<name>``.
        provider: value of ``aws:FederatedProvider``, if there is one.
    """
    if provider:
        return caller(provider)
    prefixes = (key.lower().rpartition(":")[0] for key in claims)
    host = next((prefix for prefix in prefixes if prefix == "saml" or "." in prefix), None)
    return Caller("provider", name=host) if host else _ANONYMOUS
