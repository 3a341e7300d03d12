"""The estate while it is being made: one object that every planter writes into."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from keyrack_estate.account.model import Account, User
from keyrack_estate.chance import Chance
from keyrack_estate.company import Company, company
from keyrack_estate.host.tree import Tree
from keyrack_estate.repos.history import Repository
from keyrack_estate.sightings import Environment, Kind, Sighting, Sightings
from keyrack_estate.truth import Anchor, Book, key, place


@dataclass
class World:
    """Everything made so far, and the truth about it."""

    seed: int
    now: datetime
    chance: Chance
    company: Company
    account: Account = field(repr=False)
    host: Tree = field(repr=False)
    repos: dict[str, Repository] = field(default_factory=dict, repr=False)
    truth: Book = field(default_factory=Book)
    sightings: Sightings = field(default_factory=Sightings)
    human_keys: list[tuple[str, str]] = field(default_factory=list, repr=False)
    service_keys: list[tuple[str, str]] = field(default_factory=list, repr=False)
    rotating: set[str] = field(default_factory=set)
    systems: dict[str, Any] = field(default_factory=dict, repr=False)
    """State of each of the company's other systems, by name."""
    shared: dict[str, str] = field(default_factory=dict, repr=False)
    """Secrets that lie in several systems, by a name systems agree on: whoever plants first makes the value."""
    consumers: dict[str, list[Anchor]] = field(default_factory=dict, repr=False)
    """Who uses a shared secret, in whichever system: two of them make it a reused one."""

    def days_ago(self, days: float) -> datetime:
        """That many days before now."""
        return self.now - timedelta(days=days)

    def leak(
        self,
        label: str,
        anchor: Anchor,
        value: str,
        *,
        kind: Kind = "file",
        environment: Environment | None = None,
        public_id: str | None = None,
        note: str = "",
    ) -> None:
        """A secret lies where it should not: label the leak, and remember the value for reuse."""
        also = [key(public_id)] if public_id else []
        if anchor.name:
            also.append(Anchor(scope=anchor.scope, path=anchor.path))
        self.truth.planted(label, anchor, *also, note=note)
        self.hold(anchor, value, kind=kind, environment=environment, public_id=public_id)

    def hold(
        self,
        anchor: Anchor,
        value: str,
        *,
        kind: Kind = "store",
        environment: Environment | None = None,
        public_id: str | None = None,
    ) -> None:
        """A secret lies here, leaked or not. Whether a file's secret expires is open, so NHI7 and NHI4 count neither way."""
        scope = anchor.scope or self.account.id
        self.sightings.add(value, Sighting(anchor, scope, kind, environment, public_id))
        for owasp in ("NHI7:2025", "NHI4:2025"):
            self.truth.debatable(owasp, anchor, "a static secret of unknown expiry")
        if kind == "store":
            self.truth.debatable("NHI2:2025", anchor, "a tool's own credential store, readable by its owner only")

    def share(self, name: str) -> str:
        """The shared password of that name: the same for whichever system asks first."""
        return self.shared.setdefault(name, self.chance.child(name).dense(28))

    def uses(self, shared: str, anchor: Anchor) -> None:
        """A workload, agent or application of some system holds a shared secret to use it (a vault only keeps it)."""
        self.consumers.setdefault(shared, []).append(anchor)

    def label_shared(self) -> None:
        """Write what follows from who uses the shared secrets, once every system is planted."""
        for name, anchors in self.consumers.items():
            if len(set(anchors)) > 1:
                self.truth.planted("secret_reused", anchors[0], *anchors[1:], note=f"{name} in several systems")

    def twins(self) -> list[User]:
        """Service users with two active keys."""
        return [
            user
            for user in self.account.users.values()
            if sum(made.active for made in user.keys) == 2 and user.name not in self.rotating
        ]

    def at(self, path: str, name: str | None = None) -> Anchor:
        """Anchor of a file of the host."""
        return place(self.host.name, path, name)


def new_world(seed: int, now: datetime) -> World:
    """An empty estate of that seed at that moment."""
    chance = Chance(seed, "estate")
    firm = company(chance.child("company"), now)
    account = Account(id=firm.account, alias="nordholm-production", siblings=dict(firm.siblings))
    return World(seed, now, chance, firm, account, Tree("bastion-1"))
