"""Whether a change is safe, by what was replayed and by how much the logs could have shown. Pure.

Nothing is safe by default: a verdict of ``safe`` needs a log that reaches over the whole window and everything the change
touches, and an identity that was seen often enough. What is missing is named, with what would settle it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from keyrack.evidence.calls import Sample
from keyrack.evidence.used import Window

Verdict = Literal["safe", "breaks", "not_enough_evidence"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What counts as thin.

    Attributes:
        days: shortest window. 31 days are the least that are sure to hold a month's end, and hold every weekday four times.
        silent_days: shortest window in which no call at all counts as evidence of disuse: two month's ends and more.
        active_days: fewest days of use; an identity seen on fewer has shown no rhythm.
        unseen: highest chance that the next use is of an action never seen (``Sample.unseen``).
        stale: how long before now the logs may end.
    """

    days: int = 31
    silent_days: int = 90
    active_days: int = 5
    unseen: float = 0.05
    stale: timedelta = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Blind:
    """Permissions the change touches whose use the logs would not have shown: of which service, why, and what would settle it."""

    service: str
    actions: int
    example: str
    why: str
    settles: str


@dataclass(frozen=True, slots=True)
class Picture:
    """What the logs could have shown of one identity.

    ``gaps`` are sentences about its account's log (not ingested, starts late, regions or days missing); ``blind`` is what
    even a whole log does not show; ``holes`` are sentences about its policies (one that could not be read).
    """

    window: Window
    created_at: datetime | None
    sample: Sample
    gaps: tuple[str, ...] = ()
    blind: tuple[Blind, ...] = ()
    holes: tuple[str, ...] = ()
    log_end: datetime | None = None
    now: datetime | None = None
    """Null: the window was chosen by hand, and so how old the logs are does not matter."""


@dataclass(frozen=True, slots=True)
class Count:
    """Calls (kinds of them) by fate, and whether the change touches anything at all."""

    kept: int = 0
    breaks: int = 0
    unexplained: int = 0
    undecided: int = 0
    touches: bool = True


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict and its reasons, the weightiest first."""

    verdict: Verdict
    reasons: tuple[str, ...]


def judge(picture: Picture, count: Count, limits: Limits | None = None) -> Judgement:
    """``breaks`` if any call breaks; else ``not_enough_evidence`` for every reason there is to doubt; else ``safe``."""
    limits = limits or Limits()
    if count.breaks:
        return Judgement("breaks", (f"{count.breaks} of {_total(count)} kinds of call it makes would fail.",))
    if not count.touches:
        return Judgement("safe", ("the change takes away nothing that it is granted.",))
    doubts = [
        *_open(count),
        *picture.holes,
        *picture.gaps,
        *_window(picture, limits),
        *_blind(picture),
        *_sample(picture, limits),
    ]
    if doubts:
        return Judgement("not_enough_evidence", tuple(doubts))
    sample = picture.sample
    return Judgement(
        "safe",
        (
            f"all {_total(count)} kinds of call it made in {picture.window.days:.0f} days ({sample.times} calls on "
            f"{sample.days} days) stay allowed, and the logs would have shown others."
            if sample.times
            else f"it made no call in {picture.window.days:.0f} days, and the logs would have shown one.",
        ),
    )


def _total(count: Count) -> int:
    return count.kept + count.breaks + count.unexplained + count.undecided


def _open(count: Count) -> list[str]:
    found = []
    if count.unexplained:
        found.append(
            f"{count.unexplained} kinds of call were allowed, but no policy we know allows them: "
            "a policy is missing from the inventory."
        )
    if count.undecided:
        found.append(f"{count.undecided} kinds of call hang on condition keys or resources that the log does not tell.")
    return found


def _window(picture: Picture, limits: Limits) -> list[str]:
    window, found = picture.window, []
    if window.days < limits.days:
        found.append(f"the window is {window.days:.0f} days; {limits.days} are the least that are sure to hold a month's end.")
    if picture.now is not None and picture.log_end is not None and picture.now - picture.log_end > limits.stale:
        age = (picture.now - picture.log_end) / timedelta(days=1)
        found.append(f"the logs end {age:.0f} days ago: ingest newer ones, or give --until to judge as of then.")
    if picture.created_at is not None and picture.created_at > window.until - timedelta(days=limits.days):
        found.append(f"the identity is younger than {limits.days} days.")
    return found


def _blind(picture: Picture) -> list[str]:
    return [
        f"the change touches {blind.actions} permissions of {blind.service} (such as {blind.example}) whose use was not to be "
        f"seen: {blind.why}; {blind.settles}."
        for blind in picture.blind
    ]


def _sample(picture: Picture, limits: Limits) -> list[str]:
    sample = picture.sample
    if not sample.times:
        if picture.window.days < limits.silent_days:
            return [f"it made no call at all; silence counts only over {limits.silent_days} days or more."]
        return []
    found = []
    if sample.days < limits.active_days:
        found.append(f"it was seen on {sample.days} days only ({sample.times} calls); {limits.active_days} are the least.")
    if sample.unseen > limits.unseen:
        found.append(
            f"{sample.once} of its actions were seen on one day only: the chance that its next use is one never seen is "
            f"{sample.unseen:.0%} (at most {limits.unseen:.0%})."
        )
    return found
