"""People of the directory, and whom its entries name as owner. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from keyrack.providers.ldap import nature
from keyrack.providers.ldap.accounts import Account
from keyrack.providers.ldap.control import owner_refs
from keyrack.providers.ldap.raw import dn_key
from keyrack.records import Ownership, Person
from keyrack.records.ownership import OwnerEvidence
from keyrack.records.uids import row_uid

_LEFT = re.compile(r"(?:^|,)ou=[^,]*\b(?:leavers?|former|terminated|ex-?employees|departed|offboarded)\b")
_EVIDENCE: Mapping[str, OwnerEvidence] = {"managedBy": "owner", "manager": "owner", "owner": "owner", "creatorsName": "creator"}


@dataclass(slots=True)
class People:
    """Addresses by DN key, and references that wait for them."""

    mail: dict[str, str] = field(default_factory=dict)
    waiting: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, account: Account) -> None:
        """Remember a person's address, and whom an account names."""
        address = account.entry.text("mail")
        if address and "@" in address and account.nature.kind == "human":
            self.mail[dn_key(account.entry.dn)] = address.lower()
        if account.nature.kind != "human":
            self.waiting += [(account.uid, name, dn) for name, dn in owner_refs(account)]

    def ownership(self) -> Iterator[Ownership]:
        """References resolved to addresses; what names no person with an address says nothing."""
        for uid, name, dn in self.waiting:
            owner = self.mail.get(dn)
            if owner:
                yield Ownership(
                    uid=row_uid("own", uid, owner, name),
                    identity_uid=uid,
                    owner=owner,
                    evidence=_EVIDENCE[name],
                    detail=f"attribute {name}",
                )


def stated(account: Account) -> Iterator[Ownership]:
    """An owner named in the description of a program's account."""
    owner = nature.stated_owner(account.tags) if account.nature.kind != "human" else None
    if owner:
        yield Ownership(
            uid=row_uid("own", account.uid, owner, "description"),
            identity_uid=account.uid,
            owner=owner,
            evidence="annotation",
            detail="attribute description",
        )


def person(account: Account, now: datetime) -> Person | None:
    """A person with an address. Gone: the account has ended by its own date, or is switched off in a unit for leavers."""
    entry = account.entry
    address = entry.text("mail")
    if account.nature.kind != "human" or not address or "@" not in address:
        return None
    ended = account.expires is not None and account.expires <= now
    gone = ended or (account.status == "disabled" and _LEFT.search(entry.dn.lower()) is not None)
    if account.status == "disabled" and not gone:
        return None  # switched off may be leave of absence: the directory does not tell
    return Person(
        uid=address.lower(),
        name=entry.text("displayName") or entry.text("cn") or account.login,
        status="gone" if gone else "active",
        ended_at=account.expires if ended else None,
        team=entry.text("department") or entry.text("departmentNumber"),
    )
