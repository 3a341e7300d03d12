"""Role assignment conditions (ABAC), three-valued: true, false, or unknown for want of an attribute.

Source: "Azure role assignment condition format and syntax"
(learn.microsoft.com/azure/role-based-access-control/conditions-format): ``!``, ``AND``/``&&``, ``OR``/``||``;
``ActionMatches{'…'}``, ``SubOperationMatches{'…'}``; ``Exists @…``; comparisons of ``@Principal``, ``@Resource``,
``@Request`` and ``@Environment`` attributes. String, GUID, boolean and numeric equality and likeness are evaluated; any
other operator is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from keyrack.access.azure.model import Request
from keyrack.access.azure.patterns import matches
from keyrack.access.words import CaseError

_TOKEN = re.compile(
    r"\s*(?:(?P<open>\()|(?P<close>\))|(?P<not>!|NOT\b)|(?P<and>&&|AND\b)|(?P<or>\|\||OR\b)"
    r"|(?P<function>(?:Sub[oO]peration|Action)Matches)\s*\{\s*'(?P<pattern>[^']*)'\s*\}"
    r"|(?:Exists\s+(?P<exists>@\w+\[[^\]]*\]))|(?P<left>@\w+\[[^\]]*\])\s+(?P<operator>[\w:]+)(?=[\s{'@])\s*"
    r"(?P<right>@\w+\[[^\]]*\]|\{[^}]*\}|'[^']*'|[\w.\-]+))",
    re.IGNORECASE,
)


def _like(value: Any, pattern: Any) -> bool:
    parts = (re.escape(part).replace(r"\?", ".") for part in str(pattern).split("*"))
    return re.fullmatch(".*".join(parts), str(value)) is not None


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "stringequals": lambda one, other: one == other,
    "stringnotequals": lambda one, other: one != other,
    "stringequalsignorecase": lambda one, other: str(one).lower() == str(other).lower(),
    "stringnotequalsignorecase": lambda one, other: str(one).lower() != str(other).lower(),
    "stringlike": _like,
    "stringnotlike": lambda one, other: not _like(one, other),
    "stringstartswith": lambda one, other: str(one).startswith(str(other)),
    "stringnotstartswith": lambda one, other: not str(one).startswith(str(other)),
    "guidequals": lambda one, other: str(one).lower() == str(other).lower(),
    "guidnotequals": lambda one, other: str(one).lower() != str(other).lower(),
    "boolequals": lambda one, other: str(one).lower() == str(other).lower(),
    "boolnotequals": lambda one, other: str(one).lower() != str(other).lower(),
    "numericequals": lambda one, other: float(one) == float(other),
}


def holds(condition: str, request: Request) -> tuple[bool | None, tuple[str, ...]]:
    """The truth of a condition and the attributes it lacks; an empty one is true. Raises :class:`CaseError` for broken syntax."""
    if not condition.strip():
        return True, ()
    reader = _Reader(_tokens(condition), request)
    outcome = reader.either()
    if reader.rest:
        raise CaseError(f"condition {condition!r}: {reader.rest[0][0]!r} stands where the end is expected")
    return outcome, tuple(dict.fromkeys(reader.missing)) if outcome is None else ()


def _tokens(condition: str) -> list[re.Match[str]]:
    found, position = [], 0
    text = condition.strip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise CaseError(f"condition {condition!r}: cannot read {text[position : position + 30]!r}")
        found.append(match)
        position = match.end()
    return found


class _Reader:
    """Recursive descent over Kleene's three values."""

    def __init__(self, tokens: list[re.Match[str]], request: Request) -> None:
        self.rest = tokens
        self.request = request
        self.missing: list[str] = []

    def either(self) -> bool | None:
        values = [self._both()]
        while self.rest and self.rest[0]["or"]:
            self.rest.pop(0)
            values.append(self._both())
        return True if True in values else (None if None in values else False)

    def _both(self) -> bool | None:
        values = [self._one()]
        while self.rest and self.rest[0]["and"]:
            self.rest.pop(0)
            values.append(self._one())
        return False if False in values else (None if None in values else True)

    def _one(self) -> bool | None:
        if not self.rest:
            raise CaseError("condition ends too early")
        token = self.rest.pop(0)
        if token["not"]:
            value = self._one()
            return None if value is None else not value
        if token["open"]:
            value = self.either()
            if not self.rest or not self.rest.pop(0)["close"]:
                raise CaseError("condition: a parenthesis stays open")
            return value
        if token["function"]:
            return self._matches(token["function"].lower(), token["pattern"])
        if token["exists"]:
            return self._value(token["exists"]) is not None or None
        if token["left"]:
            return self._compared(token["left"], token["operator"].lower(), token["right"])
        raise CaseError(f"condition: {token[0].strip()!r} cannot stand here")

    def _matches(self, function: str, pattern: str) -> bool | None:
        if function == "actionmatches":
            return matches(pattern, self.request.action)
        if self.request.suboperation is None:
            self.missing.append("SubOperation")
            return None
        return matches(pattern, self.request.suboperation)

    def _value(self, name: str) -> Any:
        wanted = name.lower()
        for known, value in self.request.attributes.items():
            if known.lower() == wanted:
                return value
        self.missing.append(name)
        return None

    def _compared(self, left: str, operator: str, right: str) -> bool | None:
        value = self._value(left)
        other = self._value(right) if right.startswith("@") else _literals(right)
        quantifiers, _, name = operator.rpartition(":")
        compare = _COMPARISONS.get(name)
        if compare is None:
            self.missing.append(f"operator {operator}")
        if value is None or other is None or compare is None:
            return None
        values, others = (one if isinstance(one, list) else [one] for one in (value, other))
        wants_all, _, kind = quantifiers.partition("of")
        each = all if wants_all.endswith("all") else any
        inner = all if kind.startswith("all") else any
        try:
            return each(inner(compare(one, listed) for listed in others) for one in values)
        except (TypeError, ValueError):  # no numbers where numbers are compared
            self.missing.append(left)
            return None


def _literals(text: str) -> list[str]:
    inner = text[1:-1] if text.startswith("{") else text
    return [part.strip().strip("'") for part in inner.split(",") if part.strip()]
