"""Resources of a call, quickly: what :func:`~keyrack.providers.aws.cloudtrail_resources.effects` works out once is a pattern.

Which permissions a call needs and which parameters name its resources depends on the call and on the names of its parameters,
not on their values, as long as those are plain names (no ARN, URL, alias or path). So the answer is worked out once with
stand-ins for the values, and the raw text of the parameters becomes a regular expression: the next call of the same shape is
matched, not parsed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from keyrack.providers.aws.api_map import Call
from keyrack.providers.aws.cloudtrail_resources import Effects, Where, effects

MOST_SHAPES = 8
"""Shapes of parameters tried of one call in one place; more are parsed one by one."""

REPEATING = 400
"""Bytes of parameters up to which their effects are remembered; longer ones hardly ever come twice."""

_MARK = re.compile("\x01(\\d+)\x01")
_PLAIN = rb'(?!arn:|https?:|alias/|/|AWS-)([^"\\{}%]+)'
_decode = msgspec.json.Decoder(dict[str, str | int | bool | None]).decode


@dataclass(frozen=True, slots=True, eq=False)
class _Shape:
    """``match`` finds the values in the raw text; ``resources`` are formats over them; ``only`` a faster one, where it can."""

    match: Callable[[bytes], re.Match[bytes] | None]
    used: tuple[int, ...]
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    only: bytes | None
    numbers: dict[tuple[bytes, ...] | bytes, int]


class Plan:
    """What one call needs, by the place (account and region) it was made in.

    Args:
        call: the call.
        number: gives the number of a result; equal results may be numbered twice.
    """

    def __init__(self, call: Call, number: Callable[[Effects], int]) -> None:
        self.call = call
        self._number = number
        self._shapes: dict[Where, list[_Shape]] = {}
        self._by_values: dict[tuple[Where, bytes], int] = {}
        self._by_arn = call.service != "s3" and len(call.needs) == 1 and call.needs[0].action != "iam:PassRole"

    def find(self, parameters: bytes, told: bytes, where: Where) -> int:
        """Number of the call's effects, with the result of the function of that name."""
        if told != b"null" and self.call.service != "s3":
            return self._told(parameters, told, where)
        for shape in self._shapes.get(where, ()):
            match = shape.match(parameters)
            if match is not None:
                values = match.group(*shape.used)
                number = shape.numbers.get(values)
                return self._new(shape, values) if number is None else number
        key = (where, told + parameters)
        number = self._by_values.get(key)
        if number is None:
            number = self._number(self._learned(parameters, told, where))
            if len(parameters) <= REPEATING:
                self._by_values[key] = number
        return number

    def _new(self, shape: _Shape, values: tuple[bytes, ...] | bytes) -> int:
        if shape.only is not None:
            resources: tuple[str, ...] = ((shape.only % values).decode("utf-8", "replace"),)
        else:
            several = values if isinstance(values, tuple) else (values,)
            texts = [value.decode("utf-8", "replace") for value in several]
            resources = tuple([resource.format(*texts) for resource in shape.resources])
        number = shape.numbers[values] = self._number((shape.actions, resources))
        return number

    def _told(self, parameters: bytes, told: bytes, where: Where) -> int:
        """Where the event's ARNs decide, its parameters do not: looked up by the ARNs alone."""
        key = (where, told)
        number = self._by_values.get(key)
        if number is not None:
            return number
        alone = effects(self.call, b"null", told, where)
        if self._by_arn and "" not in alone[1]:
            number = self._by_values[key] = self._number(alone)
            return number
        return self._number(effects(self.call, parameters, told, where))

    def _learned(self, parameters: bytes, told: bytes, where: Where) -> Effects:
        """The effects of parameters of a new shape; the shape is kept if its values are plain."""
        shapes = self._shapes.setdefault(where, [])
        if len(shapes) < MOST_SHAPES and parameters.count(b"{") == 1 and b"[" not in parameters and b"\\" not in parameters:
            shape = self._shape(parameters, where)
            if shape is not None and shape.match(parameters) and not (self.call.service == "s3" and "" in shape.resources):
                shapes.append(shape)
        return effects(self.call, parameters, told, where)

    def _shape(self, parameters: bytes, where: Where) -> _Shape | None:
        try:
            given = _decode(parameters)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        marked: dict[str, object] = {}
        pieces = []
        for place, (name, value) in enumerate(given.items()):
            text, piece = _stand_in(place, value)
            marked[name] = text
            pieces.append(rb"\s*" + re.escape(msgspec.json.encode(name)) + rb"\s*:\s*" + piece + rb"\s*")
        actions, resources = effects(self.call, msgspec.json.encode(marked), b"null", where)
        used = sorted({int(place) for resource in resources for place in _MARK.findall(resource)})
        order = {str(place): str(index) for index, place in enumerate(used)}
        expression = re.compile(rb"\{" + b",".join(pieces) + rb"\}()")
        formats = tuple(_MARK.sub(lambda mark: "{" + order[mark[1]] + "}", resource) for resource in resources)
        groups = tuple(place + 1 for place in used) or (len(given) + 1,)
        return _Shape(expression.fullmatch, groups, actions, formats, _simple(resources, used), {})


def _simple(resources: tuple[str, ...], used: list[int]) -> bytes | None:
    """One resource with every value once and in order, as a format of bytes: nearly all calls; else ``None``."""
    if len(resources) != 1 or not used or [int(place) for place in _MARK.findall(resources[0])] != used or "%" in resources[0]:
        return None
    return _MARK.sub("%b", resources[0]).encode()


def _stand_in(place: int, value: str | int | bool | None) -> tuple[object, bytes]:
    """A stand-in for a value, and the expression for values like it; each has one group."""
    if value is None or isinstance(value, bool):
        return value, b"(" + msgspec.json.encode(value) + b")"
    if value == "":
        return value, rb'"()"'
    mark = f"\x01{place}\x01"
    if isinstance(value, int):
        return mark, rb"(-?\d+)"
    return (f"/{mark}", b'"/' + _PLAIN + b'"') if value[:1] == "/" else (mark, b'"' + _PLAIN + b'"')
