"""Statements from pieces: one for each service, set of resources and set of conditions, named by what it is about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from keyrack.access.aws.catalogue import Catalogue
from keyrack.access.aws.globs import covers, covers_resource
from keyrack.access.aws.model import Condition, Policy, Statement
from keyrack.access.aws.rules import VARIABLES_SINCE


@dataclass(frozen=True, slots=True)
class Piece:
    """One action on some resources, as one (modern) statement of the original allows it.

    ``but``: actions left out of ``*`` (NotAction).
    """

    action: str
    resources: tuple[str, ...]
    not_resources: bool
    conditions: tuple[Condition, ...]
    but: tuple[str, ...] = ()


_Key = tuple[tuple[str, ...], bool, tuple[Condition, ...], tuple[str, ...], str]
"""Resources, NotResource, conditions, NotAction, service."""


def composed(pieces: Iterable[Piece], denies: Iterable[Statement], table: Catalogue) -> Policy:
    """A policy of the newest version from pieces, and the denies of the original."""
    groups: dict[_Key, dict[str, None]] = {}
    for piece in _needed(list(dict.fromkeys(pieces))):
        service = piece.action.partition(":")[0].lower()
        key = (piece.resources, piece.not_resources, piece.conditions, piece.but, service)
        groups.setdefault(key, {})[piece.action] = None
    made = [_statement(key, _least(actions), table) for key, actions in groups.items()]
    made.sort(key=lambda one: (one.sid, one.actions, one.resources))
    return Policy(tuple(_numbered([*made, *dict.fromkeys(denies)])), VARIABLES_SINCE)


def _needed(pieces: list[Piece]) -> list[Piece]:
    """Pieces without those that another one with the same conditions makes superfluous."""
    groups: dict[tuple[tuple[Condition, ...], str], list[Piece]] = {}
    for piece in pieces:
        groups.setdefault((piece.conditions, piece.action.partition(":")[0].lower()), []).append(piece)
    needed = []
    for (conditions, service), group in groups.items():
        wide = groups.get((conditions, "*"), []) if service != "*" else []
        needed += [piece for piece in group if not any(_includes(other, piece) for other in (*group, *wide))]
    return needed


def _includes(other: Piece, piece: Piece) -> bool:
    """Whether another piece allows all that a piece does; of two that do so mutually the first by name stays."""
    if other is piece or other.but or piece.but or other.not_resources is not piece.not_resources:
        return False
    if not covers(other.action.lower(), piece.action.lower()):
        return False
    if other.resources == piece.resources:
        return other.action.lower() != piece.action.lower() or other.action < piece.action
    if other.not_resources:
        return False
    return all(any(covers_resource(wide, one) for wide in other.resources) for one in piece.resources) and not (
        covers(piece.action.lower(), other.action.lower())
        and all(any(covers_resource(wide, one) for wide in piece.resources) for one in other.resources)
        and piece.resources < other.resources
    )


def _least(actions: Iterable[str]) -> tuple[str, ...]:
    names = tuple(actions)
    return tuple(sorted(name for name in names if not any(one != name and covers(one.lower(), name.lower()) for one in names)))


def _statement(key: _Key, actions: tuple[str, ...], table: Catalogue) -> Statement:
    resources, not_resources, conditions, but, service = key
    classes = table.privileges(table.union(actions))
    level = "Use" if but or not classes or "*" in actions else classes[-1].title().replace("Unknown", "Use")
    return Statement(
        index=0,
        allow=True,
        actions=but or actions,
        not_actions=bool(but),
        resources=resources,
        not_resources=not_resources,
        conditions=conditions,
        sid=re.sub(r"[^0-9A-Za-z]", "", service.title().replace("*", "All")) + level,
    )


def _numbered(statements: Iterable[Statement]) -> Iterable[Statement]:
    """Statements with their index, and Sids told apart by a number."""
    seen: dict[str, int] = {}
    for index, statement in enumerate(statements, 1):
        sid = statement.sid
        if sid:
            seen[sid] = count = seen.get(sid, 0) + 1
            sid = sid if count == 1 else f"{sid}N{count}"
        yield replace(statement, index=index, sid=sid)
