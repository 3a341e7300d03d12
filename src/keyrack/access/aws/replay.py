"""Logged calls against changed AWS policies.

What the log leaves open is tried out. Each condition whose key has no value, and each Resource element when the log names no
resource, either fits or does not: a *world* says which. Worlds in which present policies would have refused the call are
not ours, for it was allowed. In the worlds that are left the changed policies always allow it (kept), never (breaks), or it
depends (undecided). Conditions on one key are taken to be independent: there may be worlds too many, never too few, so that
an answer other than undecided is certain as far as the policies are known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product

from keyrack.access.aws import variables
from keyrack.access.aws.decide import decide
from keyrack.access.aws.facts import Facts
from keyrack.access.aws.model import Condition, Kind, Policies, Policy, Request, Statement, Verdict
from keyrack.access.aws.rules import VARIABLES_SINCE, rules_for
from keyrack.access.rehearse import Call, Fate
from keyrack.records.uids import aws_arn

MOST_OPEN = 6
"""Open points tried out together (64 worlds); with more of them the call is undecided."""

RESOURCE = "resource"
"""How an unnamed resource is called among what was assumed."""

Point = Condition | tuple[bool, tuple[str, ...]]
"""Something open: a condition, or a Resource element (whether it is NotResource, its patterns)."""

Worlds = tuple[tuple[Point, bool], ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """The policies of one identity; ``resources``: those that stand on resources, by ARN, and ``accounts``: whose they are."""

    policies: Policies
    resources: dict[str, tuple[Policy, ...]]
    accounts: dict[str, str]


class AwsReplay:
    """A change from one setting to another; see :class:`~keyrack.access.rehearse.Replay`."""

    def __init__(self, before: Setting, after: Setting) -> None:
        self._before = before
        self._after = after
        self._rewritten: dict[tuple[int, str, Worlds], Policy] = {}

    def fate(self, call: Call) -> Fate:
        """What becomes of a call; without a word about it changed, it is kept even if nothing we know explains it."""
        request = _request(call, self._before)
        before = _with_resource(self._before, request.resource)
        after = _with_resource(self._after, request.resource)
        if before is after:
            return Fate("kept", ("unchanged",))
        said, will = _bodies(before, request.action), _bodies(after, request.action)
        if said == will:
            return Fate("kept", ("unchanged",))
        if _only_widens(said, will):
            return Fate("kept", ("wider",))
        points = _points((before, after), request)
        if len(points) > MOST_OPEN:
            return Fate("undecided", (), _names(points))
        return self._over_worlds(request, before, after, points)

    def touches(self, action: str) -> bool:
        """Whether the change alters anything that identity policies, boundaries or organisation say about an action."""
        before, after = self._before.policies, self._after.policies
        return before is not after and _bodies(before, action) != _bodies(after, action)

    def _over_worlds(self, request: Request, before: Policies, after: Policies, points: tuple[Point, ...]) -> Fate:
        kept: list[Verdict] = []
        lost: list[Verdict] = []
        explained = False
        for answers in product((True, False), repeat=len(points)):
            world = tuple(zip(points, answers, strict=True))
            verdict = decide(request, self._in_world(after, request.action, world))
            if decide(request, self._in_world(before, request.action, world)).outcome == "allow":
                explained = True
                (kept if verdict.outcome == "allow" else lost).append(verdict)
            elif not points and verdict.outcome == "allow":
                return Fate("kept", verdict.because)
        if not explained:
            return Fate("unexplained", (), _names(points))
        if kept and lost:
            return Fate("undecided", lost[0].because, _names(points))
        decided = kept or lost
        return Fate("kept" if kept else "breaks", (decided[0].outcome, *decided[0].because), _names(points))

    def _in_world(self, policies: Policies, action: str, world: Worlds) -> Policies:
        if not world:
            return policies

        def told(some: tuple[Policy, ...]) -> tuple[Policy, ...]:
            return tuple(self._told(policy, action, world) for policy in some)

        return Policies(
            identity=told(policies.identity),
            boundaries=None if policies.boundaries is None else told(policies.boundaries),
            scps=None if policies.scps is None else tuple(map(told, policies.scps)),
            rcps=None if policies.rcps is None else tuple(map(told, policies.rcps)),
            resource=None if policies.resource is None else told(policies.resource),
            session=None if policies.session is None else told(policies.session),
            endpoint=None if policies.endpoint is None else told(policies.endpoint),
        )

    def _told(self, policy: Policy, action: str, world: Worlds) -> Policy:
        """The policy's statements about an action, with the open points settled as the world says."""
        rules = rules_for(policy, action.lower())
        mine = {point for rule in rules for point in (*rule.statement.conditions, _place(rule.statement))}
        key = (id(policy), action, tuple(pair for pair in world if pair[0] in mine))
        if key not in self._rewritten:
            settled = dict(world)
            statements = (_settled(rule.statement, settled) for rule in rules)
            kept = tuple(statement for statement in statements if statement is not None)
            self._rewritten[key] = replace(policy, statements=kept)
        return self._rewritten[key]


