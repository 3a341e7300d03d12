"""Typed, total reading of nested JSON: a path of names in, the value or nothing out. No log is trusted to have its shape."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

Raw = Mapping[str, object]
"""One JSON object."""


def part(raw: object, *path: str) -> Raw:
    """Nested object; empty when anything on the way is missing or of another type."""
    for name in path:
        raw = raw.get(name) if isinstance(raw, Mapping) else None
    return raw if isinstance(raw, Mapping) else {}


def text(raw: object, *path: str) -> str | None:
    """Non-empty text at a path, fit for any UTF-8 writer; whole numbers count as text, booleans do not."""
    value = part(raw, *path[:-1]).get(path[-1])
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) and value else None


def rows(raw: object, *path: str) -> list[Raw]:
    """Objects of a list at a path, anything else in it left out."""
    value = part(raw, *path[:-1]).get(path[-1])
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def texts(raw: object, *path: str) -> list[str]:
    """Texts of a list at a path."""
    value = part(raw, *path[:-1]).get(path[-1])
    items = value if isinstance(value, list) else []
    return [item.encode("utf-8", "replace").decode() for item in items if isinstance(item, str)]


def number(raw: object, *path: str) -> int | None:
    """Whole number at a path, also when written as text."""
    value = part(raw, *path[:-1]).get(path[-1])
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19 else None


def when(raw: object, *path: str) -> datetime | None:
    """Moment at a path in UTC: ISO 8601 (any number of fraction digits, a missing offset means UTC) or epoch milliseconds."""
    value = part(raw, *path[:-1]).get(path[-1])
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000, UTC)
        if not isinstance(value, str):
            return None
        moment = datetime.fromisoformat(_micro(value.strip()))
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _micro(value: str) -> str:
    """Fractions cut to microseconds: clouds write up to nine digits, Python reads six."""
    head, dot, tail = value.partition(".")
    if not dot:
        return value
    digits = len(tail) - len(tail.lstrip("0123456789"))
    return f"{head}.{tail[:digits][:6]}{tail[digits:]}"
