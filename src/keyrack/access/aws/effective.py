"""What a principal may do once denies, boundary, organisation and session have had their say, conditions kept.

:func:`effective` lists it as grants; :class:`Access` (questions.py) answers single questions. Both follow "Policy evaluation
logic" (IAM User Guide): an explicit deny anywhere wins; boundary, every organisation level and session must allow as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from keyrack.access.aws.catalogue import Catalogue, catalogue
from keyrack.access.aws.certainty import NO, conditions_of, filled, is_known
from keyrack.access.aws.facts import Facts
from keyrack.access.aws.globs import ARN_FIELDS, STAR, covers_resource, intersections, overlaps_resource, widest
from keyrack.access.aws.model import Condition, Kind, Policies, Policy, Request
from keyrack.access.aws.questions import Access, Answer, Known, can
from keyrack.access.aws.rules import Rule, rules_of
from keyrack.records.grant import Privilege

__all__ = ["Access", "Answer", "EffectiveGrant", "Granted", "Known", "Limit", "Region", "can", "effective", "granted"]


@dataclass(frozen=True, slots=True)
class Region:
    """Resources: what some patterns match, without what others match."""

    resources: tuple[str, ...] = (STAR,)
    excluded: tuple[str, ...] = ()

    def meet(self, other: Region) -> Region | None:
        """What both hold; ``None`` for nothing."""
        if other == EVERYWHERE:
            return self
        return Region(intersections(self.resources, other.resources), self.excluded).without(other.excluded)

    def without(self, patterns: Iterable[str]) -> Region | None:
        """What is left without some resources."""
        excluded = widest([*self.excluded, *patterns])
        left = tuple(one for one in self.resources if not any(covers_resource(pattern, one) for pattern in excluded))
        if not left:
            return None
        return Region(left, tuple(one for one in excluded if any(overlaps_resource(one, pattern) for pattern in left)))


EVERYWHERE = Region()


@dataclass(frozen=True, slots=True)
class Limit:
    """A deny that holds for some resources, under some conditions, or for a variable's value that is not known."""

    region: Region
    conditions: tuple[Condition, ...]
    because: str


@dataclass(frozen=True, slots=True)
class EffectiveGrant:
    """Actions on resources. ``mask`` is the set of actions in ``table``; ``because`` names the statements that allow.

    ``conditions`` must all hold (those that are known to hold are left out). ``limits`` are denies that may take part of it
    away. ``approximate``: a resource has a policy variable whose value is not known; ``*`` stands for it.
    """

    table: Catalogue
    mask: int
    region: Region = EVERYWHERE
    conditions: tuple[Condition, ...] = ()
    limits: tuple[Limit, ...] = ()
    because: tuple[str, ...] = ()
    approximate: bool = False

    @property
    def actions(self) -> tuple[str, ...]:
        """Names of the actions."""
        return self.table.list(self.mask)

    @property
    def unconditional(self) -> bool:
        """Whether nothing but the resource limits it."""
        return not (self.conditions or self.limits or self.approximate)

    @property
    def privilege(self) -> Privilege:
        """Highest class of its actions; ``admin``: all of IAM on a whole account, so that it may give itself the rest."""
        whole = self.table.mask("iam:*")
        if whole & ~self.mask == 0 and any(_whole_account(pattern) for pattern in self.region.resources):
            return "admin"
        known = [name for name in self.table.privileges(self.mask) if name != "unknown"]
        return known[-1] if known else "unknown"


@dataclass(frozen=True, slots=True)
class Granted:
    """One action an identity holds, on which resources (``excluded`` is taken out of them)."""

    action: str
    resources: tuple[str, ...]
    excluded: tuple[str, ...]
    conditional: bool
    privilege: Privilege


def effective(policies: Policies, principal: str | None = None, known: Known | None = None) -> tuple[EffectiveGrant, ...]:
    """Everything the identity policies grant and nothing else takes away.

    Args:
        policies: what is attached; resource policies are not looked at.
        principal: ARN of the user or role (see :class:`Access`).
        known: further context keys that are known.
    """
    facts = Facts(Request(principal, "", STAR, known or {}))
    groups = tuple(_groups(policies, facts))
    table = catalogue(
        action for _, members in groups for policy in members for one in policy.statements for action in one.actions
    )
    read = [(kind, tuple(_statements(kind, members, facts, table))) for kind, members in groups]
    grants = [one for one, allows in read[0][1] if allows]
    for _, statements in read[1:]:
        grants = _narrowed(grants, [one for one, allows in statements if allows])
    for deny, allows in chain.from_iterable(statements for _, statements in read):
        if not allows:
            grants = [piece for grant in grants for piece in _less(grant, deny)]
    return _merged(grants)