def keys_asked(policies: Iterable[Policy]) -> frozenset[str]:
    """Condition keys (lower case) that policies look at, in conditions and in variables."""
    found = set()
    for policy in policies:
        for statement in policy.statements:
            found |= {condition.key for condition in statement.conditions}
            if policy.version == VARIABLES_SINCE:
                texts = [*statement.resources, *(value for condition in statement.conditions for value in condition.values)]
                found |= {key for text in texts if "${" in text for key in variables.keys(text)}
    return frozenset(found)


def all_policies(policies: Policies) -> Iterator[Policy]:
    """Every policy of a request, of any kind."""
    for _, some in _by_kind(policies):
        yield from some


def _request(call: Call, setting: Setting) -> Request:
    owner = setting.accounts.get(call.resource) or setting.accounts.get(_container(call.resource))
    return Request(
        principal=aws_arn(call.identity),
        action=call.action,
        resource=call.resource or "*",
        context={key: (value,) for key, value in call.context},
        resource_account=owner,
    )


def _container(arn: str) -> str:
    """The bucket of an object; other resources are their own container."""
    return arn.split("/", 1)[0] if arn.startswith("arn:") and ":s3:::" in arn else arn


def _with_resource(setting: Setting, resource: str) -> Policies:
    found = setting.resources.get(resource) or setting.resources.get(_container(resource))
    return setting.policies if found is None else replace(setting.policies, resource=found)


def _by_kind(policies: Policies) -> Iterator[tuple[tuple[Kind, int], tuple[Policy, ...]]]:
    """Policies by kind and level (levels count: an action must be allowed at each)."""
    yield ("identity", 0), policies.identity
    yield ("boundary", 0), policies.boundaries or ()
    yield ("resource", 0), policies.resource or ()
    yield ("session", 0), policies.session or ()
    yield ("endpoint", 0), policies.endpoint or ()
    for index, level in enumerate(policies.scps or ()):
        yield ("scp", index), level
    for index, level in enumerate(policies.rcps or ()):
        yield ("rcp", index), level


Body = tuple[bool, object]
"""Whether it allows, and what it says where: comparable, however statements are named and whatever else they speak of."""


def _bodies(policies: Policies, action: str) -> frozenset[Body]:
    """What is said about an action. That a kind of policy is attached at all says something too: it denies the rest."""
    attached = (policies.boundaries is None, policies.scps is None, policies.rcps is None, policies.session is None)
    return frozenset(
        (rule.allow, (place, policy.version, *_body(rule.statement)))
        for place, some in _by_kind(policies)
        for policy in some
        for rule in rules_for(policy, action.lower())
    ) | {(False, attached)}


def _body(one: Statement) -> tuple[object, ...]:
    return one.resources, one.not_resources, one.principals, one.not_principals, one.conditions, one.no_resource


def _only_widens(said: frozenset[Body], will: frozenset[Body]) -> bool:
    """Whether allows were added and denies taken away, and nothing else."""
    return not any(allows for allows, _ in said - will) and all(allows for allows, _ in will - said)


def _points(settings: Iterable[Policies], request: Request) -> tuple[Point, ...]:
    """What is open about a request, in a stable order."""
    facts = Facts(request)
    named = request.resource != "*"
    found: dict[Point, None] = {}
    for policies in settings:
        for policy in all_policies(policies):
            for rule in rules_for(policy, facts.action):
                statement = rule.statement
                if not _plain(statement, policy, facts, named=named):
                    found[_place(statement)] = None
                found |= {one: None for one in statement.conditions if not _known(one, policy, facts)}
    return tuple(found)


def _place(statement: Statement) -> Point:
    return statement.not_resources, statement.resources


def _plain(statement: Statement, policy: Policy, facts: Facts, *, named: bool) -> bool:
    """Whether it is certain which resources a statement takes in, as far as this request's goes."""
    if statement.no_resource or (not statement.not_resources and "*" in statement.resources):
        return True
    return named and not (policy.version == VARIABLES_SINCE and _missing(statement.resources, facts))


def _known(condition: Condition, policy: Policy, facts: Facts) -> bool:
    if not facts.values(condition.key):
        return False
    return policy.version != VARIABLES_SINCE or not _missing(condition.values, facts)


def _missing(texts: Iterable[str], facts: Facts) -> bool:
    return any("${" in text and any(not facts.values(key) for key in variables.keys(text)) for text in texts)


def _settled(statement: Statement, world: dict[Point, bool]) -> Statement | None:
    """The statement with open points that fit taken out; ``None``: something in it does not fit."""
    left = []
    for condition in statement.conditions:
        answer = world.get(condition)
        if answer is False:
            return None
        if answer is None:
            left.append(condition)
    place = world.get(_place(statement))
    if place is False:
        return None
    resources = (("*",), False) if place else (statement.resources, statement.not_resources)
    return replace(statement, conditions=tuple(left), resources=resources[0], not_resources=resources[1])


def _names(points: Iterable[Point]) -> tuple[str, ...]:
    return tuple(sorted({point.key if isinstance(point, Condition) else RESOURCE for point in points}))
