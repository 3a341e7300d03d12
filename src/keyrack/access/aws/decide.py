"""Whether AWS allows a request, given every policy in play.

Facts: IAM User Guide, "How AWS enforcement code logic evaluates requests to allow or deny access", "Policy evaluation for
requests within a single account", "Cross-account policy evaluation logic"; Organizations User Guide, SCPs and RCPs; PrivateLink
Guide, endpoint policies. What is particular to one service is in ``special.py``.

The order: an explicit deny anywhere decides. Then each of these must allow, or there is an implicit deny: resource control
policies (every level), service control policies (every level; only callers that belong to an account, never service-linked
roles), VPC endpoint policies, and the grant itself:

- Callers outside every account (anonymous, service principals, identity providers): the resource policy alone grants.
- Same account: identity policy or resource policy. A resource policy that names the caller itself (user, session, federated user)
  or everyone grants alone, whatever the identity policy, boundary and session policy leave out. One that names the role of the
  session (or the user behind a federated user) grants within boundary and session policy. One that names the account only
  delegates to identity policies.
- Role trust policies and KMS key policies must grant or delegate, in the same account too.
- Other accounts: resource policy and identity side (identity, boundary, session) must both allow.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from keyrack.access.aws import special
from keyrack.access.aws.facts import Facts
from keyrack.access.aws.model import Kind, Levels, Policies, Policy, Request, Verdict
from keyrack.access.aws.principals import Match
from keyrack.access.aws.rules import Rule, rules_for

_Label = tuple[int, Rule]
"""Policy's number in its kind from 1, and the statement."""


@dataclass(slots=True)
class _Tally:
    """What the policies of one kind say: the statements that allow and deny, and how directly an allow names the caller."""

    allows: list[_Label] = field(default_factory=list)
    denies: list[_Label] = field(default_factory=list)
    best: Match = Match.NONE
    every_level: bool = True
    """Whether each level has an allow (kinds without levels: whether there is one)."""


def decide(request: Request, policies: Policies) -> Verdict:
    """The verdict on one request, with the statements that decided and the condition keys that had no value."""
    facts = Facts(request)
    tallies = _tallies(facts, policies)
    outcome = _explicit_deny(facts, tallies) or _shortfall(facts, tallies) or _granted(facts, policies, tallies)
    if facts.missing:
        return Verdict(outcome.outcome, outcome.because, tuple(sorted(facts.missing.values(), key=str.lower)))
    return outcome


def _tallies(facts: Facts, policies: Policies) -> dict[Kind, _Tally]:
    """What each kind of policy that is attached and applies to this caller says, in order of evaluation."""
    who = facts.caller
    found: dict[Kind, _Tally] = {}
    if not facts.service_linked:
        if policies.rcps is not None:
            found["rcp"] = _levels(policies.rcps, facts)
        if policies.scps is not None and who.in_account:
            found["scp"] = _levels(policies.scps, facts)
    boundary = policies.boundaries is not None
    if policies.resource is not None:
        found["resource"] = _tally(policies.resource, facts, boundary=boundary)
    if who.in_account and who.kind != "root":
        found["identity"] = _tally(policies.identity, facts)
        if policies.boundaries is not None:
            found["boundary"] = _tally(policies.boundaries, facts)
        if policies.session is not None:
            found["session"] = _tally(policies.session, facts)
    if policies.endpoint is not None:
        found["endpoint"] = _tally(policies.endpoint, facts)
    return found


def _levels(levels: Levels, facts: Facts) -> _Tally:
    """Tally of policies by organisation level: every level must allow; without any level there is nothing that allows."""
    total = _Tally(every_level=bool(levels))
    number = 1
    for level in levels:
        tally = _tally(level, facts, first=number)
        number += len(level)
        total.allows += tally.allows
        total.denies += tally.denies
        total.every_level = total.every_level and bool(tally.allows)
    return total


