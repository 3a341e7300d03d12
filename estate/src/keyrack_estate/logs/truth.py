"""What is true of each identity's use, and what a rehearsal has to say: ``usage-truth.jsonl``, one identity a line."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec

from keyrack_estate.logs.actors import Actor, Cast, Use
from keyrack_estate.logs.timeline import Tally, Timeline

YOUNG_DAYS, WINDOW_DAYS = 14, 90
SILENT = "iam:PassRole"
"""It has no event of its own, only in the call that hands the role over: unseen, it may be called unused or unknown."""
FIRM_CALLS, FIRM_DAYS = 20, 60
Verdict = Literal["safe", "breaks", "not enough evidence"]


class Pair(msgspec.Struct, frozen=True):
    """A permission on a resource, as often as it was used. ``by``: what allows it, its own policies or a role's trust."""

    action: str
    resource: str
    calls: int
    first: datetime
    last: datetime
    by: Literal["policy", "trust"] = "policy"


class Behind(msgspec.Struct, frozen=True):
    """A consumer: workload, pipeline, person or machine, as the log can show it."""

    name: str
    kind: str
    user_agent: str
    network: str
    calls: int
    last: datetime


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """A change and the verdict it must get; ``accept`` lists all answers that are right.

    ``change``: ``remove_all`` (every grant), ``remove_actions`` (these actions on all resources), ``revoke_key``.
    """

    change: Literal["remove_all", "remove_actions", "revoke_key"]
    actions: list[str] = []
    key: str | None = None
    accept: list[Verdict]
    why: str


class Truth(msgspec.Struct, frozen=True, kw_only=True):
    """One identity. ``hidden`` was used but the trail does not record such calls; ``unknown`` are such actions it is granted."""

    identity: str
    kind: Literal["user", "role"]
    created: datetime
    state: Literal["used", "hidden", "denied_only", "never"]
    used: list[Pair] = []
    hidden: list[Pair] = []
    denied: list[Pair] = []
    unused: list[str] = []
    unknown: list[str] = []
    consumers: list[Behind] = []
    proposals: list[Proposal] = []


class Facts(msgspec.Struct, frozen=True):
    """The whole of a run: window, trail, volume."""

    account: str
    start: datetime
    end: datetime
    data_events: list[str]
    events: int
    files: int
    identities: list[Truth]


