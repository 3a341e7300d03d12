"""Members, outside collaborators and bots as identities; their addresses tie what they made to people. Pure.

Source: GraphQL reference, objects ``OrganizationMemberEdge``, ``User``, ``ExternalIdentity``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyrack.records import Identity, Person, Record
from keyrack.records.uids import account_uid
from keyrack.sdk.fields import Raw, part, text, texts, when

_SERVICE = re.compile(
    r"(?i)(?:^|[-_ ])(?:bot|robot|ci|cd|cicd|svc|service|automation|deploy|deployer"
    r"|release|releaser|machine|build|builder|jenkins|sync)(?:[-_ ]|\d*$)"
)
"""Whole words of a login or name by which an account says that it is no person."""


def service_words(login: str, name: str) -> str | None:
    """The evidence that an account is a machine's: ``name``; ``None`` when nothing says so."""
    return "name" if _SERVICE.search(login) or _SERVICE.search(name) else None


def member(edge: Raw, org: str, *, address: str | None) -> Iterator[Record]:
    """A member with the address that single sign-on (or a verified domain) gives."""
    node = part(edge, "node")
    login = text(node, "login")
    if not login:
        return
    role = (text(edge, "role") or "").lower()
    factor = edge.get("hasTwoFactorEnabled")
    attrs = {"role": role, "mfa": _yes(factor)}
    found = account(login, org, name=text(node, "name") or "", attrs=attrs, created=when(node, "createdAt"))
    yield found
    if found.kind == "human" and address:
        yield Person(uid=address, name=text(node, "name") or login)


def addresses(node: Raw) -> tuple[str, str] | None:
    """Login and address of a member by the organisation's verified domains."""
    login = text(node, "login")
    mails = [mail for mail in texts(node, "organizationVerifiedDomainEmails") if _mail(mail)]
    return (login.lower(), mails[0].lower()) if login and mails else None


def sso_address(node: Raw) -> tuple[str, str] | None:
    """Login and address of a linked SSO identity."""
    login = text(node, "user", "login")
    mails = (text(node, "samlIdentity", "nameId"), text(node, "scimIdentity", "username"))
    mail = next((mail for mail in mails if mail and _mail(mail)), None)
    return (login.lower(), mail.lower()) if login and mail else None


def account(login: str, org: str, *, name: str = "", attrs: dict[str, str] | None = None, created: object = None) -> Identity:
    """The account as an identity: a service where its name says so, a human otherwise."""
    from datetime import datetime

    evidence = service_words(login, name)
    known = {**(attrs or {}), **({"service_evidence": evidence} if evidence else {"human_evidence": "account of a person"})}
    return Identity(
        uid=account_uid("github", login),
        kind="service_account" if evidence else "human",
        type="github:user",
        name=login,
        provider="github",
        scope=org,
        created_at=created if isinstance(created, datetime) else None,
        attrs={key: value for key, value in known.items() if value},
    )


def outside(raw: Raw, org: str) -> Iterator[Record]:
    """An outside collaborator: not of the organisation, and let in all the same."""
    login = text(raw, "login")
    if login:
        yield account(login, org, name=text(raw, "name") or "", attrs={"role": "outside"})


def _mail(value: str) -> bool:
    return re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value) is not None


def _yes(value: object) -> str:
    return "" if not isinstance(value, bool) else "true" if value else "false"
