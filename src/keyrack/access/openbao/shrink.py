"""The least policy that keeps observed calls: a rule for each path called, with the capabilities used, constraints as before.

Laws (tests/access/test_openbao_laws.py): every observed call that the policy allows stays allowed; nothing is allowed that was
not. A rule that gave nothing observed is dropped, except where dropping it would let a broader rule that stays take over its
paths: then it stays with no capabilities. Denials always stay. A policy with templated paths is returned as it is: its calls
come from many entities, and one entity's paths say nothing of another's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from keyrack.access.openbao.decide import protected
from keyrack.access.openbao.match import Merged, governing, merge
from keyrack.access.openbao.model import OPERATIONS, Policy, Rule
from keyrack.access.openbao.subsume import meets

MANY = 20
"""A rule with more observed paths than this keeps its own path: a policy is for people to read."""


@dataclass(frozen=True, slots=True)
class Call:
    """One observed, allowed call: operation and path as in the audit log (``request.operation``, ``request.path``)."""

    operation: str
    path: str


def shrink(policy: Policy, used: Iterable[Call], *, many: int = MANY, now: datetime | None = None) -> Policy:
    """The policy cut down to the calls; ``many`` bounds how many paths of one rule are listed one by one."""
    if policy.name == "root":
        return policy
    rules = merge([policy], now)
    if any(rule.templated for rule in policy.rules):
        return policy
    observed = _observed(rules, used)
    kept: dict[str, Rule] = {}
    for text, calls in observed.items():
        for rule in _narrowed(rules[text], calls, many):
            known = kept.get(rule.path)
            kept[rule.path] = replace(rule, capabilities=rule.capabilities | known.capabilities) if known else rule
    for text, merged in rules.items():
        if text not in kept and (merged.denies or _masks(merged, kept, rules)):
            kept[text] = Rule(text, merged.capabilities & {"deny"})
    return Policy(policy.name, tuple(kept[path] for path in sorted(kept)))


def _observed(rules: dict[str, Merged], used: Iterable[Call]) -> dict[str, dict[str, set[str]]]:
    """Rule path -> observed path -> capabilities used, for the calls the policy allows."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for call in used:
        needed = OPERATIONS.get(call.operation)
        if needed is None:
            continue
        listing = needed in {"list", "scan"}
        path = call.path.lstrip("/")
        path += "/" if listing and not path.endswith("/") else ""
        rule = governing(rules, path, listing=listing)
        if rule is None or needed not in rule.capabilities:
            continue
        also = {"sudo"} & rule.capabilities if protected(path) or not path.startswith(("sys/", "auth/token/")) else set()
        found[rule.path][path] |= {needed} | also
    return found


def _narrowed(rule: Merged, calls: dict[str, set[str]], many: int) -> list[Rule]:
    if len(calls) > many or any(_reads_as_pattern(path) for path in calls):
        return [Rule(rule.path, frozenset().union(*calls.values()), rule.limits)]
    return [Rule(path, frozenset(given), rule.limits) for path, given in calls.items()]


def _reads_as_pattern(path: str) -> bool:
    return path.endswith("*") or "+" in path or "{{" in path


def _masks(rule: Merged, kept: dict[str, Rule], rules: dict[str, Merged]) -> bool:
    """Without this rule another that stays would decide on some of its paths; listings may fall back to any rank."""
    for text, new in kept.items():
        if text not in rules or not new.capabilities or not _may_meet(text, rule.path):
            continue
        if rules[text].rank < rule.rank or new.capabilities & {"list", "scan"}:
            return True
    return False


def _may_meet(one: str, other: str) -> bool:
    """Listings of ``x/`` fall back to rules on ``x``, so both readings count."""
    return meets(one, other) or meets(one + "/", other) or meets(one, other + "/")
