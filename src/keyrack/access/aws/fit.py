"""Policies within AWS's size limits: one if it fits, several where several may be attached, else wider ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from keyrack.access.aws.model import Policy, Statement
from keyrack.access.aws.render import ATTACHED, MANAGED_LIMIT, size
from keyrack.access.aws.shrink import WIDTHS, Options, Traced, build


@dataclass(frozen=True, slots=True)
class Room:
    """How much can be attached: characters a policy, and how many policies."""

    limit: int = MANAGED_LIMIT
    count: int = ATTACHED


def fitted(policies: tuple[Policy, ...], traced: Traced, options: Options, room: Room) -> tuple[tuple[Policy, ...], int] | None:
    """The narrowest right-sized policies that fit, and how far they had to be widened (``WIDTHS``).

    ``None``: nothing fits, so the policies had better stay as they are.
    """
    for width in range(options.width, WIDTHS):
        small = build(policies, traced, replace(options, width=width))
        packed = pack(small, room.limit)
        if packed is not None and len(packed) <= room.count:
            return packed, width
    return None


def pack(policy: Policy, limit: int) -> tuple[Policy, ...] | None:
    """A policy as several, each within a limit; ``None`` if a statement cannot be cut small enough."""
    if size(policy) <= limit:
        return (policy,)
    bins: list[list[Statement]] = []
    for statement in policy.statements:
        for part in _parts(statement, policy, limit):
            if size(_with(policy, [part])) > limit:
                return None
            place = next((one for one in bins if size(_with(policy, [*one, part])) <= limit), None)
            if place is None:
                bins.append([part])
            else:
                place.append(part)
    return tuple(_with(policy, members) for members in bins)


def _parts(statement: Statement, policy: Policy, limit: int) -> Iterator[Statement]:
    """A statement, halved by resources or actions until each half fits; exclusions cannot be halved."""
    if size(_with(policy, [statement])) <= limit:
        yield statement
    elif len(statement.resources) > 1 and not statement.not_resources:
        for half in _halves(statement.resources):
            yield from _parts(replace(statement, resources=half), policy, limit)
    elif len(statement.actions) > 1 and not statement.not_actions:
        for half in _halves(statement.actions):
            yield from _parts(replace(statement, actions=half), policy, limit)
    else:
        yield statement


def _halves(values: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    middle = len(values) // 2
    return values[:middle], values[middle:]


def _with(policy: Policy, statements: Iterable[Statement]) -> Policy:
    """The policy with these statements, numbered anew; a Sid stands once in a document."""
    seen: set[str] = set()
    numbered = []
    for index, statement in enumerate(statements, 1):
        sid = statement.sid if statement.sid not in seen else f"{statement.sid}P{index}"
        seen.add(sid)
        numbered.append(replace(statement, index=index, sid=sid if statement.sid else ""))
    return replace(policy, statements=tuple(numbered))
