"""What every planter of the tenant stands on: people, a healthy application, subscriptions, and short ways to write truth."""

from __future__ import annotations

from typing import Any

from keyrack_estate.fakes.microsoft.maker import App, Maker
from keyrack_estate.fakes.microsoft.odata import Thing
from keyrack_estate.truth import Anchor, key, native, place
from keyrack_estate.world import World


class Ground:
    """The tenant while it is made."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.chance = world.chance.child("entra")
        self.maker = Maker(self.chance.child("ids"), world.now)
        self.users = {
            person.email: self.maker.user(person.email, person.name, gone=person.gone, team=person.team, left=person.ended_at)
            for person in world.company.people
        }
        for person in world.company.people:
            if person.manager:
                self.maker.manages(self.users[person.manager], self.users[person.email])
        self.active = [self.users[person.email] for person in world.company.active]
        self.gone = [self.users[person.email] for person in world.company.gone]
        self.prod = self.maker.subscription("nordholm-prod", {"environment": "production"})
        self.dev = self.maker.subscription("nordholm-dev")
        self.shared = self.maker.subscription("nordholm-shared")
        self._turn = 0

    def two_owners(self) -> list[str]:
        """Two people who are still there, others each time."""
        self._turn += 1
        count = len(self.active)
        return [self.active[self._turn % count], self.active[(self._turn * 7 + 3) % count]]

    def app(self, name: str, *, secret: bool = True, **more: Any) -> App:
        """A healthy application: owned, its secret young and used yesterday."""
        made = self.maker.app(name, **{"owners": self.two_owners(), **more})
        if secret:
            self.maker.secret(made, "current", age=45, life=180, used=1)
        self.maker.signed_in(made.app_id, application=1)
        return made

    def wrong(self, label: str, thing: App | str, *also: Anchor, note: str = "") -> None:
        """An application, service principal or managed identity is planted wrong."""
        self.world.truth.planted(label, self.anchor(thing), *also, note=note)

    def right(self, owasp: str, thing: App | str, note: str) -> None:
        """It looks wrong, and is right."""
        self.world.truth.decoy(owasp, self.anchor(thing), note)

    def key_wrong(self, label: str, key_id: str, note: str = "") -> None:
        """A credential is planted wrong."""
        self.world.truth.planted(label, key(key_id), note=note)

    def key_right(self, owasp: str, key_id: str, note: str) -> None:
        """A credential looks wrong, and is right."""
        self.world.truth.decoy(owasp, key(key_id), note)

    def anchor(self, thing: App | str) -> Anchor:
        """By object id of the service principal."""
        return native("entra", thing.sp if isinstance(thing, App) else thing)

    def spot(self, thing: Thing) -> Anchor:
        """A resource as a place that holds secrets."""
        return place(str(thing["subscriptionId"]), str(thing["id"]))
