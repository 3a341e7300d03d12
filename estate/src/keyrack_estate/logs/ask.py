"""Ask Keyrack, by its command line alone, what the truth knows: right-sizing, rehearsals, granted against used.

Each question is one run of ``keyrack``; rehearsals go in rounds, one plan a round with one change for every identity.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from keyrack_estate.account.model import Document
from keyrack_estate.account.policies import deny, policy
from keyrack_estate.logs import measure
from keyrack_estate.logs.actors import Actor, Cast
from keyrack_estate.logs.measure import Answers, Rightsizing
from keyrack_estate.logs.truth import Facts, Proposal
from keyrack_estate.logs.write import DETAILS, LOGS

Policies = Mapping[str, Sequence[Document]]
Say = Callable[[str], None]
_VERDICTS = (0, 4, 5)
"""Exit codes of ``keyrack rehearse`` that are answers: safe, breaks, not enough evidence."""


@dataclass(slots=True)
class Marks:
    """Everything that was asked, marked. ``replayed``: the right-sizing as Keyrack's own rehearsal judges it, by verdict."""

    rightsizing: Rightsizing
    replayed: dict[str, int]
    rehearsals: Answers
    verdicts: Answers
    seconds: dict[str, float] = field(default_factory=dict)


class Keyrack:
    """The command, with a home of its own; ``seconds`` are wall-clock times by question."""

    def __init__(self, home: Path, say: Say) -> None:
        self.home = home
        self.say = say
        self.seconds: dict[str, float] = {}

    def run(self, title: str, *words: str, answers: Sequence[int] = (0,)) -> bytes:
        """Standard output of a run.

        Raises:
            ValueError: it failed; the message is its own.
        """
        start = time.monotonic()
        binary = str(Path(sys.executable).with_name("keyrack"))
        environment = {**os.environ, "KEYRACK_HOME": str(self.home)}
        done = subprocess.run([binary, *words], env=environment, capture_output=True, check=False)
        spent = time.monotonic() - start
        self.seconds[title] = self.seconds.get(title, 0.0) + spent
        if done.returncode not in answers:
            raise ValueError(f"keyrack {words[0]} failed: {done.stderr.decode(errors='replace').strip()[-600:]}")
        return done.stdout


@dataclass(frozen=True, slots=True)
class Amount:
    """How much to ask: identities for granted against used, and rounds of rehearsals (``None``: all)."""

    sample: int = 40
    rounds: int | None = None


def ask(cast: Cast, actors: list[Actor], facts: Facts, folder: Path, amount: Amount, say: Say) -> Marks:
    """Scan, ingest, right-size, rehearse and compare; everything Keyrack keeps goes below ``folder/home``."""
    keyrack = Keyrack(folder / "home", say)
    keyrack.run("scan", "scan", "aws", "--aws-authorization-details", str(folder / DETAILS), "--no-progress")
    keyrack.run("ingest", "usage", "ingest", str(folder / LOGS))
    until = ("--until", facts.end.isoformat(), *_stated(facts))
    plan = folder / "rightsize-plan.json"
    text = keyrack.run("rightsize", "rightsize", "--all", "--replace-groups", *until, "--format", "plan")
    plan.write_bytes(text)
    proposed = {f"arn:{row['uid']}": list(row["policies"].values()) for row in json.loads(text)["identities"]}
    sized = measure.rightsizing(cast, actors, facts, proposed)
    said = _verdicts(keyrack, plan, until, "rehearse the right-sizing")
    replayed = {verdict: list(said.values()).count(verdict) for verdict in sorted(set(said.values()))}
    rehearsals = _rehearsals(keyrack, actors, facts, folder, until, amount.rounds)
    verdicts = _used(keyrack, facts, until, amount.sample)
    return Marks(sized, replayed, rehearsals, verdicts, keyrack.seconds)


def _stated(facts: Facts) -> tuple[str, ...]:
    """What the trail is configured to record, as somebody who knows the trail would say."""
    return tuple(word for kind in facts.data_events for word in ("--data-events", kind.split("::")[1].lower()))


def _verdicts(keyrack: Keyrack, plan: Path, until: tuple[str, ...], title: str) -> dict[str, str]:
    """Verdict by ARN of a plan."""
    text = keyrack.run(title, "rehearse", "--plan", str(plan), *until, "--format", "json", answers=_VERDICTS)
    return {f"arn:{row['uid']}": row["verdict"].replace("_", " ") for row in json.loads(text)["rehearsals"]}


def _rehearsals(
    keyrack: Keyrack, actors: list[Actor], facts: Facts, folder: Path, until: tuple[str, ...], most: int | None
) -> Answers:
    """Every proposal that is a change of policies, in rounds. Keys are in no offline scan, so their revocation is not asked."""
    documents = {actor.arn: actor.documents for actor in actors}
    queues = {item.identity: [one for one in item.proposals if one.change != "revoke_key"] for item in facts.identities}
    answered: list[tuple[tuple[str, Proposal], str | None]] = []
    rounds = max(map(len, queues.values()), default=0)
    for number in range(rounds if most is None else min(most, rounds)):
        turn = {arn: queue[number] for arn, queue in queues.items() if number < len(queue)}
        plan = folder / "round-plan.json"
        rows = [{"uid": arn.removeprefix("arn:"), "policies": _after(documents[arn], one)} for arn, one in turn.items()]
        plan.write_text(json.dumps({"identities": rows}))
        said = _verdicts(keyrack, plan, until, "rehearse proposals")
        answered += [((arn, one), said.get(arn)) for arn, one in turn.items()]
        keyrack.say(f"round {number + 1}: {len(turn)} changes rehearsed")
        plan.unlink()
    return measure.rehearsals(answered)


def _after(documents: Sequence[Document], proposal: Proposal) -> dict[str, Any]:
    """The policies an identity is left with: none, or its own and a deny of what is taken away."""
    if proposal.change == "remove_all":
        return {}
    held: dict[str, Any] = {f"own-{number}": document for number, document in enumerate(documents)}
    return held | {"taken-away": policy(deny(list(proposal.actions), "*"))}


def _used(keyrack: Keyrack, facts: Facts, until: tuple[str, ...], sample: int) -> Answers:
    """Granted against used of identities spread over all, one run each."""
    chosen = facts.identities[:: max(1, len(facts.identities) // max(1, sample))][:sample]
    said: dict[str, dict[str, str]] = {}
    for item in chosen:
        uid = item.identity.removeprefix("arn:")
        story = json.loads(keyrack.run("used", "used", uid, *until, "--format", "json"))
        said[item.identity] = {row["action"]: row["verdict"] for row in story["actions"]}
    return measure.verdicts(Facts(facts.account, facts.start, facts.end, facts.data_events, 0, 0, list(chosen)), said)
