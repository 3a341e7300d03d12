"""Ninety days, one at a time: which use happens when, under which session, and what is counted of it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from keyrack_estate.logs.actors import DAYS, Actor, Cast, Use
from keyrack_estate.logs.consumers import Consumer
from keyrack_estate.logs.issue import issued
from keyrack_estate.logs.noise import Made, Noise
from keyrack_estate.logs.record import Call, Records, Session
from keyrack_estate.world import World

_OFFICE_HOURS = {"person", "github", "gitlab", "terraform", "user"}
_SESSION_HOURS = {"lambda": 12, "ecs-tasks": 12, "ec2": 12, "eks": 12, "account": 8, "role": 8, "user": 8}
_OTHER_HOURS = 4
_BEATS = {"daily": 1, "weekly": 7, "monthly": 30}


@dataclass(slots=True)
class Tally:
    """What happened of one use."""

    calls: int = 0
    first: datetime | None = None
    last: datetime | None = None

    def add(self, at: datetime) -> None:
        """One more call."""
        self.calls += 1
        self.first, self.last = self.first or at, at


class Timeline:
    """Makes the days in order. ``collected``: data events the trail records; others happen, and leave no trace."""

    def __init__(self, world: World, cast: Cast, actors: list[Actor], collected: frozenset[str], target: int) -> None:
        self.world = world
        self.actors = actors
        self.collected = collected
        self.records = Records(world.account.id, world.account.region, world.chance.child("logs"))
        self.noise = Noise(world, self.records)
        self.tallies: dict[int, Tally] = {}
        self.chains: dict[tuple[str, str], Tally] = {}
        """Roles assumed by identities of the account: (caller's ARN, role's ARN)."""
        self._cast = cast
        self._random = random.Random(world.chance.child("logs/timeline").bits(64))
        self._by_arn = {actor.arn: actor for actor in actors}
        self._calls: dict[int, Call] = {}
        self._sessions: dict[tuple[str, str, str, int], Session] = {}
        self._once = {id(use): self._random.random() for actor in actors for use in actor.uses}
        self._rate = self._scale(target)

    def days(self) -> Iterator[tuple[datetime, list[Made]]]:
        """Each day with its records in order of time."""
        first = (self.world.now - timedelta(days=DAYS)).replace(hour=0, minute=0, second=0, microsecond=0)
        for number in range(DAYS + 1):
            day = first + timedelta(days=number)
            self._sessions.clear()
            yield day, self._day(day)

    def _scale(self, target: int) -> float:
        """Calls a day that a use of weight 1 makes, so that the whole comes near the target."""
        weights, rest = 0.0, 0.0
        for actor in self.actors:
            span = {key: (actor.last[key] - actor.first[key]).total_seconds() / 86_400 for key in actor.last}
            for use in actor.uses:
                if self._logged(use):
                    days = span[use.consumer.key]
                    weights += use.weight * days if use.rhythm == "steady" else 0.0
                    rest += {"daily": 2 * days, "weekly": days / 3}.get(use.rhythm, 3.0)
        sessions = sum(DAYS * _sessions(actor) for actor in self.actors if actor.kind == "role")
        return max(0.05, (target - rest - sessions) / max(weights, 1.0))

    def _logged(self, use: Use) -> bool:
        return use.api.data is None or use.api.data in self.collected

    def _day(self, day: datetime) -> list[Made]:
        due: list[tuple[datetime, int, Actor, Use]] = []
        for actor in self.actors:
            for use in actor.uses:
                first, last = actor.first[use.consumer.key], actor.last[use.consumer.key]
                if last < day or first >= day + timedelta(days=1):
                    continue
                due += [(at, len(due), actor, use) for at in self._times(use, day, first, last) if first <= at <= last]
        due.sort(key=lambda item: (item[0], item[1]))
        made = [record for at, _, actor, use in due for record in self._happens(at, actor, use, day)]
        made += self.noise.of(day)
        made.sort(key=lambda item: item[0])
        return made

    def _times(self, use: Use, day: datetime, first: datetime, last: datetime) -> list[datetime]:
        if use.rhythm == "steady":
            return self._steady(use, day)
        if use.rhythm == "once":
            at = first + (last - first) * self._once[id(use)]
            return [at.replace(microsecond=0)] if day <= at < day + timedelta(days=1) else []
        beat = _BEATS.get(use.rhythm)
        nearest = last if beat is None else last - timedelta(days=beat * ((last - day) // timedelta(days=beat)))
        if not day <= nearest < day + timedelta(days=1):
            return []
        count = 1 + int(self._once[id(use)] * (3 if use.rhythm == "daily" else 9))
        times = [nearest - timedelta(seconds=7 * number) for number in range(count)]
        return [at for at in times if at >= day]

    def _steady(self, use: Use, day: datetime) -> list[datetime]:
        rate, low, wide = self._rate * use.weight, 0, 86_400
        if use.consumer.kind in _OFFICE_HOURS:
            low, wide = 25_200, 36_000
            rate = 0.0 if day.weekday() >= 5 else rate * 1.4
        count = int(rate) + (self._random.random() < rate % 1)
        return [day + timedelta(seconds=low + int(self._random.random() * wide)) for _ in range(count)]

    def _happens(self, at: datetime, actor: Actor, use: Use, day: datetime) -> list[Made]:
        tally = self.tallies.setdefault(id(use), Tally())
        tally.add(at)
        made: list[Made] = []
        session = self._session(actor, use.consumer, at, day, made)
        if self._logged(use):
            call = self._call(use)
            made.append((at, call.region, self.records.render(session, call, at)))
        return made

    def _session(self, actor: Actor, consumer: Consumer, at: datetime, day: datetime, made: list[Made]) -> Session:
        hours = _SESSION_HOURS.get(consumer.kind, _OTHER_HOURS)
        slot = 0 if consumer.mode == "key" else at.hour // hours
        key = (actor.arn, consumer.name, consumer.key, slot)
        held = self._sessions.get(key)
        if held is None:
            held = self._open(actor, consumer, at, day, made)
            self._sessions[key] = held
        return held

    def _open(self, actor: Actor, consumer: Consumer, at: datetime, day: datetime, made: list[Made]) -> Session:
        if consumer.mode == "key":
            return self.records.key_session(actor, consumer)
        start = max(day, at - timedelta(seconds=2 + int(self._random.random() * 9)))
        caller = None
        if consumer.mode in {"role", "user"}:
            caller = self._caller(consumer, start, day, made)
            self.chains.setdefault((consumer.issuer, actor.arn), Tally()).add(start)
        session, answer = self.records.role_session(actor, consumer, start)
        made.append((start, self.world.account.region, issued(self.records, actor, consumer, start, answer, caller, session)))
        return session

    def _caller(self, consumer: Consumer, at: datetime, day: datetime, made: list[Made]) -> Session:
        """The session in which one identity asks to become another."""
        actor = self._by_arn[consumer.issuer]
        held = [use.consumer for use in actor.uses]
        own = held[0] if held else self._cast.callers.of_role(self.world.account.roles[actor.name])[0]
        return self._session(actor, own, at, day, made)

    def _call(self, use: Use) -> Call:
        if id(use) not in self._calls:
            listed = self._cast.listed(use)
            self._calls[id(use)] = self.records.call(use, listed)
        return self._calls[id(use)]


def _sessions(actor: Actor) -> float:
    """Sessions a day of a role, about: half of what its consumers could open."""
    kinds = {use.consumer.name: use.consumer.kind for use in actor.uses}
    return sum(12 / _SESSION_HOURS.get(kind, _OTHER_HOURS) for kind in kinds.values())
