"""Whether one set of policies allows everything another allows. Sound: ``True`` is certain, ``False`` means it is not proven.

What the narrow side allows is cut into atoms (one action pattern on one resource pattern under a statement's conditions).
One statement of the wide side must allow each atom, and none of its denies may touch it unless the narrow side has that deny.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from keyrack.access.aws.certainty import widened
from keyrack.access.aws.globs import STAR, WILD, covers, covers_resource, overlaps, overlaps_resource
from keyrack.access.aws.implication import implied
from keyrack.access.aws.model import Condition, Policy, Statement
from keyrack.access.aws.modern import modern
from keyrack.access.aws.variables import keys, replaced

Principals = tuple[tuple[str, str], ...] | None


@dataclass(frozen=True, slots=True)
class _Pattern:
    """``reach`` matches at least what is meant; ``exact``: and no more. ``text`` is as written, with variables."""

    text: str
    reach: str
    exact: bool
    resource: bool

    def covers(self, other: _Pattern) -> bool:
        if not self.exact:
            return self.text == other.text and not other.exact
        return covers_resource(self.reach, other.reach) if self.resource else covers(self.reach, other.reach)

    def overlaps(self, other: _Pattern) -> bool:
        return overlaps_resource(self.reach, other.reach) if self.resource else overlaps(self.reach, other.reach)


@dataclass(frozen=True, slots=True)
class _Set:
    """What some patterns match, or (``negated``) what none of them does."""

    patterns: tuple[_Pattern, ...]
    negated: bool = False

    def pieces(self) -> Iterator[_Set]:
        """Sets that together are this one."""
        if self.negated:
            yield self
        else:
            yield from (_Set((pattern,)) for pattern in self.patterns)

    def covers(self, piece: _Set) -> bool:
        """Whether all of a piece is in this set."""
        if self.negated and piece.negated:
            return all(any(out.covers(mine) for out in piece.patterns) for mine in self.patterns)
        if self.negated:
            return not any(mine.overlaps(piece.patterns[0]) for mine in self.patterns)
        if piece.negated:
            return any(mine.exact and mine.reach == STAR for mine in self.patterns)
        return any(mine.covers(piece.patterns[0]) for mine in self.patterns)

    def misses(self, piece: _Set) -> bool:
        """Whether nothing of a piece is in this set."""
        if self.negated:
            return not piece.negated and any(mine.covers(piece.patterns[0]) for mine in self.patterns)
        if piece.negated:
            return all(any(out.covers(mine) for out in piece.patterns) for mine in self.patterns)
        return not any(mine.overlaps(piece.patterns[0]) for mine in self.patterns)


@dataclass(frozen=True, slots=True)
class _Claim:
    """A statement, or an atom of one."""

    actions: _Set
    resources: _Set
    conditions: tuple[Condition, ...]
    principals: Principals
    not_principals: bool

    def atoms(self) -> Iterator[_Claim]:
        for action in self.actions.pieces():
            for resource in self.resources.pieces():
                yield replace(self, actions=action, resources=resource)

    def covers(self, atom: _Claim) -> bool:
        """Whether it applies to every request that the atom applies to."""
        return (
            self.actions.covers(atom.actions)
            and self.resources.covers(atom.resources)
            and self._names(atom)
            and implied(self.conditions, atom.conditions)
        )

    def _names(self, atom: _Claim) -> bool:
        if self.principals is None or (not self.not_principals and {("*", "*"), ("AWS", "*")} & {*self.principals}):
            return True
        if atom.principals is None or self.not_principals or atom.not_principals:
            return (self.principals, self.not_principals) == (atom.principals, atom.not_principals)
        return {*atom.principals} <= {*self.principals}

    def misses(self, atom: _Claim) -> bool:
        """Whether it applies to nothing that the atom applies to."""
        return self.actions.misses(atom.actions) or self.resources.misses(atom.resources)


def subsumes(wide: Policy | Iterable[Policy], narrow: Policy | Iterable[Policy]) -> bool:
    """Whether ``wide`` certainly allows every request that ``narrow`` allows.

    Both are policies of one kind that are attached together (a principal's identity policies, a boundary, a trust policy):
    what either allows is what its statements allow, less what its statements deny.
    """
    ours, theirs = _claims(wide), _claims(narrow)
    allows, denies = (tuple(claim for claim, allow in ours if allow is effect) for effect in (True, False))
    kept = tuple(claim for claim, allow in theirs if not allow)
    for claim, allow in theirs:
        for atom in claim.atoms() if allow else ():
            if any(deny.covers(atom) for deny in kept):
                continue
            if not any(one.covers(atom) for one in allows) or not all(_harmless(deny, atom, kept) for deny in denies):
                return False
    return True


def _harmless(deny: _Claim, atom: _Claim, kept: tuple[_Claim, ...]) -> bool:
    """Whether a deny takes nothing from an atom, or nothing that the narrow side's own denies leave."""
    if deny.misses(atom):
        return True
    return all(part.misses(atom) or any(_takes(other, part, atom) for other in kept) for part in deny.atoms())


def _takes(other: _Claim, part: _Claim, atom: _Claim) -> bool:
    """Whether ``other`` denies everything that ``part`` denies of an atom."""
    common = replace(
        part,
        actions=atom.actions if other.actions.covers(atom.actions) else part.actions,
        resources=atom.resources if other.resources.covers(atom.resources) else part.resources,
    )
    return other.covers(common)


def _claims(policies: Policy | Iterable[Policy]) -> tuple[tuple[_Claim, bool], ...]:
    given = (policies,) if isinstance(policies, Policy) else tuple(policies)
    statements = (modern(statement, policy.version) for policy in given for statement in policy.statements)
    return tuple((_claim(statement), statement.allow) for statement in statements)


def _claim(statement: Statement) -> _Claim:
    written = (STAR,) if statement.no_resource else statement.resources
    return _Claim(
        actions=_Set(tuple(_actions(statement.actions)), statement.not_actions),
        resources=_Set(tuple(map(_resource, written)), statement.not_resources),
        conditions=statement.conditions,
        principals=statement.principals,
        not_principals=statement.not_principals,
    )


def _actions(written: Iterable[str]) -> Iterator[_Pattern]:
    """Action patterns in lower case; those that match nothing (a wildcard in the service, no service) are left out."""
    for text in map(str.lower, written):
        service, colon, _ = text.partition(":")
        if text in {STAR, "*:*"}:
            yield _Pattern(STAR, STAR, exact=True, resource=False)
        elif colon and not WILD.search(service):
            yield _Pattern(text, text, exact=True, resource=False)


def _resource(text: str) -> _Pattern:
    """A resource pattern; escapes of single characters are exact, variables reach anything."""
    if keys(text):
        return _Pattern(text, widened(text), exact=False, resource=True)
    plain = replaced(text, lambda _key: None)
    return _Pattern(text, text if plain is None else plain, exact=True, resource=True)
