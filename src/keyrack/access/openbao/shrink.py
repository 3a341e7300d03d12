"""The least policy that keeps observed calls: a rule for each path called, with the capabilities used, constraints as before.

Laws (tests/access/test_openbao_laws.py): every observed call that the policy allows stays allowed; nothing is allowed that was
not. A rule that gave nothing observed is dropped, except where dropping it would let a broader rule that stays take over its
paths: then it stays with no capabilities. Denials always stay. A policy with templated paths is returned as it is: its calls
come from many entities, and one entity's paths say nothing of another's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from keyrack.access.openbao.decide import protected
from keyrack.access.openbao.match import Merged, governing, merge
from keyrack.access.openbao.model import OPERATIONS, Policy, Rule
from keyrack.access.openbao.subsume import meets

MANY = 20
"""A rule with more observed paths than this keeps its own path: a policy is for people to read."""

_Calls = dict[str, set[str]]
"""Observed path -> capabilities used."""


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
        whole = rules[text].exact or len(calls) > many or any(_only_by_pattern(path, observed) for path in calls)
        kept |= {rule.path: rule for rule in _narrowed(rules[text], calls, whole=whole)}
    kept |= _listings(kept, observed, rules)
    for text, merged in rules.items():
        if text not in kept and (merged.denies or _masks(merged, kept, rules)):
            kept[text] = Rule(text, merged.capabilities & {"deny"})
    return Policy(policy.name, tuple(kept[path] for path in sorted(kept)))


def _observed(rules: dict[str, Merged], used: Iterable[Call]) -> dict[str, _Calls]:
    """Rule path -> observed path -> capabilities used, for the calls the policy allows."""
    found: dict[str, _Calls] = defaultdict(lambda: defaultdict(set))
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


def _narrowed(rule: Merged, calls: _Calls, *, whole: bool) -> list[Rule]:
    """The rule on its own path, or on each path called."""
    if whole:
        return [Rule(rule.path, frozenset().union(*calls.values()), rule.limits)]
    return [Rule(path, frozenset(given), rule.limits) for path, given in calls.items()]


def _only_by_pattern(path: str, observed: Mapping[str, _Calls]) -> bool:
    """A rule on this path alone would read as a pattern, or would take listings of ``x/`` from the rule on ``x``."""
    listed_by_shorter = path in observed.get(path.removesuffix("/"), ())
    return path.endswith("*") or "+" in path or "{{" in path or listed_by_shorter


def _listings(kept: Mapping[str, Rule], observed: Mapping[str, _Calls], rules: Mapping[str, Merged]) -> dict[str, Rule]:
    """Rules for observed listings of ``x/``, by a rule kept whole, that a new rule on ``x`` would take from it."""
    return {
        path: Rule(path, frozenset(given), rules[text].limits)
        for text, calls in observed.items()
        for path, given in calls.items()
        if path not in kept and path.removesuffix("/") in kept and path.removesuffix("/") not in rules
    }


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
