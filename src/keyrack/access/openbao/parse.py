"""Policy text (HCL or JSON) to rules, with the checks the server makes on writing a policy.

Source: "Policies" (openbao.org/docs/concepts/policies): syntax, capabilities, parameter constraints, response wrapping TTLs,
pagination_limit, expiration; the old ``policy = "read|write|sudo|deny"`` words are in the same parser of the server.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from keyrack.access.openbao.model import CAPABILITIES, Limits, Policy, Rule
from keyrack.access.words import CaseError
from keyrack.sdk.hcl1 import HclError, Item, load

_OLD = {
    "deny": ("deny",),
    "read": ("read", "list"),
    "write": ("create", "read", "update", "delete", "list"),
    "sudo": ("create", "read", "update", "delete", "list", "sudo"),
}
_KEYS = frozenset(
    {
        "comment",
        "policy",
        "capabilities",
        "allowed_parameters",
        "denied_parameters",
        "required_parameters",
        "min_wrapping_ttl",
        "max_wrapping_ttl",
        "mfa_methods",
        "pagination_limit",
        "expiration",
        "list_scan_response_keys_filter_path",
        "control_group",
    }
)
_UNITS = {"": 1.0, "ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def parse(document: str | bytes | Mapping[str, Any], *, name: str = "") -> Policy:
    """A policy from HCL text, JSON text or a JSON object. Raises :class:`CaseError` naming line or path of what is wrong."""
    if isinstance(document, bytes):
        document = document.decode("utf-8", "replace")
    if isinstance(document, Mapping):
        return Policy(name, tuple(_rules(_json_items(document), name)))
    if document.lstrip().startswith("{"):
        try:
            tree = json.loads(document)
        except json.JSONDecodeError as error:
            raise CaseError(f"policy {name!r}, line {error.lineno}:{error.colno}: {error.msg}") from error
        return Policy(name, tuple(_rules(_json_items(tree), name)))
    try:
        return Policy(name, tuple(_rules(load(document), name)))
    except HclError as error:
        raise CaseError(str(error)) from error


def _json_items(tree: Mapping[str, Any]) -> list[Item]:
    """The JSON form: ``{"path": {"secret/*": {"capabilities": [...]}}}``, or a list of such objects."""
    items = []
    for key, value in tree.items():
        if key != "path":
            items.append(Item((key,), value, 0))
            continue
        for block in value if isinstance(value, list) else [value]:
            if not isinstance(block, Mapping):
                raise CaseError('"path" holds an object of paths')
            items += [Item(("path", path), _plain_items(body), 0) for path, body in block.items()]
    return items


def _plain_items(body: Any) -> list[Item]:
    if not isinstance(body, Mapping):
        raise CaseError("a path holds an object")
    return [Item((key,), _plain_items(value) if isinstance(value, Mapping) else value, 0) for key, value in body.items()]


def _rules(items: list[Item], name: str) -> list[Rule]:
    rules = []
    for item in items:
        if item.keys[0] == "name":
            continue
        if item.keys[0] != "path" or len(item.keys) != 2 or not isinstance(item.value, list):
            raise CaseError(f"policy {name!r}{_line(item)}: only path blocks may stand here, not {item.keys[0]!r}")
        rules.append(_rule(item))
    return rules


def _line(item: Item) -> str:
    return f", line {item.line}" if item.line else ""


def _rule(item: Item) -> Rule:
    path = item.keys[1]
    where = f"path {path!r}{_line(item)}"
    body: dict[str, Any] = {}
    for entry in item.value:
        if not isinstance(entry, Item) or entry.keys[0] not in _KEYS:
            raise CaseError(f"{where}: unknown key {entry.keys[0] if isinstance(entry, Item) else entry!r}")
        body[entry.keys[0]] = entry.value
    if "+*" in path:
        raise CaseError(f"{where}: '+*' is forbidden")
    if path.count("{{") != path.count("}}"):
        raise CaseError(f"{where}: unbalanced {{{{ }}}}")
    granted = _capabilities(body, where)
    expires = body.get("expiration")
    return Rule(
        path=path.removeprefix("/"),
        capabilities=granted,
        limits=Limits() if "deny" in granted else _limits(body, where),
        expires=_instant(expires, where) if expires else None,
        line=item.line,
    )


def _capabilities(body: dict[str, Any], where: str) -> frozenset[str]:
    old = body.get("policy", "")
    if not isinstance(old, str) or (old and old not in _OLD):
        raise CaseError(f"{where}: invalid policy {old!r}")
    granted = {*_OLD.get(old, ()), *_texts(body.get("capabilities", []), f"{where}: capabilities")}
    if old == "deny" or "deny" in granted:
        return frozenset({"deny"})
    if unknown := granted - set(CAPABILITIES):
        raise CaseError(f"{where}: invalid capability {min(unknown)!r}")
    return frozenset(granted)


def _limits(body: dict[str, Any], where: str) -> Limits:
    lowest, highest = (_seconds(body.get(f"{end}_wrapping_ttl", 0), where) for end in ("min", "max"))
    if lowest and highest and highest < lowest:
        raise CaseError(f"{where}: max_wrapping_ttl cannot be less than min_wrapping_ttl")
    pages = body.get("pagination_limit", 0)
    if not isinstance(pages, int):
        raise CaseError(f"{where}: pagination_limit is a number")
    return Limits(
        allowed=_parameters(body.get("allowed_parameters"), where),
        denied=_parameters(body.get("denied_parameters"), where),
        required=_texts(body.get("required_parameters", []), f"{where}: required_parameters"),
        min_wrap=lowest,
        max_wrap=highest,
        pages=pages,
        unread=tuple(key for key in ("mfa_methods", "control_group") if body.get(key)),
    )


def _parameters(value: Any, where: str) -> dict[str, tuple[Any, ...]]:
    found: dict[str, tuple[Any, ...]] = {}
    if not isinstance(value, list | None):
        raise CaseError(f"{where}: parameters are names with a list of values")
    for entry in value or []:
        if not isinstance(entry, Item) or not isinstance(entry.value, list):
            raise CaseError(f"{where}: parameters are names with a list of values")
        found[entry.keys[0].lower()] = tuple(entry.value)
    return found


def _texts(value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise CaseError(f"{where} is a list of names")
    return tuple(value)


def _seconds(value: Any, where: str) -> float:
    """A duration as the server reads one: seconds, or text such as ``90``, ``90s``, ``1h30m``."""
    if isinstance(value, int | float):
        return float(value)
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|[smhd]?)", str(value))
    if not parts or "".join(number + unit for number, unit in parts) != str(value):
        raise CaseError(f"{where}: {value!r} is no duration")
    return sum(float(number) * _UNITS[unit] for number, unit in parts)


def _instant(value: Any, where: str) -> datetime:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise CaseError(f"{where}: {value!r} is no expiration time (RFC 3339)") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