class Judge:
    """Turns what happened into truth."""

    def __init__(self, cast: Cast, timeline: Timeline, now: datetime) -> None:
        self.cast = cast
        self.timeline = timeline
        self.now = now

    def of(self, actor: Actor) -> Truth:
        """All that is true of one identity."""
        used, hidden, denied = (self._pairs(actor, kind) for kind in ("used", "hidden", "denied"))
        for (caller, role), tally in self.timeline.chains.items():
            if caller == actor.arn and tally.first and tally.last:
                used.append(Pair("sts:AssumeRole", role, tally.calls, tally.first, tally.last, "trust"))
        own = {pair.action for pair in used if pair.by == "policy"}
        granted = self._granted(actor)
        unknown = sorted(action for action, seen in granted.items() if not seen and action not in own)
        unused = sorted(action for action, seen in granted.items() if seen and action not in own and action != SILENT)
        state: Literal["used", "hidden", "denied_only", "never"] = (
            "used" if used else "hidden" if hidden else "denied_only" if denied else "never"
        )
        truth = Truth(
            identity=actor.arn,
            kind=actor.kind,
            created=actor.created,
            state=state,
            used=used,
            hidden=hidden,
            denied=denied,
            unused=unused,
            unknown=unknown,
            consumers=self._consumers(actor),
        )
        return msgspec.structs.replace(truth, proposals=list(self._proposals(actor, truth)))

    def _tally(self, use: Use) -> Tally:
        return self.timeline.tallies.get(id(use), Tally())

    def _logged(self, use: Use) -> bool:
        return use.api.data is None or use.api.data in self.timeline.collected

    def _pairs(self, actor: Actor, kind: str) -> list[Pair]:
        found: dict[tuple[str, str], Tally] = {}
        for use in actor.uses:
            tally = self._tally(use)
            which = "denied" if use.denied else "used" if self._logged(use) else "hidden"
            if which != kind or not tally.first or not tally.last:
                continue
            for action, template in use.api.needs:
                whole = found.setdefault((action, self.cast.resource(template, use.target)), Tally())
                whole.calls += tally.calls
                whole.first = min(whole.first or tally.first, tally.first)
                whole.last = max(whole.last or tally.last, tally.last)
        return [Pair(a, r, t.calls, t.first, t.last) for (a, r), t in sorted(found.items()) if t.first and t.last]

    def _granted(self, actor: Actor) -> dict[str, bool]:
        """Actions of the catalogue it may do on some thing -> whether the trail would show every use of them."""
        seen: dict[str, bool] = {}
        for api, _ in self.cast.options(actor):
            for action, _ in api.needs:
                logged = api.data is None or api.data in self.timeline.collected
                seen[action] = seen.get(action, True) and logged
        return {action: seen[action] for action in sorted(seen)}

    def _consumers(self, actor: Actor) -> list[Behind]:
        rows: dict[str, tuple[Use, int, datetime]] = {}
        for use in actor.uses:
            tally = self._tally(use)
            if use.denied or not self._logged(use) or tally.last is None:
                continue
            held = rows.get(use.consumer.name)
            calls, last = (held[1], held[2]) if held else (0, tally.last)
            rows[use.consumer.name] = (use, calls + tally.calls, max(last, tally.last))
        return [
            Behind(name, use.consumer.kind, use.consumer.agent.partition(" ")[0], use.consumer.network, calls, last)
            for name, (use, calls, last) in sorted(rows.items())
        ]

    def _proposals(self, actor: Actor, truth: Truth) -> Iterable[Proposal]:
        thin = self._thin(truth)
        yield Proposal(
            change="remove_all", accept=self._whole(truth, thin), why=f"state {truth.state}{', ' + thin if thin else ''}"
        )
        for action in sorted({pair.action for pair in truth.used if pair.by == "policy"}):
            yield Proposal(change="remove_actions", actions=[action], accept=_breaks(action), why="used")
        if truth.unused:
            yield Proposal(change="remove_actions", actions=truth.unused, accept=self._unused(truth, thin), why=thin or "unused")
        if truth.unknown:
            yield Proposal(
                change="remove_actions", actions=truth.unknown, accept=["not enough evidence"], why="data events not recorded"
            )
        for made in self.cast.keys(actor):
            calls = sum(
                self._tally(use).calls
                for use in actor.uses
                if use.consumer.key == made.id and self._logged(use) and not use.denied
            )
            if calls:
                yield Proposal(change="revoke_key", key=made.id, accept=["breaks"], why="used")

    def _thin(self, truth: Truth) -> str:
        days = (self.now - truth.created).days
        return f"only {days} days old" if days < YOUNG_DAYS else ""

    def _whole(self, truth: Truth, thin: str) -> list[Verdict]:
        if own := [pair.action for pair in truth.used if pair.by == "policy"]:
            return ["breaks"] if any(_breaks(action) == ["breaks"] for action in own) else _breaks(own[0])
        if truth.unknown or thin or truth.state == "hidden":
            return ["not enough evidence"] if truth.hidden or thin else ["safe", "not enough evidence"]
        return ["safe", "not enough evidence"]

    def _unused(self, truth: Truth, thin: str) -> list[Verdict]:
        if thin:
            return ["not enough evidence"]
        calls = sum(pair.calls for pair in truth.used)
        spans = [(pair.last - pair.first).days for pair in truth.used]
        firm = calls >= FIRM_CALLS and max(spans, default=0) >= FIRM_DAYS and (self.now - truth.created).days >= WINDOW_DAYS
        return ["safe"] if firm else ["safe", "not enough evidence"]


def _breaks(action: str) -> list[Verdict]:
    """A used action breaks; of KMS it may be left open, for the key's own policy, which decides first, is in no offline scan."""
    return ["breaks", "not enough evidence"] if action.startswith("kms:") else ["breaks"]


def write(path: Path, facts: Facts) -> None:
    """One JSON object on the first line (all but the identities), then one identity a line."""
    head = {name: getattr(facts, name) for name in Facts.__struct_fields__ if name != "identities"}
    lines = [msgspec.json.encode(head), *(msgspec.json.encode(item) for item in facts.identities)]
    path.write_bytes(b"\n".join(lines) + b"\n")


def read(path: Path) -> Facts:
    """Read what :func:`write` wrote.

    Raises:
        msgspec.DecodeError: a line is not of this shape.
    """
    head, *lines = path.read_bytes().splitlines()
    fields = msgspec.json.decode(head)
    return msgspec.convert({**fields, "identities": [msgspec.json.decode(line) for line in lines]}, Facts)
