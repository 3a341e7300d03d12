"""The scorer marks perfect answers with one, and names each kind of wrong one."""

from __future__ import annotations

import pytest

from keyrack_estate.account.policies import allow, policy
from keyrack_estate.logs import measure
from keyrack_estate.logs.actors import Actor, Cast
from keyrack_estate.logs.truth import Facts
from keyrack_estate.logs.write import write
from keyrack_estate.world import World


@pytest.fixture(scope="module")
def facts(world: World, tmp_path_factory: pytest.TempPathFactory) -> Facts:
    return write(world, tmp_path_factory.mktemp("logs"), events=5_000)


@pytest.fixture(scope="module")
def cast(world: World) -> Cast:
    return Cast(world)


@pytest.fixture(scope="module")
def actors(cast: Cast) -> list[Actor]:
    return cast.make()


def test_policies_of_what_was_used_lose_nothing_and_remove_all_excess(cast: Cast, actors: list[Actor], facts: Facts) -> None:
    proposed = {}
    for item in facts.identities:
        pairs = [*item.used, *item.hidden]
        statements = [allow([pair.action], [pair.resource]) for pair in pairs if pair.by == "policy"]
        proposed[item.identity] = [policy(*statements)]
    result = measure.rightsizing(cast, actors, facts, proposed)
    assert (result.lost, result.hidden_lost, result.widened) == ([], [], [])
    assert result.removed == 1.0
    assert result.excess_before > 1_000


def test_no_proposal_removes_nothing(cast: Cast, actors: list[Actor], facts: Facts) -> None:
    result = measure.rightsizing(cast, actors, facts, {})
    assert (result.lost, result.excess_before) == ([], 0)
    assert result.excess_without_proposal > 1_000


def test_taking_everything_loses_every_call_and_giving_everything_widens(cast: Cast, actors: list[Actor], facts: Facts) -> None:
    nothing = {item.identity: [policy()] for item in facts.identities}
    result = measure.rightsizing(cast, actors, facts, nothing)
    assert len(result.lost) == sum(pair.by == "policy" for item in facts.identities for pair in item.used)
    assert result.hidden_lost
    everything = {item.identity: [policy(allow(["*"], "*"))] for item in facts.identities}
    assert measure.rightsizing(cast, actors, facts, everything).widened


def test_safe_where_it_breaks_is_dangerous(facts: Facts) -> None:
    asked = [(item.identity, proposal) for item in facts.identities for proposal in item.proposals]
    right = measure.rehearsals((one, one[1].accept[0]) for one in asked)
    assert (right.accuracy, right.wrong) == (1.0, [])
    reckless = measure.rehearsals((one, "safe") for one in asked)
    assert len(reckless.dangerous) == sum("safe" not in proposal.accept for _, proposal in asked)
    silent = measure.rehearsals((one, None) for one in asked)
    assert (silent.right, len(silent.unanswered)) == (0, len(asked))


def test_unused_said_of_what_is_used_is_dangerous(facts: Facts) -> None:
    said = {
        item.identity: {pair.action: "used" for pair in item.used}
        | dict.fromkeys(item.unused, "unused")
        | dict.fromkeys(item.unknown, "unknown")
        for item in facts.identities
    }
    assert measure.verdicts(facts, said).accuracy == 1.0
    item = next(item for item in facts.identities if item.unknown)
    said[item.identity][item.unknown[0]] = "unused"
    assert len(measure.verdicts(facts, said).dangerous) == 1
