"""The least policy that keeps what was used.

Two laws: every call that was allowed and seen stays allowed, and nothing is allowed that was not allowed before.

Each call is traced to the statements that allow it. A statement that certainly does is enough (an unconditional one first,
for a call from elsewhere will come); where that depends on something the log does not say, every statement that may have
allowed it is kept. A statement is kept with its own conditions, for the actions seen, on the resources seen as far as the log
names them all (resource_types.py) and the statement covers them; else on the statement's own resources. Denies stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal

from keyrack.access.aws.catalogue import Catalogue, catalogue
from keyrack.access.aws.certainty import YES, certainty, widened
from keyrack.access.aws.collapse import collapsed
from keyrack.access.aws.compose import Piece, composed
from keyrack.access.aws.facts import Facts
from keyrack.access.aws.globs import covers_resource, intersections, overlaps_resource
from keyrack.access.aws.keeping import kept_patterns, reading, shortened
from keyrack.access.aws.model import Policy, Request, Statement
from keyrack.access.aws.modern import modern
from keyrack.access.aws.resource_types import limited, spellings
from keyrack.access.aws.rules import rules_for
from keyrack.access.aws.variables import has_variables

Margin = Literal["none", "read", "service"]
"""``none``: what was seen. ``read``: also all List and Read actions of the services in use. ``service``: everything of the
services in use. Both as far as the original grants them, on its resources."""

WIDTHS = 4
"""How a policy that does not fit is widened, step by step: 0 as above; 1 folders of every service; 2 the original's resources;
3 the original's actions as well (only whole statements go)."""


@dataclass(frozen=True, slots=True)
class Used:
    """A call that was allowed.

    ``resource``: empty if the log does not say; a pattern stands for a resource that it does not fully say. ``context``: facts
    by condition key; a key that is not there is not known.
    """

    action: str
    resource: str = ""
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Options:
    """How to go about it.

    Attributes:
        margin: what stays beside what was seen.
        keep: action patterns whose use the log would not show; kept as they are granted.
        keep_actions: the same as names.
        principal: ARN of the identity.
        width: see ``WIDTHS``.
    """

    margin: Margin = "none"
    keep: tuple[str, ...] = ()
    keep_actions: tuple[str, ...] = ()
    principal: str | None = None
    width: int = 0


@dataclass(slots=True)
class _Need:
    """What a statement must keep of one action: resources seen, or all of its own."""

    resources: set[str] = field(default_factory=set)
    whole: bool = False


@dataclass(slots=True)
class Traced:
    """Calls traced to statements. ``elsewhere``: calls that none of the policies allows (a resource policy must have)."""

    needs: dict[Statement, dict[str, _Need]]
    services: set[str]
    elsewhere: list[Used]


def shrink(policy: Policy | Iterable[Policy], used: Iterable[Used], options: Options | None = None) -> Policy:
    """The least policy that keeps what was used.

    Args:
        policy: identity policies attached together; they become one.
        used: calls that were allowed.
        options: margin, actions to keep, width.
    """
    policies = (policy,) if isinstance(policy, Policy) else tuple(policy)
    chosen = options or Options()
    return build(policies, trace(policies, used, chosen.principal), chosen)


def trace(
    policies: tuple[Policy, ...], used: Iterable[Used], principal: str | None = None, known: Mapping[str, str] | None = None
) -> Traced:
    """Find the statements that allowed each call; ``known``: ARNs of users and roles by their ARN without path."""
    found = Traced({}, set(), [])
    table = catalogue()
    for call in used:
        name = table.spelled(call.action)
        found.services.add(name.partition(":")[0].lower())
        traced = False
        for resource in spellings(call.resource, known):
            facts = Facts(Request(principal, call.action, resource or "*", call.context))
            for statement in _allowing(policies, facts):
                traced = True
                _note(found.needs.setdefault(statement, {}).setdefault(name, _Need()), statement, resource)
        if not traced:
            found.elsewhere.append(call)
    return found


def _note(need: _Need, statement: Statement, resource: str) -> None:
    """Add a resource to what a statement must keep: as named, else the part of it that the statement covers, else everything."""
    if _names(statement, resource):
        need.resources.add(resource)
        return
    fixed = not statement.not_resources and not any(map(has_variables, statement.resources))
    parts = intersections(statement.resources, (resource,)) if fixed and _plain(resource) else ()
    need.resources.update(parts)
    need.whole = need.whole or not parts


def _allowing(policies: tuple[Policy, ...], facts: Facts) -> list[Statement]:
    """The statement that certainly allows a call, unconditional before conditional; else all that may. In modern words."""
    certain: list[Statement] = []
    possible: list[Statement] = []
    for policy in policies:
        for rule in rules_for(policy, facts.action):
            if not rule.allow or not (fits := certainty(rule, policy.version, facts)):
                continue
            statement = modern(rule.statement, policy.version)
            if fits == YES and not statement.conditions:
                return [statement]
            (certain if fits == YES else possible).append(statement)
    return certain[:1] or possible


def _names(statement: Statement, resource: str) -> bool:
    """Whether a statement's resources take in a resource whoever asks, and the resource can be written down."""
    if not _plain(resource):
        return False
    if statement.not_resources:
        return not any(overlaps_resource(widened(one), resource) for one in statement.resources)
    return any(covers_resource(one, resource) for one in statement.resources if not has_variables(one))


def _plain(resource: str) -> bool:
    """Whether a resource limits anything, and can stand in a policy as it is."""
    return bool(resource) and resource != "*" and "${" not in resource


def build(policies: tuple[Policy, ...], traced: Traced, options: Options) -> Policy:
    """Write the policy that keeps what was traced to some of the policies; what was traced to others is theirs to keep."""
    table = catalogue()
    own = dict.fromkeys(modern(one, policy.version) for policy in policies for one in policy.statements)
    pieces: list[Piece] = []
    for statement, needs in traced.needs.items():
        if statement in own:
            pieces += _whole(statement) if options.width >= WIDTHS - 1 else _pieces(statement, needs, options.width)
    for statement in own:
        if statement.allow:
            pieces += _extra(statement, traced.services, options, table)
    return composed(pieces, (one for one in own if not one.allow), table)


def _pieces(statement: Statement, needs: Mapping[str, _Need], width: int) -> Iterator[Piece]:
    for action, need in needs.items():
        resources = None if need.whole or width >= WIDTHS - 2 else limited(action, need.resources)
        if resources is not None and all(_names(statement, one) for one in resources):
            written = collapsed(resources, partial(_names, statement), everywhere=width > 0)
            yield Piece(action, written, not_resources=False, conditions=statement.conditions)
        else:
            yield _as_granted(statement, action)


def _as_granted(statement: Statement, action: str) -> Piece:
    """An action on the statement's own resources."""
    return Piece(action, statement.resources, statement.not_resources, statement.conditions)


def _whole(statement: Statement) -> list[Piece]:
    if statement.not_actions:
        return [replace(_as_granted(statement, "*"), but=statement.actions)]
    return [_as_granted(statement, action) for action in statement.actions]


def _extra(statement: Statement, services: set[str], options: Options, table: Catalogue) -> Iterator[Piece]:
    """What a statement keeps beside what was seen: actions no log shows, and the margin."""
    wanted = list(options.keep)
    if options.margin == "service":
        wanted += [f"{service}:*" for service in sorted(services)]
    actions = list(kept_patterns(statement, wanted, table))
    named = table.union(options.keep_actions)
    if options.margin == "read":
        named |= reading(services, table)
    for action in (*actions, *shortened(statement, named, table)):
        yield _as_granted(statement, action)
