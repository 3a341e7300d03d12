"""The query options of Graph that the fake honours: $select, $filter (eq, ne, startswith, and), $top, $skiptoken, $count."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from keyrack_estate.fakes.server import Answer

Thing = dict[str, Any]
_EQ = re.compile(r"(\w+(?:/\w+)?) (eq|ne) (?:'((?:[^']|'')*)'|(true|false|null|\d+))")
_STARTS = re.compile(r"startswith\((\w+),\s*'((?:[^']|'')*)'\)", re.IGNORECASE)


def error(status: int, code: str, message: str) -> Answer:
    """An error in Graph's and Resource Manager's common shape."""
    return Answer({"error": {"code": code, "message": message}}, status)


def selected(thing: Thing, names: str | None) -> Thing:
    """Only the properties asked for; ``id`` and ``@odata.type`` always come."""
    if not names:
        return {key: value for key, value in thing.items() if not key.startswith("\0")}
    wanted = {"id", "@odata.type", *(name.strip() for name in names.split(","))}
    return {key: value for key, value in thing.items() if key in wanted}


def matcher(expression: str) -> Callable[[Thing], bool] | None:
    """A predicate; ``None`` when the expression is one the fake does not know (Graph answers 400)."""
    tests = [_test(term.strip()) for term in expression.split(" and ")]
    if any(test is None for test in tests):
        return None
    return lambda thing: all(test(thing) for test in tests if test)


def _test(term: str) -> Callable[[Thing], bool] | None:
    if match := _STARTS.fullmatch(term):
        name, prefix = match[1], match[2].replace("''", "'").lower()
        return lambda thing: str(thing.get(name) or "").lower().startswith(prefix)
    match = _EQ.fullmatch(term)
    if match is None:
        return None
    name, negated = match[1], match[2] == "ne"
    words = {"true": True, "false": False, "null": None}
    plain = match[4] or ""
    wanted: Any = (
        match[3].replace("''", "'") if match[3] is not None else words.get(plain, int(plain) if plain.isdigit() else None)
    )
    return lambda thing: (_at(thing, name) == wanted) is not negated


def _at(thing: Mapping[str, Any], name: str) -> Any:
    head, _, rest = name.partition("/")
    value = thing.get(head)
    return _at(value, rest) if rest and isinstance(value, Mapping) else value
