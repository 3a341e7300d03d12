"""Shapes of a call's parameters: what :func:`~keyrack.providers.aws.cloudtrail_resources.effects` works out once is a pattern.

Which permissions a call needs and which parameters name its resources depends on the call and on the names of its parameters,
not on their values, as long as those are plain names (no ARN, URL, alias or path), nor on the account and region. So the answer
is worked out once with stand-ins for all of these, and the raw text of the parameters becomes a regular expression: the next
call of the same shape is matched, not parsed. What was learned is kept as long as the process.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

import msgspec

from keyrack.providers.aws.api_map import Call
from keyrack.providers.aws.cloudtrail_resources import Effects, Where, effects

MOST_SHAPES = 8
"""Shapes of parameters tried of one call; more are parsed one by one."""

MOST_ATTEMPTS = 64
"""Parameters of one call that were tried for a shape; a call whose values are no plain names is not tried for ever."""

REPEATING = 400
"""Bytes of parameters, and of ARNs, up to which their effects are remembered; longer ones hardly ever come twice."""

REMEMBERED = 20_000
"""Effects remembered by a process: about 20 MB at most."""

SEPARATOR = b"\x00"
"""Between the resources of a template; no JSON text has it."""

_VALUE = re.compile("\x01(\\d+)\x01")
_REGION, _ACCOUNT = "\x02", "\x03"
_STANDINS = {"aws": "", "aws-cn": "cn-", "aws-us-gov": "us-gov-"}
_PLAIN = rb'(?!/|a(?:rn:|lias/)|https?:|AWS-)[^"\\{}%\x00-\x1f]+'
_Plain = str | int | bool | None
_decode = msgspec.json.Decoder(dict[str, str | int | bool | None]).decode


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """Parameters of one form, wherever the call was made.

    Attributes:
        match: finds the values in the raw text.
        used: the groups of the match that the template takes, in its order.
        template: the resources as one format of bytes, with stand-ins for region and account.
    """

    match: Callable[[bytes], re.Match[bytes] | None]
    used: tuple[int, ...]
    actions: tuple[str, ...]
    template: bytes

    def at(self, where: Where) -> bytes:
        """The template in a region and account."""
        region = _STANDINS[where.partition] + _REGION
        text = self.template.replace(region.encode(), where.region.replace("%", "%%").encode())
        return text.replace(_ACCOUNT.encode(), where.account.replace("%", "%%").encode())


class Lessons:
    """What was learned of a call; see :func:`lessons`."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self._shapes: dict[str, list[Shape]] = {}
        self._attempts = 0

    def shapes(self, where: Where) -> list[Shape]:
        """The shapes known in the partition of a place; the list grows."""
        return self._shapes.setdefault(where.partition, [])

    def learn(self, parameters: bytes, where: Where) -> None:
        """Keep the shape of parameters if their values are plain."""
        known = self.shapes(where)
        if len(known) >= MOST_SHAPES or self._attempts >= MOST_ATTEMPTS:
            return
        if parameters.count(b"{") != 1 or b"[" in parameters or b"\\" in parameters:
            return
        self._attempts += 1
        shape = self._shape(parameters, where.partition)
        if shape is not None and shape.match(parameters):
            known.append(shape)

    def effects(self, parameters: bytes, told: bytes, where: Where) -> Effects:
        """The result of the function of that name; what is short is remembered."""
        if len(parameters) > REPEATING or len(told) > REPEATING:
            return effects(self.call, parameters, told, where)
        return _remembered(self, parameters, told, where.region, where.account)

    def _shape(self, parameters: bytes, partition: str) -> Shape | None:
        try:
            given = _decode(parameters)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        marked = {name: _stand_in(place, value) for place, (name, value) in enumerate(given.items())}
        where = Where(_STANDINS[partition] + _REGION, _ACCOUNT)
        actions, resources = effects(self.call, msgspec.json.encode(marked), b"null", where)
        if self.call.service == "s3" and "" in resources:
            return None
        text = "\x00".join(resources)
        named = [int(place) for place in _VALUE.findall(text)]
        groups = sorted(set(named))
        template = _VALUE.sub("%b", text.replace("%", "%%")).encode()
        match = _expression(given, groups, compact=msgspec.json.encode(given) == parameters)
        if not named:  # the empty group at the end, so that there always is a value
            return Shape(match, (1,), actions, template + b"%b")
        return Shape(match, tuple(groups.index(place) + 1 for place in named), actions, template)


@cache
def lessons(call: Call) -> Lessons:
    """What this process learned of a call so far."""
    return Lessons(call)


@lru_cache(REMEMBERED)
def _remembered(known: Lessons, parameters: bytes, told: bytes, region: str, account: str) -> Effects:
    return effects(known.call, parameters, told, Where(region, account))


def _stand_in(place: int, value: _Plain) -> _Plain:
    """A value that is found again in what is made of it; a path stays a path."""
    if value is None or isinstance(value, bool) or value == "":
        return value
    return f"/\x01{place}\x01" if isinstance(value, str) and value[0] == "/" else f"\x01{place}\x01"


def _expression(given: dict[str, _Plain], groups: list[int], *, compact: bool) -> Callable[[bytes], re.Match[bytes] | None]:
    """Parameters of the same names with values like these, the named ones as groups; the last group is empty."""
    space = b"" if compact else rb"\s*"
    pieces = []
    for place, (name, value) in enumerate(given.items()):
        before, text, after = _like(value)
        text = b"(" + text + b")" if place in groups else b"(?:" + text + b")"
        pieces.append(space.join([b"", re.escape(msgspec.json.encode(name)), b":", before + text + after, b""]))
    return re.compile(rb"\{" + b",".join(pieces) + rb"\}()").fullmatch


def _like(value: _Plain) -> tuple[bytes, bytes, bytes]:
    """The expression for values like this one, and what stands around it."""
    if value is None or isinstance(value, bool):
        return b"", msgspec.json.encode(value), b""
    if isinstance(value, int):
        return b"", rb"-?\d+", b""
    if value == "":
        return b'"', b"", b'"'
    return (b'"/' if value[0] == "/" else b'"'), _PLAIN, b'"'
