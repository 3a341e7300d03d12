"""Nordholm Trading AB: its people (some gone), teams, vendors and accounts."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import datetime

from keyrack_estate.chance import Chance

DOMAIN = "nordholm.example"
ORG = "nordholm"
ORG_ID, REPO_ID = 81_204_733, 640_118_000
TEAMS = ("platform", "payments", "storefront", "data", "security", "ml", "operations", "mobile")
_FIRST = [
    "Alva",
    "Bjorn",
    "Cecilia",
    "David",
    "Ebba",
    "Fredrik",
    "Greta",
    "Henrik",
    "Ida",
    "Johan",
    "Klara",
    "Lars",
    "Maja",
    "Nils",
    "Olivia",
    "Per",
    "Quentin",
    "Rasmus",
    "Saga",
    "Tove",
    "Ulf",
    "Vera",
    "Wilma",
    "Xander",
    "Ylva",
    "Zelda",
    "Anton",
    "Britta",
    "Carl",
    "Disa",
    "Elias",
    "Freja",
]
_LAST = [
    "Ahlberg",
    "Bergman",
    "Carlsson",
    "Dahlin",
    "Ekstrom",
    "Forsell",
    "Granath",
    "Hallberg",
    "Isaksson",
    "Jonsson",
    "Kjellberg",
    "Lindqvist",
    "Moberg",
    "Nyman",
    "Oberg",
    "Palmgren",
    "Qvarnstrom",
    "Rosengren",
    "Sandell",
    "Thulin",
    "Uggla",
    "Viklund",
    "Wallin",
    "Yngvesson",
    "Zetterlund",
    "Almgren",
    "Bodin",
    "Cedergren",
    "Dalman",
    "Edberg",
    "Falk",
    "Gustavsson",
]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works, or worked, there. ``login`` is the local part of the address and the unix name."""

    email: str
    name: str
    team: str
    manager: str | None
    ended_at: datetime | None = None

    @property
    def login(self) -> str:
        """Local part of the address."""
        return self.email.split("@")[0]

    @property
    def gone(self) -> bool:
        """Left the company."""
        return self.ended_at is not None


@dataclass(frozen=True, slots=True)
class Vendor:
    """A supplier and the AWS accounts it works from."""

    slug: str
    name: str
    accounts: tuple[str, ...]
    status: str = "active"


@dataclass(frozen=True, slots=True)
class Company:
    """The whole of it."""

    account: str
    siblings: dict[str, str]
    people: tuple[Person, ...]
    vendors: tuple[Vendor, ...]
    strangers: tuple[str, ...]

    @property
    def active(self) -> list[Person]:
        """Those still there."""
        return [person for person in self.people if not person.gone]

    @property
    def gone(self) -> list[Person]:
        """Those who left."""
        return [person for person in self.people if person.gone]

    def people_csv(self) -> str:
        """``email,name,status,ended_at,manager,team``."""
        rows = [
            [
                p.email,
                p.name,
                "gone" if p.gone else "active",
                p.ended_at.isoformat() if p.ended_at else "",
                p.manager or "",
                p.team,
            ]
            for p in self.people
        ]
        return _csv(["email", "name", "status", "ended_at", "manager", "team"], rows)

    def vendors_csv(self) -> str:
        """``slug,name,accounts,status``; accounts separated by spaces."""
        rows = [[v.slug, v.name, " ".join(v.accounts), v.status] for v in self.vendors]
        return _csv(["slug", "name", "accounts", "status"], rows)


def _csv(head: list[str], rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([head, *rows])
    return out.getvalue()


def company(chance: Chance, now: datetime) -> Company:
    """Found the company: 24 at work, 8 gone; five vendors, one of them no longer under contract."""

    def account() -> str:
        return str(chance.integer(200_000_000_000, 899_999_999_999))

    people: list[Person] = []
    for number, (first, last) in enumerate(zip(_FIRST, _LAST, strict=True)):
        email = f"{first}.{last}@{DOMAIN}".lower()
        left = chance.ago(now, 45, 400) if number >= 24 else None
        manager = people[number % 8].email if number >= 8 else (people[0].email if people else None)
        people.append(Person(email, f"{first} {last}", TEAMS[number % len(TEAMS)], manager, left))
    names = ("Lumenwatch", "Brightcost", "Paperplane Mail", "Tidewater Backup", "Cobalt Support")
    vendors = tuple(
        Vendor(name.split()[0].lower(), name, (account(),), "ended" if number == len(names) - 1 else "active")
        for number, name in enumerate(names)
    )
    siblings = {"nordholm-staging": account(), "nordholm-security": account(), "nordholm-logs": account()}
    return Company(account(), siblings, tuple(people), vendors, tuple(account() for _ in range(7)))
