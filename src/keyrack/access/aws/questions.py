"""One question to a principal's policies: may it do this to that, always, conditionally or never?

The engine (decide.py) answers twice: once with every statement that is not certain to apply counted against the
principal, once for it. Adding an allow or dropping a deny never takes access away, so the truth lies between.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from keyrack.access.aws.certainty import NO, YES, certainty, is_known
from keyrack.access.aws.decide import decide
from keyrack.access.aws.facts import Facts
from keyrack.access.aws.model import Levels, Policies, Policy, Request, Statement, Verdict
from keyrack.access.aws.rules import rules_for

Certainty = Literal["always", "conditional", "never"]


@dataclass(frozen=True, slots=True)
class Answer:
    """How certain a permission is, and why.

    ``always``: allowed for every resource of the shape asked about in every context. ``never``: allowed for none in any.
    ``conditional``: neither is certain; ``conditions`` names the keys it hangs on, and is empty if only the resource
    decides (a policy that allows some resources of the shape). ``because`` is as in a verdict: the policy kind that
    decided, then statements (those that allow; for ``never`` those that deny, none if nothing allows).
    """

    certainty: Certainty
    because: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()

    @property
    def possible(self) -> bool:
        """Allowed at least under some context, as far as policies tell."""
        return self.certainty != "never"


NEVER = Answer("never")

Known = Mapping[str, tuple[str, ...]]
"""Context keys in lower case and their values; an empty tuple says that the key is absent."""


class Access:
    """Questions to the policies of one principal; build it once a principal. Policies that principals share are compiled once.

    Args:
        policies: everything attached to the principal, and what governs it.
        principal: its ARN (for a role the role's own, which aws:PrincipalArn is in every session of it). It settles
            aws:PrincipalArn, aws:PrincipalAccount, aws:PrincipalType and aws:username (see facts.py).
        known: further context keys that are known (``aws:principaltag/team``, ``aws:principalorgid``).

    Resource policies are consulted only if given. Without them a question is answered from the principal's side alone, as for a
    resource whose policy leaves everything to the principal's account: trust and key policies, and other accounts' resources,
    are then for the caller to look at.
    """

    def __init__(self, policies: Policies, principal: str | None = None, known: Known | None = None) -> None:
        self._policies = policies
        self._principal = principal
        self._known = dict(known or {})
        if principal and ":user/" not in principal:
            self._known.setdefault("aws:username", ())

    def can(self, action: str, resource: str = "*", resource_account: str | None = None) -> Answer:
        """Whether the principal may do an action to a resource, over everything that is not known.

        Args:
            action: an IAM action without wildcard, any case (``iam:PassRole``).
            resource: an ARN, or a pattern that stands for the resources of that shape (``*``: all).
            resource_account: account of the resource, where its ARN does not say it.
        """
        request = Request(self._principal, action, resource, self._known, None, resource_account)
        facts = Facts(request)
        own = self._policies
        if own.resource is None and not any(rule.allow for policy in own.identity for rule in rules_for(policy, facts.action)):
            return NEVER
        if own.resource is None:
            own = replace(own, resource=(_delegation(facts.principal_account or ""),))
        settled = _Settled(facts)
        worst, best = settled.policies(own)
        verdict = decide(request, worst)
        if verdict.outcome == "allow":
            return Answer("always", _own(verdict))
        verdict = decide(request, best)
        if verdict.outcome == "allow":
            return Answer("conditional", _own(verdict), tuple(settled.keys))
        return Answer("never", verdict.because) if verdict.outcome == "explicit_deny" else NEVER


def can(
    policies: Policies, action: str, resource: str = "*", *, principal: str | None = None, known: Known | None = None
) -> Answer:
    """One question to one principal; for many questions keep an :class:`Access`."""
    return Access(policies, principal, known).can(action, resource)


_DELEGATED = "(left to the principal's account)"


class _Settled:
    """Policies with each statement that counts reduced to its effect and principals, against the principal and for it."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self.keys: dict[str, None] = {}
        """Condition keys that something hangs on."""

    def policies(self, given: Policies) -> tuple[Policies, Policies]:
        """The worst case and the best."""
        identity = [self._policy(policy) for policy in given.identity]
        scps, rcps = self._levels(given.scps), self._levels(given.rcps)
        boundaries, resource = self._list(given.boundaries), self._list(given.resource)
        session, endpoint = self._list(given.session), self._list(given.endpoint)
        worst, best = (
            Policies(
                identity=tuple(both[side] for both in identity),
                boundaries=boundaries[side],
                scps=scps[side],
                rcps=rcps[side],
                resource=resource[side],
                session=session[side],
                endpoint=endpoint[side],
            )
            for side in (0, 1)
        )
        return worst, best

    def _levels(self, levels: Levels | None) -> tuple[Levels | None, Levels | None]:
        if levels is None:
            return None, None
        both = [self._list(level) for level in levels]
        return tuple(worst or () for worst, _ in both), tuple(best or () for _, best in both)

    def _list(self, policies: tuple[Policy, ...] | None) -> tuple[tuple[Policy, ...] | None, tuple[Policy, ...] | None]:
        if policies is None:
            return None, None
        both = [self._policy(policy) for policy in policies]
        return tuple(worst for worst, _ in both), tuple(best for _, best in both)

    def _policy(self, policy: Policy) -> tuple[Policy, Policy]:
        worst: list[Statement] = []
        best: list[Statement] = []
        for rule in rules_for(policy, self._facts.action):
            answer = certainty(rule, policy.version, self._facts)
            if answer == NO:
                continue
            bare = _bare(rule.statement)
            if answer == YES:
                worst.append(bare)
                best.append(bare)
                continue
            (best if rule.allow else worst).append(bare)
            hanging = (one.key for one in rule.statement.conditions if not is_known(one, policy.version, self._facts))
            self.keys.update(dict.fromkeys(hanging))
        return Policy(tuple(worst)), Policy(tuple(best))


def _own(verdict: Verdict) -> tuple[str, ...]:
    """What decided, without the resource policy made up here."""
    return verdict.because[2:] if verdict.because[:2] == ("resource", _DELEGATED) else verdict.because


def _bare(statement: Statement) -> Statement:
    return replace(
        statement, actions=("*",), not_actions=False, resources=("*",), not_resources=False, conditions=(), no_resource=False
    )


def _delegation(account: str) -> Policy:
    """A resource policy that leaves everything to the account's own policies, as key policies commonly do."""
    everyone = (("AWS", f"arn:aws:iam::{account}:root"),)
    return Policy((Statement(1, allow=True, actions=("*",), resources=("*",), principals=everyone, sid=_DELEGATED),))
