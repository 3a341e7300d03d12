"""Which rule governs a path: rules merged by path over all policies, then the most specific that matches.

Source: "Priority matching" on openbao.org/docs/concepts/policies: an exact path first; else, in this order, the rule whose
first wildcard or glob comes later, which does not end in ``*``, which has fewer ``+``, which is longer, which is greater as
text.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from keyrack.access.openbao.model import Limits, Parameters, Policy, Rule


@dataclass(frozen=True, slots=True)
class Merged:
    """One path with what all policies say of it together."""

    path: str
    capabilities: frozenset[str]
    limits: Limits
    sources: tuple[tuple[str, frozenset[str]], ...]
    """(policy name, the capabilities it brings)."""

    @property
    def segmented(self) -> bool:
        """A ``+`` stands for one whole segment somewhere."""
        return self.path == "+" or "/+" in self.path or self.path.startswith("+/")

    @property
    def glob(self) -> bool:
        """Ends in ``*``: matches every path that begins so."""
        return self.path.endswith("*")

    @property
    def exact(self) -> bool:
        """Matches one path."""
        return not self.glob and not self.segmented

    @property
    def denies(self) -> bool:
        """Explicitly denied."""
        return "deny" in self.capabilities

    @property
    def rank(self) -> tuple[bool, int, bool, int, int, str]:
        """Greater wins among the rules that match one path."""
        text = self.path.removesuffix("*") if self.glob else self.path
        first = self.path.find("+") if self.segmented else len(text)
        pluses = sum(part == "+" for part in text.split("/")) if self.segmented else 0
        return self.exact, first, not self.glob, -pluses, len(text), text

    def matches(self, path: str) -> bool:
        """Whether this rule applies to a path."""
        if self.exact:
            return self.path == path
        text = self.path.removesuffix("*") if self.glob else self.path
        if not self.segmented:
            return path.startswith(text)
        mine, theirs = text.split("/"), path.split("/")
        if len(theirs) < len(mine) or (not self.glob and len(theirs) != len(mine)):
            return False
        head = all(part in {"+", other} for part, other in zip(mine[:-1], theirs, strict=False))
        last = theirs[len(mine) - 1]
        return head and (mine[-1] in {"+", last} or (self.glob and last.startswith(mine[-1])))


def merge(policies: Iterable[Policy], now: datetime | None = None) -> dict[str, Merged]:
    """Rules by path. Capabilities add up, a deny takes all, constraints combine as the server combines them."""
    found: dict[str, Merged] = {}
    for policy in policies:
        for rule in policy.rules:
            if now and rule.expires and now > rule.expires:
                continue
            found[rule.path] = _joined(found.get(rule.path), rule, policy.name)
    return found


def _joined(known: Merged | None, rule: Rule, name: str) -> Merged:
    source = ((name, rule.capabilities),)
    if known is None:
        return Merged(rule.path, rule.capabilities, rule.limits, source)
    if known.denies:
        return known
    if "deny" in rule.capabilities:
        return Merged(rule.path, rule.capabilities, Limits(), source)
    return Merged(
        rule.path,
        known.capabilities | rule.capabilities,
        _combined(known.limits, rule.limits),
        known.sources + source,
    )


def _combined(one: Limits, other: Limits) -> Limits:
    return Limits(
        allowed=_together(one.allowed, other.allowed),
        denied=_together(one.denied, other.denied),
        required=tuple(dict.fromkeys(one.required + other.required)),
        min_wrap=_lowest(one.min_wrap, other.min_wrap),
        max_wrap=_lowest(one.max_wrap, other.max_wrap),
        pages=int(_lowest(one.pages, other.pages)),
        unread=tuple(dict.fromkeys(one.unread + other.unread)),
    )


def _together(one: Parameters, other: Parameters) -> Parameters:
    """Names of both; a name without values in one of them (every value) stays so."""
    joined = dict(one)
    for name, values in other.items():
        joined[name] = () if not values or (name in one and not one[name]) else (*values, *one.get(name, ()))
    return joined


def _lowest(one: float, other: float) -> float:
    """The lesser of two set times: the server prefers the shortest life."""
    return min((value for value in (one, other) if value > 0), default=0)


def governing(rules: dict[str, Merged], path: str, *, listing: bool) -> Merged | None:
    """The rule that decides on a path; a listing (list, scan) of ``a/`` also looks for rules on ``a``, after those on ``a/``."""
    shorter = path.removesuffix("/")
    for candidate in (path, shorter) if listing else (path,):
        if (rule := rules.get(candidate)) is not None and rule.exact:
            return rule
    for candidate in (path, shorter) if listing and shorter != path else (path,):
        matching = [rule for rule in rules.values() if not rule.exact and rule.matches(candidate)]
        if matching:
            return max(matching, key=lambda rule: rule.rank)
    return None
