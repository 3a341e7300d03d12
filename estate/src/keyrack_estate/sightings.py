"""Every place a planted secret lies, and the labels that follow: leaked, reused, in two environments, a person's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from keyrack_estate.truth import Anchor, Book, key

Kind = Literal["file", "store", "agent", "ci", "workload"]
Environment = Literal["prod", "nonprod"]


@dataclass(frozen=True, slots=True)
class Sighting:
    """One place of one secret. ``store``: a tool's own credential file that only its owner reads."""

    anchor: Anchor
    scope: str
    kind: Kind
    environment: Environment | None
    public_id: str | None


class Sightings:
    """Secrets by value while the estate is being made; only labels leave."""

    def __init__(self) -> None:
        self._by_value: dict[str, list[Sighting]] = {}

    def add(self, value: str, sighting: Sighting) -> None:
        """Note a place."""
        self._by_value.setdefault(value, []).append(sighting)

    def value_at(self, anchor: Anchor) -> str:
        """The secret that lies at a place, for a system that shows the same one.

        Raises:
            KeyError: none lies there.
        """
        for value, places in self._by_value.items():
            if any(place.anchor == anchor for place in places):
                return value
        raise KeyError(str(anchor))

    def by_value(self) -> list[tuple[str, list[Sighting]]]:
        """Every secret with the places it lies in."""
        return list(self._by_value.items())

    @property
    def values(self) -> frozenset[str]:
        """All secret values of the estate, for tests that look for leaks of them."""
        return frozenset(self._by_value)

    def label(self, truth: Book, human_ids: set[str]) -> None:
        """Write what follows from who holds what."""
        for places in self._by_value.values():
            self._reuse(truth, places)
            self._environments(truth, places)
            self._human(truth, places, human_ids)

    def _names(self, places: list[Sighting]) -> list[Anchor]:
        """All anchors of a secret: its public id first, then its places, then their files."""
        ids = [key(place.public_id) for place in places if place.public_id]
        files = [Anchor(scope=p.anchor.scope, path=p.anchor.path) for p in places if p.anchor.name]
        return list(dict.fromkeys([*ids, *(place.anchor for place in places), *files]))

    def _reuse(self, truth: Book, places: list[Sighting]) -> None:
        names = self._names(places)
        scopes = {place.scope for place in places}
        consumers = {place.anchor for place in places if place.kind in {"agent", "workload"}}
        if len(scopes) > 1 or len(consumers) > 1:
            truth.planted("secret_reused", names[0], *names[1:], note=f"{len(scopes)} scopes, {len(consumers)} consumers")
        elif len({place.anchor for place in places}) > 1:
            for name in names:
                truth.debatable("NHI9:2025", name, "several files of one owner")

    def _environments(self, truth: Book, places: list[Sighting]) -> None:
        if {place.environment for place in places} >= {"prod", "nonprod"}:
            names = self._names(places)
            agents = all(place.kind == "agent" for place in places)
            truth.planted("agent_in_two_environments" if agents else "same_secret_two_environments", names[0], *names[1:])

    def _human(self, truth: Book, places: list[Sighting], human_ids: set[str]) -> None:
        machine = [place for place in places if place.kind in {"agent", "ci", "workload"} and place.public_id in human_ids]
        if machine:
            names = self._names(machine)
            truth.planted("human_key_in_machine", names[0], *names[1:])