def granted(grants: Iterable[EffectiveGrant]) -> Iterator[Granted]:
    """Effective grants action by action, as a list for people and joins; a row per grant and action."""
    for grant in grants:
        for action in grant.actions:
            yield Granted(
                action, grant.region.resources, grant.region.excluded, not grant.unconditional, grant.table.privilege(action)
            )


def _groups(policies: Policies, facts: Facts) -> Iterator[tuple[Kind, tuple[Policy, ...]]]:
    """Groups each of which must allow, the identity's own first; control policies do not reach service-linked roles."""
    yield "identity", policies.identity
    if policies.boundaries is not None:
        yield "boundary", policies.boundaries
    if not facts.service_linked:
        yield from (("scp", level) for level in policies.scps or ())
        yield from (("rcp", level) for level in policies.rcps or ())
    if policies.session is not None:
        yield "session", policies.session
    if policies.endpoint is not None:
        yield "endpoint", policies.endpoint


def _statements(
    kind: Kind, policies: tuple[Policy, ...], facts: Facts, table: Catalogue
) -> Iterator[tuple[EffectiveGrant, bool]]:
    """Each statement that may apply, as a grant, and whether it allows."""
    for number, policy in enumerate(policies, 1):
        for rule in rules_of(policy):
            if conditions_of(rule, policy.version, facts) != NO and (grant := _read(rule, policy.version, facts, table)):
                label = rule.statement.sid or f"{number}.{rule.statement.index}"
                yield replace(grant, because=(f"{kind} {label}",)), rule.allow


def _read(rule: Rule, version: str, facts: Facts, table: Catalogue) -> EffectiveGrant | None:
    """A statement as a grant; ``None`` if it covers nothing."""
    statement = rule.statement
    mask = table.union(statement.actions)
    written = [filled(pattern, version, facts) for pattern in statement.resources]
    patterns = widest(pattern for pattern, _ in written if pattern is not None)
    region: Region | None = EVERYWHERE
    if statement.not_resources:
        region = EVERYWHERE.without(patterns)
    elif not statement.no_resource:
        region = Region(patterns) if patterns else None
    if region is None:
        return None
    open_conditions = tuple(one for one in statement.conditions if not is_known(one, version, facts))
    exact = all(sure for _, sure in written)
    return EffectiveGrant(table, ~mask if statement.not_actions else mask, region, open_conditions, approximate=not exact)


def _narrowed(grants: list[EffectiveGrant], allows: list[EffectiveGrant]) -> list[EffectiveGrant]:
    """What another group of policies allows of some grants."""
    if any(one.unconditional and one.region == EVERYWHERE and one.table.everything & ~one.mask == 0 for one in allows):
        return grants
    pieces = []
    for grant in grants:
        for allow in allows:
            if not (mask := grant.mask & allow.mask & grant.table.everything):
                continue
            if region := grant.region.meet(allow.region):
                pieces.append(
                    replace(
                        grant,
                        mask=mask,
                        region=region,
                        conditions=tuple(dict.fromkeys(grant.conditions + allow.conditions)),
                        because=grant.because + allow.because,
                        approximate=grant.approximate or allow.approximate,
                    )
                )
    return pieces


def _less(grant: EffectiveGrant, deny: EffectiveGrant) -> Iterator[EffectiveGrant]:
    """What a deny leaves of a grant: the actions it does not name, and the others outside its resources or conditions."""
    common = grant.mask & deny.mask & grant.table.everything
    shared = common and grant.region.meet(deny.region)
    if not shared:
        yield grant
        return
    if rest := grant.mask & ~common & grant.table.everything:
        yield replace(grant, mask=rest)
    if not deny.unconditional:
        yield replace(grant, mask=common, limits=(*grant.limits, Limit(deny.region, deny.conditions, deny.because[0])))
        return
    if deny.region.excluded:
        inside = grant.region.meet(Region(deny.region.excluded))
        if inside:
            yield replace(grant, mask=common, region=inside)
    elif left := grant.region.without(deny.region.resources):
        yield replace(grant, mask=common, region=left)


def _merged(grants: list[EffectiveGrant]) -> tuple[EffectiveGrant, ...]:
    """Grants that differ in their actions only, as one."""
    found: dict[EffectiveGrant, int] = {}
    for grant in grants:
        key = replace(grant, mask=0)
        found[key] = found.get(key, 0) | grant.mask & grant.table.everything
    return tuple(replace(key, mask=mask) for key, mask in found.items() if mask)


def _whole_account(pattern: str) -> bool:
    fields = pattern.split(":", ARN_FIELDS - 1)
    return pattern == STAR or (len(fields) == ARN_FIELDS and fields[-1] == STAR)
