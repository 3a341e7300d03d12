"""Write the logs of an estate, the account's authorization details beside them, and the truth."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import msgspec

from keyrack_estate.logs import truth
from keyrack_estate.logs.actors import DAYS, Cast
from keyrack_estate.logs.catalogue import FULL, USUAL
from keyrack_estate.logs.details import details
from keyrack_estate.logs.files import Bucket
from keyrack_estate.logs.timeline import Timeline
from keyrack_estate.logs.truth import Facts, Judge
from keyrack_estate.world import World

EVENTS = 150_000
TRUTH, LOGS, DETAILS = "usage-truth.jsonl", "cloudtrail", "authorization-details.json"


def trail(name: str) -> frozenset[str]:
    """Data events by a name: ``usual``, ``all``, ``none``.

    Raises:
        ValueError: another name.
    """
    known = {"usual": USUAL, "all": FULL, "none": frozenset[str]()}
    if name not in known:
        raise ValueError(f"data events are usual, all or none, not {name}")
    return known[name]


def write(world: World, folder: Path, *, events: int = EVENTS, data: str = "usual", torn: bool = False) -> Facts:
    """Ninety days of CloudTrail below ``folder/cloudtrail``, about ``events`` of them; returns what is true of them."""
    shutil.rmtree(folder / LOGS, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    cast = Cast(world)
    actors = cast.make()
    timeline = Timeline(world, cast, actors, trail(data), events)
    bucket = Bucket(folder / LOGS, world.account.id, world.chance.child("logs"), torn=torn)
    for number, (day, records) in enumerate(timeline.days()):
        bucket.write(day, number, records)
    judge = Judge(cast, timeline, world.now)
    identities = [judge.of(actor) for actor in actors]
    start = world.now - timedelta(days=DAYS)
    facts = Facts(world.account.id, start, world.now, sorted(timeline.collected), bucket.events, bucket.files, identities)
    truth.write(folder / TRUTH, facts)
    (folder / DETAILS).write_bytes(msgspec.json.encode(details(world.account)))
    return facts