def _tally(policies: Iterable[Policy], facts: Facts, *, boundary: bool = False, first: int = 1) -> _Tally:
    """Every statement of some policies that fits the request."""
    tally = _Tally()
    for number, policy in enumerate(policies, first):
        for rule in rules_for(policy, facts.action):
            how = rule.names(facts.caller, boundary=boundary)
            if not how or not rule.resource(facts) or not rule.holds(facts):
                continue
            if rule.allow:
                tally.allows.append((number, rule))
                tally.best = max(tally.best, how)
            else:
                tally.denies.append((number, rule))
    tally.every_level = bool(tally.allows)
    return tally


def _explicit_deny(facts: Facts, tallies: dict[Kind, _Tally]) -> Verdict | None:
    for kind, tally in tallies.items():
        if tally.denies and not special.without_effect(facts, kind):
            return Verdict("explicit_deny", _because(kind, tally.denies))
    return None


def _shortfall(facts: Facts, tallies: dict[Kind, _Tally]) -> Verdict | None:
    """An implicit deny by a policy that only narrows, whoever grants."""
    for kind in ("rcp", "scp", "endpoint"):
        if kind in tallies and not tallies[kind].every_level and not special.without_effect(facts, kind):
            return Verdict("implicit_deny", (kind,))
    return None


def _granted(facts: Facts, policies: Policies, tallies: dict[Kind, _Tally]) -> Verdict:
    """Who grants, if anyone: the resource policy, the identity policy, or both together."""
    same_account = _same_account(facts)
    if special.always_allowed(facts):
        return Verdict("allow", ("always",))
    if special.never_allowed(facts, same_account=same_account):
        return Verdict("implicit_deny", ("never",))
    resource = tallies.get("resource") or _Tally()
    if not facts.caller.in_account:
        return _verdict("" if resource.allows else "resource", ("resource", resource))
    short = _identity_shortfall(facts, policies, tallies)
    if same_account and _grants_alone(facts, resource.best, short):
        return _verdict("", ("resource", resource))
    identity = tallies.get("identity") or _Tally()
    if same_account and not special.needs_resource_policy(facts):
        return _verdict(short, ("identity", identity))
    return _verdict(short if resource.allows else "resource", ("resource", resource), ("identity", identity))


def _grants_alone(facts: Facts, how: Match, short: str) -> bool:
    """Whether a resource policy that names the caller so is enough in its account, given what its own side lacks."""
    if how is Match.DIRECT:
        return short != "boundary" or not special.assumes_role(facts)
    return how is Match.LIMITED and short in {"", "identity"}


def _identity_shortfall(facts: Facts, policies: Policies, tallies: dict[Kind, _Tally]) -> str:
    """What on the identity's side does not allow: ``boundary``, ``session``, then ``identity``; empty when all do.

    The root user has no such policies and everything. A federated user without session policies has nothing of its own:
    "If you do not pass a policy, then the resulting federated user session has no permissions" (STS, GetFederationToken).
    """
    if facts.caller.kind == "root":
        return ""
    for kind in ("boundary", "session"):
        if kind in tallies and not tallies[kind].allows:
            return kind
    if facts.caller.kind == "federated" and policies.session is None:
        return "session"
    return "" if tallies["identity"].allows else "identity"


def _same_account(facts: Facts) -> bool:
    """Whether principal and resource belong to one account; a resource of unknown account is taken to be the caller's own."""
    mine, its = facts.principal_account, facts.resource_account
    return mine is None or its is None or mine == its or not its.isdigit()


def _verdict(short: str, *granting: tuple[Kind, _Tally]) -> Verdict:
    """Allowed because of what grants, unless something falls short."""
    if short:
        return Verdict("implicit_deny", (short,))
    because: tuple[str, ...] = ()
    for kind, tally in granting:
        because += _because(kind, tally.allows)
    return Verdict("allow", because)


def _because(kind: str, labels: list[_Label]) -> tuple[str, ...]:
    return (kind, *(rule.statement.sid or f"{number}.{rule.statement.index}" for number, rule in labels))
