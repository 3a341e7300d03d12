"""May a principal do this, if whoever holds it tries everything a caller can try? Over the AWS engine, with a memory.

A request's context has keys that AWS fills in with what is known here (facts), keys the caller chooses (the region, request
tags, whatever the called service calls its own), keys the caller cannot bring about (a corporate network, a VPC endpoint, MFA
for a machine, another principal's tags), and keys nobody here knows (the organisation's id, tags of things not looked at).
``YES``: some choice of the caller is allowed. ``MAYBE``: it takes a lucky value of an unknown key, too. ``NO``: neither.
Keys and who sets them: "AWS global condition context keys" and the Service Authorization Reference.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from keyrack.access.aws.certainty import MAYBE, NO, YES
from keyrack.access.aws.decide import decide
from keyrack.access.aws.match import glob, resource
from keyrack.access.aws.model import Condition, Levels, Policies, Policy, Request, Statement
from keyrack.graph.aws_principals import Account, Facts, Principal

TRIES = 400
"""Combinations of chosen values that are tried before the answer is ``MAYBE``."""

_CHOSEN = {
    "aws:referer",
    "aws:requestedregion",
    "aws:tagkeys",
    "aws:useragent",
    "sts:externalid",
    "sts:rolesessionname",
    "sts:sourceidentity",
    "sts:transitivetagkeys",
    "iam:associatedresourcearn",
}
_FIXED = ("aws:principaltag/", "aws:multifactorauth", "aws:calledvia", "aws:ec2instancesource")
"""Prefixes of keys that are as they are, and absent when no fact gives them."""
_ABSENT = {
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:sourcevpcarn",
    "aws:vpcsourceip",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceowner",
    "aws:sourceorgid",
    "aws:principalservicename",
    "aws:federatedprovider",
    "iam:permissionsboundary",
    "iam:passedtoservice",
    "iam:policyarn",
    "ec2:sourceinstancearn",
    "ec2:roledelivery",
    "lambda:sourcefunctionarn",
    "kms:viaservice",
}
_OF_THING = {"iam:permissionsboundary", "aws:requestedregion"}
"""Facts that come with the thing that is acted on."""
_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d")
_VARIABLE = re.compile(r"\$\{([^},]*)[^}]*\}")


@dataclass(frozen=True, slots=True)
class Thing:
    """What an action is asked on. ``tags`` is ``None`` when nobody looked; a ``fresh`` thing is made and tagged by the caller."""

    arn: str
    account: str
    tags: Mapping[str, str] | None = None
    fresh: bool = False
    facts: tuple[tuple[str, tuple[str, ...]], ...] = ()
    policies: tuple[Policy, ...] | None = None
    variant: str = ""
    """Tells apart the same thing with other policies on it."""


@dataclass(slots=True)
class Asker:
    """Answers and remembers. ``accounts`` holds the control policies of each account."""

    accounts: Mapping[str, Account]
    _slices: dict[tuple[str, str], Policies] = field(default_factory=dict)
    _answers: dict[tuple[str, str, str, object], int] = field(default_factory=dict)
    _allowed: dict[tuple[str, str], bool] = field(default_factory=dict)
    _controls: dict[tuple[int, str], Levels | None] = field(default_factory=dict)
    """Control policies cut to an action, by the identity of the account's own tuple: one for everybody in it."""
    _uniform: dict[tuple[str, str], bool] = field(default_factory=dict)
    _regions: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def ask(self, principal: Principal, action: str, thing: Thing) -> int:
        """``NO``, ``MAYBE`` or ``YES``."""
        if thing.policies is None and not self._allows(principal, action):
            return NO
        policies = self.sliced(principal, action)
        if thing.policies is None:
            if not self.may_on(principal, action, thing.arn):
                return NO
            if thing.account == principal.account and self._alike(principal, action):
                thing = replace(thing, arn="", tags={}, facts=tuple(fact for fact in thing.facts if fact[0] not in _OF_THING))
        key = (principal.uid, action, thing.arn, (thing.facts, thing.fresh, thing.variant))
        if key not in self._answers:
            self._answers[key] = self._decide(principal, action, thing, policies)
        return self._answers[key]

    def may_on(self, principal: Principal, action: str, arn: str) -> bool:
        """Whether an Allow of the principal's own policies may take in an action on a thing: a quick no."""
        return self._allows(principal, action) and any(
            may_mean(s, arn) for p in self.sliced(principal, action).identity for s in p.statements if s.allow
        )

    def _alike(self, principal: Principal, action: str) -> bool:
        """Whether no statement about an action tells one thing of the account from another."""
        key = (principal.uid, action)
        if key not in self._uniform:
            self._uniform[key] = all(_on_all(statement) for statement in statements(self.sliced(principal, action)))
        return self._uniform[key]

    def _decide(self, principal: Principal, action: str, thing: Thing, policies: Policies) -> int:
        if thing.policies is not None:
            policies = replace(policies, resource=tuple(_cut(policy, action) for policy in thing.policies))
        if thing.account != principal.account:
            policies = replace(policies, rcps=_levels_cut(self.accounts.get(thing.account, Account()).rcps, action))
        if not any(s.allow for p in (*policies.identity, *(policies.resource or ())) for s in p.statements):
            return NO
        facts = {**principal.facts, **_thing_facts(thing, action), **dict(thing.facts)}
        request = Request(principal.arn, action, thing.arn, facts, principal.account, thing.account)
        return satisfiable(request, policies, human=principal.human, known_tags=thing.tags is not None, fresh=thing.fresh)

    def sliced(self, principal: Principal, action: str) -> Policies:
        """The statements that speak of an action, of everything attached; others decide nothing about it."""
        key = (principal.uid, action)
        if key not in self._slices:
            policies = _sliced(principal.policies, action)
            scps, rcps = self._control(principal.policies.scps, action), self._control(principal.policies.rcps, action)
            self._slices[key] = replace(policies, scps=scps, rcps=rcps)
        return self._slices[key]

    def _control(self, levels: Levels | None, action: str) -> Levels | None:
        key = (id(levels), action)
        if key not in self._controls:
            self._controls[key] = _levels_cut(levels, action)
        return self._controls[key]

    def allowed(self, principal: Principal, actions: Iterable[str]) -> bool:
        """Whether the principal's own policies allow each action on something: a quick no."""
        return all(self._allows(principal, action) for action in actions)

    def _allows(self, principal: Principal, action: str) -> bool:
        key = (principal.uid, action)
        if key not in self._allowed:
            lowered = action.lower()
            spoken = (s for p in principal.policies.identity for s in p.statements if s.allow)
            self._allowed[key] = any(speaks_of(s.actions, s.not_actions, lowered) for s in spoken)
        return self._allowed[key]

    def regions(self, principal: Principal) -> tuple[str, ...]:
        """Regions worth a try: the partition's first, and those the principal's policies name."""
        if principal.uid not in self._regions:
            first = {"aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}.get(principal.partition, "us-east-1")
            found = {
                region
                for statement in statements(principal.policies)
                for text in (*statement.resources, *(v for c in statement.conditions for v in c.values))
                for region in _REGION.findall(text)
            }
            self._regions[principal.uid] = (first, *sorted(found - {first})[:6])
        return self._regions[principal.uid]


def may_mean(statement: Statement, arn: str) -> bool:
    """Whether a statement's resources may take in an ARN: exact but for policy variables, which may be anything."""
    found = any(pattern == "*" or "${" in pattern or resource(pattern)(arn) for pattern in statement.resources)
    return statement.no_resource or found or statement.not_resources


def _on_all(statement: Statement) -> bool:
    if statement.not_resources or statement.resources != ("*",):
        return False
    return not any("resource" in c.key or c.key in _OF_THING or "${" in "".join(c.values) for c in statement.conditions)


def satisfiable(request: Request, policies: Policies, *, human: bool, known_tags: bool, fresh: bool) -> int:
    """Whether some context makes the decision ``allow``: with what the caller chooses, else with unknown keys as well."""
    chosen: dict[str, list[Condition]] = {}
    unknown: dict[str, list[Condition]] = {}
    service = request.action.partition(":")[0].lower()
    for condition in (c for s in statements(policies) for c in s.conditions):
        if condition.key in request.context:
            continue
        if _is_chosen(condition.key, service, fresh=fresh):
            chosen.setdefault(condition.key, []).append(condition)
        elif not _is_fixed(condition.key, human=human, known_tags=known_tags):
            unknown.setdefault(condition.key, []).append(condition)
    found = _any(request, policies, chosen)
    if found == YES or not unknown:
        return found
    return MAYBE if _any(request, policies, {**chosen, **unknown}) != NO else NO


def _any(request: Request, policies: Policies, keys: Mapping[str, list[Condition]]) -> int:
    values = [[(key, value) for value in _values(conditions, request.context)] for key, conditions in sorted(keys.items())]
    for tried, choice in enumerate(itertools.product(*values)):
        if tried == TRIES:
            return MAYBE
        context = {**request.context, **{key: value for key, value in choice if value}}
        if decide(replace(request, context=context), policies).outcome == "allow":
            return YES
    return NO


def _is_chosen(key: str, service: str, *, fresh: bool) -> bool:
    if "resourcetag" in key:
        return fresh
    return key in _CHOSEN or key.startswith("aws:requesttag/") or (key.startswith(f"{service}:") and key not in _ABSENT)


def _is_fixed(key: str, *, human: bool, known_tags: bool) -> bool:
    if key.startswith("aws:multifactorauth"):
        return not human
    if "resourcetag" in key:
        return known_tags
    return key in _ABSENT or key.startswith(_FIXED)


def _values(conditions: Iterable[Condition], facts: Facts) -> list[tuple[str, ...]]:
    """Values worth a try for one key: none, each that a condition names, all of them at once, and one that none names."""
    conditions = list(conditions)
    near = {(c.key, text) for c in conditions for value in c.values for text in _near(c.operator, _filled(value, facts))}
    named = sorted({text for key, text in near if key != "iam:associatedresourcearn" or _passable(text, facts)})
    several = [tuple(named)] if len(named) > 1 and any(c.quantifier for c in conditions) else []
    return [(), *((text,) for text in named), *several, ("keyrack",)]


def _passable(arn: str, facts: Facts) -> bool:
    """Whether a role can be passed to a thing: one of the service it is passed to ("Passing a role", IAM User Guide)."""
    service = arn.split(":")[2] if arn.count(":") > 2 else "x"
    return service == "x" or service in (facts.get("iam:passedtoservice") or (service,))[0]


def _near(operator: str, value: str) -> Iterator[str]:
    """A value that a condition's operand lets in or keeps out, as that operator compares."""
    if operator.startswith(("numeric", "date")) and re.fullmatch(r"-?\d+", value):
        yield from (str(int(value) - 1), value, str(int(value) + 1))
    else:
        yield value.replace("*", "x").replace("?", "x")


def _filled(value: str, facts: Facts) -> str:
    return _VARIABLE.sub(lambda match: (facts.get(match[1].strip().lower()) or ("x",))[0], value)


def statements(policies: Policies) -> Iterator[Statement]:
    """Every statement of everything attached."""
    single = (policies.identity, policies.boundaries, policies.resource, policies.session, policies.endpoint)
    for group in (*single, *(policies.scps or ()), *(policies.rcps or ())):
        for policy in group or ():
            yield from policy.statements


def _sliced(policies: Policies, action: str) -> Policies:
    return Policies(
        identity=tuple(cut for policy in policies.identity if (cut := _cut(policy, action)).statements),
        boundaries=_level_cut(policies.boundaries, action),
        session=_level_cut(policies.session, action),
    )


def _level_cut(group: tuple[Policy, ...] | None, action: str) -> tuple[Policy, ...] | None:
    return None if group is None else tuple(_cut(policy, action) for policy in group)


def _levels_cut(levels: Levels | None, action: str) -> Levels | None:
    return None if levels is None else tuple(tuple(_cut(policy, action) for policy in level) for level in levels)


def _cut(policy: Policy, action: str) -> Policy:
    """A policy without the statements that do not speak of an action."""
    return replace(policy, statements=tuple(s for s in policy.statements if speaks_of(s.actions, s.not_actions, action.lower())))


@lru_cache(maxsize=1 << 16)
def speaks_of(patterns: tuple[str, ...], excluded: bool, action: str) -> bool:
    """Whether Action (or NotAction) takes in an action, given in lower case."""
    return any(glob(pattern.lower())(action) for pattern in patterns) is not excluded


def _thing_facts(thing: Thing, action: str) -> dict[str, tuple[str, ...]]:
    """Facts about what is acted on: its account and tags; the region is the thing's, or that of IAM for the whole partition."""
    parts = thing.arn.split(":")
    service = action.partition(":")[0].lower()
    facts: dict[str, tuple[str, ...]] = {"aws:resourceaccount": (thing.account,)}
    if len(parts) > 3 and parts[3]:
        facts["aws:requestedregion"] = (parts[3],)
    elif service == "iam":
        first = {"aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
        facts["aws:requestedregion"] = (first.get(parts[1] if len(parts) > 1 else "aws", "us-east-1"),)
    for name, value in (thing.tags or {}).items():
        facts[f"aws:resourcetag/{name.lower()}"] = facts[f"{service}:resourcetag/{name.lower()}"] = (value,)
    return facts
