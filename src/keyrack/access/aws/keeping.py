"""Actions that a policy keeps though nobody was seen to use them, written as short as is safe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from keyrack.access.aws.catalogue import Catalogue
from keyrack.access.aws.globs import WILD, covers, overlaps, pieces
from keyrack.access.aws.model import Statement


def kept_patterns(statement: Statement, wanted: Iterable[str], table: Catalogue) -> Iterator[str]:
    """What a statement allows of some action patterns, as patterns that never reach beyond either.

    Where NotAction cuts through a pattern, the published actions on this side of the cut.
    """
    for pattern in wanted:
        if not statement.not_actions:
            for written in statement.actions:
                yield from _common(written, pattern)
        elif any(overlaps(one.lower(), pattern.lower()) for one in statement.actions):
            yield from table.list(table.mask(pattern) & ~table.union(statement.actions))
        else:
            yield pattern


def _common(written: str, pattern: str) -> tuple[str, ...]:
    """Intersection of two action patterns, spelled like the one that is the smaller."""
    if written == "*:*":
        return (pattern,)
    if written != "*" and WILD.search(written.partition(":")[0]):
        return ()
    if covers(written.lower(), pattern.lower()):
        return (pattern,)
    if covers(pattern.lower(), written.lower()):
        return (written,)
    return pieces(written.lower(), pattern.lower())


def shortened(statement: Statement, wanted: int, table: Catalogue) -> Iterator[str]:
    """What a statement allows of a set of actions: ``s3:Get*`` where all that begin so are wanted, else name by name."""
    allowed = table.union(statement.actions)
    wanted &= ~allowed if statement.not_actions else allowed
    done = 0
    for name in table.list(wanted):
        bit = table.mask(name)
        if done & bit:
            continue
        prefix = _verb(name)
        whole = table.mask(prefix)
        if whole & ~wanted == 0 and whole != bit and _grants(statement, prefix):
            done |= whole
            yield prefix
        else:
            yield name


def reading(services: Iterable[str], table: Catalogue) -> int:
    """List and Read actions of services, as a set."""
    return table.union(f"{service}:*" for service in services) & table.of_class("list", "read")


def _verb(name: str) -> str:
    """``s3:GetObject`` -> ``s3:Get*``."""
    service, _, action = name.partition(":")
    end = next((index for index, char in enumerate(action) if index and char.isupper()), len(action))
    return f"{service}:{action[:end]}*"


def _grants(statement: Statement, pattern: str) -> bool:
    """Whether a statement certainly takes in everything a pattern may ever stand for."""
    if statement.not_actions:
        return not any(overlaps(one.lower(), pattern.lower()) for one in statement.actions)
    return any(
        covers(one.lower(), pattern.lower()) for one in statement.actions if one == "*" or not WILD.search(one.partition(":")[0])
    )
