"""Does a principal hold every permission of a method, on things that suit together?

Things that exist are given. A new thing's name and region are the caller's choice, so each name that the caller's own policies
allow is tried. A workload that nobody looked at has a name nobody knows: a permission on everything of its kind holds on it, one
on some names only may (``MAYBE``).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from keyrack.access.aws.certainty import MAYBE, NO, YES
from keyrack.graph.aws_ask import Asker, Thing
from keyrack.graph.aws_methods import ARNS, Method
from keyrack.graph.aws_principals import Principal

Given = tuple[tuple[str, tuple[str, ...]], ...]
NAME = "keyrack"
UNSEEN = "unseen5f0c"
_KEPT = 40


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the things of one try are: those given, the kind of an unseen workload, the region, context of new things."""

    given: Mapping[str, Thing]
    unseen: str
    region: str
    facts: Given


@dataclass(frozen=True, slots=True)
class Needs:
    """Evaluates the needs of methods for principals, with one memory."""

    asker: Asker

    def held(self, principal: Principal, method: Method, given: Mapping[str, Thing], unseen: str = "", facts: Given = ()) -> int:
        """The best answer over regions and names.

        Args:
            principal: who.
            method: what it takes.
            given: the thing in each slot that exists (``target``, ``work``, ``self``, ``group``, ``policy``, ``provider``).
            unseen: word of ``ARNS`` for a workload in slot ``work`` that nobody looked at.
            facts: context that new things are made with.
        """
        actions = [need.action for need in method.needs]
        if not self.asker.allowed(principal, actions) and not _has_policies(given):
            return NO
        regions = self._regions(principal, given)
        best = NO
        for region in regions:
            best = max(best, self._in_region(principal, method, _Place(given, unseen, region, facts)))
            if best == YES:
                break
        return best

    def _in_region(self, principal: Principal, method: Method, place: _Place) -> int:
        slots: dict[str, list[str]] = {}
        for need in method.needs:
            slots.setdefault(need.slot, []).append(need.action)
        answer = YES
        for slot, actions in slots.items():
            answer = min(answer, self._slot(principal, slot, actions, place))
            if answer == NO:
                break
        return answer

    def _slot(self, principal: Principal, slot: str, actions: list[str], place: _Place) -> int:
        if slot in place.given:
            return self._on(principal, actions, place.given[slot])
        if not slot:
            facts = (("aws:requestedregion", (place.region,)), *place.facts)
            return self._on(principal, actions, Thing("*", principal.account, {}, facts=facts, fresh=True))
        if slot == "work":
            return self._unseen(principal, actions, ARNS[place.unseen], place)
        return self._named(principal, actions, ARNS[slot], place)

    def _on(self, principal: Principal, actions: list[str], thing: Thing) -> int:
        return min(self.asker.ask(principal, action, thing) for action in actions)

    def _named(self, principal: Principal, actions: list[str], template: str, place: _Place, *, fresh: bool = True) -> int:
        best = NO
        for name in self._names(principal, actions, template, place.region):
            arn = _arn(template, principal, place.region, name)
            thing = Thing(arn, principal.account, {} if fresh else None, fresh=fresh, facts=place.facts)
            best = max(best, self._on(principal, actions, thing))
            if best == YES:
                break
        return best

    def _unseen(self, principal: Principal, actions: list[str], template: str, place: _Place) -> int:
        certain = self._on(principal, actions, Thing(_arn(template, principal, place.region, UNSEEN), principal.account))
        return certain if certain != NO else min(MAYBE, self._named(principal, actions, template, place, fresh=False))

    def _names(self, principal: Principal, actions: list[str], template: str, region: str) -> Iterator[str]:
        """Names for a new thing: any, then those that make it fit a resource the principal's policies name."""
        yield NAME
        if "{name}" not in template and "{pair}" not in template:
            return
        shape = _shape(template, principal, region)
        patterns = (
            pattern
            for action in actions
            for policy in self.asker.sliced(principal, action).identity
            for statement in policy.statements
            if statement.allow
            for pattern in statement.resources
        )
        fitting = (name for pattern in patterns for name in _fitting(shape, pattern, principal, region))
        yield from itertools.islice((name for name in dict.fromkeys(fitting) if name != NAME), _KEPT)

    def _regions(self, principal: Principal, given: Mapping[str, Thing]) -> tuple[str, ...]:
        work = given.get("work")
        if work is not None and (region := work.arn.split(":")[3]):
            return (region,)
        return self.asker.regions(principal)


def _has_policies(given: Mapping[str, Thing]) -> bool:
    return any(thing.policies is not None for thing in given.values())


def _arn(template: str, principal: Principal, region: str, name: str) -> str:
    pair = name if "/" in name else f"{name}/{name}"
    return template.format(p=principal.partition, region=region, account=principal.account, name=name, pair=pair)


def _shape(template: str, principal: Principal, region: str) -> re.Pattern[str]:
    """A template as an expression that finds the name in an ARN; what follows the name is made up by AWS and may be anything."""
    before, _, after = _arn(template.replace("{pair}", "{name}"), principal, region, "\x00").partition("\x00")
    return re.compile(re.escape(before) + (r"(?P<name>[^:/]+).*" if after else r"(?P<name>[^:]+)"))


def _fitting(shape: re.Pattern[str], pattern: str, principal: Principal, region: str) -> Iterator[str]:
    """Names by which a thing of this shape fits a resource pattern."""
    if pattern == "*" or pattern.count(":") < 5:
        return
    parts = pattern.split(":", 5)
    known = ("arn", principal.partition, "", region, principal.account)
    head = [known[i] if re.fullmatch(r"[*?]+", part) and known[i] else part for i, part in enumerate(parts[:5])]
    tail = re.sub(r"\$\{aws:username\}", principal.arn.rpartition("/")[2], parts[5])
    found = shape.fullmatch(":".join([*head, tail.replace("*", NAME).replace("?", "k")]))
    if found:
        yield found["name"]
