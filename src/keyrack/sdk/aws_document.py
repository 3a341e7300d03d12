"""AWS policy documents, parsed: the statements that make sense, and one sentence for each that does not.

The grammar is that of "Grammar of the IAM JSON policy language" in the IAM User Guide. Nothing here raises on bad input,
and no sentence quotes the document.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from urllib.parse import unquote

from keyrack.records.grant import Effect

Conditions = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Operator -> condition key -> values, all as written except that single values became tuples."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a document could not be read at all."""

    message: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; ``principals`` are (kind, name) pairs such as ``("AWS", "arn:...")``, kind ``*`` for ``"*"``."""

    effect: Effect
    actions: tuple[str, ...]
    not_actions: bool
    resources: tuple[str, ...]
    not_resources: bool
    principals: tuple[tuple[str, str], ...] = ()
    not_principals: bool = False
    conditions: Conditions = field(default_factory=dict)
    sid: str | None = None

    @property
    def conditions_json(self) -> str | None:
        """The condition block as canonical JSON (sorted keys and values, every value a list); ``None`` without one."""
        if not self.conditions:
            return None
        block = {op: {key: sorted(set(values)) for key, values in keys.items()} for op, keys in self.conditions.items()}
        return json.dumps(block, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    def allows(self, action: str) -> bool:
        """Whether the Action / NotAction element covers ``action`` (case-insensitive, ``*`` and ``?`` as wildcards)."""
        hit = any(_matches(pattern, action) for pattern in self.actions)
        return hit != self.not_actions


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed policy: the statements that make sense, and one sentence for each that does not."""

    statements: tuple[Statement, ...]
    problems: tuple[str, ...] = ()


def parse_document(raw: object) -> Document | Problem:
    """Parse a policy given as JSON text, URL-encoded JSON text (as IAM's API returns it, RFC 3986) or a mapping."""
    value = _decode(raw) if isinstance(raw, str) else raw
    if isinstance(value, Problem):
        return value
    if not isinstance(value, Mapping):
        return Problem("the policy document is not a JSON object")
    listed = _lowered(value).get("statement")
    items = [listed] if isinstance(listed, Mapping) else listed
    if not isinstance(items, list):
        return Problem("the policy document has no Statement list")
    statements: list[Statement] = []
    problems: list[str] = []
    for number, item in enumerate(items, 1):
        parsed = _statement(item)
        if isinstance(parsed, Problem):
            problems.append(f"statement {number}: {parsed.message}")
        else:
            statements.append(parsed)
    return Document(tuple(statements), tuple(problems))


def _decode(text: str) -> object:
    stripped = text.strip()
    if stripped[:3].lower() in {"%7b", "%0a", "%0d", "%20"}:
        stripped = unquote(stripped)
    try:
        return json.loads(stripped)
    except (ValueError, RecursionError):
        return Problem("the policy document is not valid JSON")


def _lowered(value: Mapping[object, object]) -> dict[str, object]:
    return {key.lower(): item for key, item in value.items() if isinstance(key, str)}


def _statement(item: object) -> Statement | Problem:
    if not isinstance(item, Mapping):
        return Problem("not an object")
    parts = _lowered(item)
    effect = parts.get("effect")
    if not isinstance(effect, str) or effect.lower() not in {"allow", "deny"}:
        return Problem("Effect is neither Allow nor Deny")
    not_actions, actions = _either(parts, "action")
    not_resources, resources = _either(parts, "resource")
    if not actions:
        return Problem("no Action or NotAction")
    if resources is None:
        return Problem("Resource is not text or a list of text")
    principals = _principals(parts)
    conditions = _conditions(parts.get("condition"))
    if principals is None or conditions is None:
        return Problem("unreadable Principal" if principals is None else "unreadable Condition")
    sid = parts.get("sid")
    return Statement(
        effect="allow" if effect.lower() == "allow" else "deny",
        actions=actions,
        not_actions=not_actions,
        resources=resources,
        not_resources=not_resources,
        principals=principals,
        not_principals="notprincipal" in parts,
        conditions=conditions,
        sid=_clean(sid) if isinstance(sid, str) and sid else None,
    )


def _either(parts: Mapping[str, object], name: str) -> tuple[bool, tuple[str, ...] | None]:
    """(negated, values) of ``Action``/``NotAction`` or ``Resource``/``NotResource``; no values when neither is there."""
    negated = name not in parts and f"not{name}" in parts
    return negated, _texts(parts.get(f"not{name}" if negated else name, []))


def _texts(value: object) -> tuple[str, ...] | None:
    items = value if isinstance(value, list) else [value]
    texts = [_scalar(item) for item in items]
    known = [text for text in texts if text is not None]
    return tuple(known) if len(known) == len(texts) else None


def _scalar(value: object) -> str | None:
    """Text of a JSON scalar; IAM accepts bare booleans and numbers in conditions."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    return _clean(value) if isinstance(value, str) else None


def _clean(text: str) -> str:
    """Text that any UTF-8 writer accepts (JSON allows lone surrogates, Parquet does not)."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _principals(parts: Mapping[str, object]) -> tuple[tuple[str, str], ...] | None:
    value = parts.get("principal", parts.get("notprincipal", {}))
    if value == "*":
        return (("*", "*"),)
    if not isinstance(value, Mapping):
        return None
    found: list[tuple[str, str]] = []
    for kind, names in value.items():
        texts = _texts(names)
        if texts is None or not isinstance(kind, str):
            return None
        found.extend((_clean(kind), text) for text in texts)
    return tuple(dict.fromkeys(found))


def _conditions(value: object) -> dict[str, dict[str, tuple[str, ...]]] | None:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        return None
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for operator, keys in value.items():
        if not isinstance(operator, str) or not isinstance(keys, Mapping):
            return None
        for key, values in keys.items():
            texts = _texts(values)
            if texts is None or not isinstance(key, str):
                return None
            found.setdefault(_clean(operator), {})[_clean(key)] = texts
    return found


def _matches(pattern: str, action: str) -> bool:
    """IAM wildcard match: ``*`` and ``?`` only, so square brackets stand for themselves."""
    return fnmatchcase(action.lower(), pattern.lower().replace("[", "[[]"))
