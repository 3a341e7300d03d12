"""How right answers about use are, against the truth: right-sized policies, rehearsal's verdicts, granted against used.

The estate's own evaluator (:mod:`keyrack_estate.logs.allowed`) judges the policies, so that no engine marks its own work.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from keyrack_estate.account.model import Document
from keyrack_estate.logs import allowed
from keyrack_estate.logs.actors import Actor, Cast
from keyrack_estate.logs.truth import Facts, Proposal, Truth


@dataclass(slots=True)
class Rightsizing:
    """``lost``: observed calls the proposals deny; ``widened``: what they newly allow; excess: (action, thing) pairs not used."""

    identities: int = 0
    calls: int = 0
    lost: list[str] = field(default_factory=list)
    widened: list[str] = field(default_factory=list)
    hidden_lost: list[str] = field(default_factory=list)
    """Calls the trail does not record, that the proposals deny: the harm of taking silence for disuse."""
    excess_before: int = 0
    excess_after: int = 0
    excess_without_proposal: int = 0
    """Of identities that got no proposal: people's, and roles that only AWS may change. Counted in neither of the two."""

    @property
    def removed(self) -> float:
        """Part of the provable over-grant that the proposals take away, 0 to 1."""
        return 1 - self.excess_after / self.excess_before if self.excess_before else 1.0


def rightsizing(cast: Cast, actors: Sequence[Actor], facts: Facts, proposed: Mapping[str, Sequence[Document]]) -> Rightsizing:
    """Judge proposed identity policies by ARN of the identity; identities without a proposal stay as they are."""
    result = Rightsizing(identities=len(proposed))
    told = {item.identity: item for item in facts.identities}
    for actor in actors:
        documents = proposed.get(actor.arn, actor.documents)
        _calls(result, actor, told[actor.arn], documents)
        _excess(result, cast, actor, told[actor.arn], documents, proposed=actor.arn in proposed)
    return result


def _permits(actor: Actor, documents: Sequence[Document], action: str, resource: str, service: str) -> bool:
    context = {**actor.context, "iam:passedtoservice": service}
    return allowed.permits(documents, actor.boundary, action, resource, context)


def _calls(result: Rightsizing, actor: Actor, truth: Truth, documents: Sequence[Document]) -> None:
    for pairs, lost in ((truth.used, result.lost), (truth.hidden, result.hidden_lost)):
        for pair in pairs:
            if pair.by == "trust":
                continue
            result.calls += pair.calls
            if not _permits(actor, documents, pair.action, pair.resource, "ecs-tasks.amazonaws.com"):
                lost.append(f"{actor.arn}: {pair.action} on {pair.resource}")


def _excess(
    result: Rightsizing, cast: Cast, actor: Actor, truth: Truth, documents: Sequence[Document], *, proposed: bool
) -> None:
    kept = {(pair.action, pair.resource) for pair in [*truth.used, *truth.hidden]} | {(name, "") for name in truth.unknown}
    for action, resource, service in cast.universe(actor):
        before = _permits(actor, actor.documents, action, resource, service)
        after = _permits(actor, documents, action, resource, service)
        if after and not before:
            result.widened.append(f"{actor.arn}: {action} on {resource}")
        if before and (action, resource) not in kept and (action, "") not in kept:
            result.excess_before += proposed
            result.excess_after += proposed and after
            result.excess_without_proposal += not proposed


@dataclass(slots=True)
class Answers:
    """Answers that are right, and those that are not; ``dangerous`` said safe of a change that breaks or is not known."""

    asked: int = 0
    right: int = 0
    wrong: list[str] = field(default_factory=list)
    dangerous: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)

    @property
    def accuracy(self) -> float:
        """Right answers of all questions, 0 to 1."""
        return self.right / self.asked if self.asked else 1.0


Asked = tuple[str, Proposal]
"""ARN of the identity, and what is proposed."""


def rehearsals(asked: Iterable[tuple[Asked, str | None]]) -> Answers:
    """Verdicts against the truth; ``None``: no answer."""
    result = Answers()
    for (identity, proposal), verdict in asked:
        result.asked += 1
        what = f"{identity}: {proposal.change} {' '.join(proposal.actions)}{proposal.key or ''}: {verdict}, {proposal.why}"
        if verdict is None:
            result.unanswered.append(what)
        elif verdict in proposal.accept:
            result.right += 1
        else:
            result.wrong.append(what)
            if verdict == "safe":
                result.dangerous.append(what)
    return result


def verdicts(facts: Facts, said: Mapping[str, Mapping[str, str]]) -> Answers:
    """Granted against used: ``said[arn][action]`` is used, unused or unknown; only actions the estate knows are asked."""
    result = Answers()
    for item in facts.identities:
        told = {pair.action: "used" for pair in item.used if pair.by == "policy"}
        told |= dict.fromkeys(item.unused, "unused") | dict.fromkeys(item.unknown, "unknown")
        answers = {action.lower(): verdict for action, verdict in said.get(item.identity, {}).items()}
        for action, right in sorted(told.items()):
            _verdict(result, item, action, right, answers.get(action.lower()))
    return result


def _verdict(result: Answers, item: Truth, action: str, right: str, verdict: str | None) -> None:
    result.asked += 1
    what = f"{item.identity}: {action} is {right}, not {verdict}"
    if verdict is None:
        result.unanswered.append(what)
    elif verdict == right:
        result.right += 1
    else:
        result.wrong.append(what)
        if verdict == "unused":
            result.dangerous.append(what)
