"""Resources of the calls of one batch, by number: shapes that the process has learned, filled in for each account and region."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from keyrack.providers.aws.cloudtrail_resources import Effects, Where
from keyrack.providers.aws.cloudtrail_shapes import REPEATING, SEPARATOR, Lessons, Shape

_Match = Callable[[bytes], re.Match[bytes] | None]


class _Filled(dict[Any, int]):
    """Numbers of a shape in one place by its values; a lookup of known values never enters Python."""

    __slots__ = ("_actions", "_number", "_several", "_template")

    def __init__(self, shape: Shape, where: Where, number: Callable[[Effects], int]) -> None:
        self._actions, self._number = shape.actions, number
        self._template = shape.at(where)
        self._several = SEPARATOR in self._template

    def __missing__(self, values: tuple[bytes, ...] | bytes) -> int:
        text = (self._template % values).decode("utf-8", "replace")
        resources = tuple(text.split("\x00")) if self._several else (text,)
        number = self[values] = self._number((self._actions, resources))
        return number


class Plan:
    """What one call needs, by the place (account and region) it was made in.

    Args:
        known: what was learned of the call.
        number: gives the number of a result; equal results may be numbered twice.
    """

    def __init__(self, known: Lessons, number: Callable[[Effects], int]) -> None:
        self._known = known
        self._number = number
        self._shapes: dict[Where, list[tuple[_Match, tuple[int, ...], _Filled]]] = {}
        self._by_values: dict[tuple[Where, bytes], int] = {}
        needs = known.call.needs
        self._told_decides = known.call.service != "s3"
        self._by_arn = self._told_decides and len(needs) == 1 and needs[0].action != "iam:PassRole"

    def find(self, parameters: bytes, told: bytes | None, where: Where) -> int:
        """Number of the call's effects, with the result of the function of that name; ``told``: the event's ARNs, if any."""
        if told is not None and self._told_decides:
            return self._told(parameters, told, where)
        for match, used, numbers in self._shapes.get(where, ()):
            values = match(parameters)
            if values is not None:
                return numbers[values.group(*used)]
        key = (where, parameters if told is None else told + parameters)
        number = self._by_values.get(key)
        return self._new(key, parameters, told) if number is None else number

    def _new(self, key: tuple[Where, bytes], parameters: bytes, told: bytes | None) -> int:
        where = key[0]
        known, filled = self._known.shapes(where), self._shapes.setdefault(where, [])
        if len(filled) < len(known):
            filled += [(shape.match, shape.used, _Filled(shape, where, self._number)) for shape in known[len(filled) :]]
            return self.find(parameters, told, where)
        self._known.learn(parameters, where)
        number = self._number(self._known.effects(parameters, told or b"null", where))
        if len(parameters) <= REPEATING:
            self._by_values[key] = number
        return number

    def _told(self, parameters: bytes, told: bytes, where: Where) -> int:
        """Where the event's ARNs decide, its parameters do not: looked up by the ARNs alone."""
        key = (where, told)
        number = self._by_values.get(key)
        if number is not None:
            return number
        alone = self._known.effects(b"null", told, where)
        if self._by_arn and "" not in alone[1]:
            number = self._by_values[key] = self._number(alone)
            return number
        return self._number(self._known.effects(parameters, told, where))
