"""Typed, total reading of AWS replies: live ones (datetime values) and their JSON dumps (text values) alike."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

Raw = Mapping[str, object]
"""One object of an AWS reply, as botocore parses it or as ``aws ... --output json`` prints it."""

_ACCOUNT = re.compile(r"arn:[\w-]+:[\w-]*:[^:]*:(\d{12}):", re.ASCII)


def text(raw: Raw, name: str) -> str | None:
    """Non-empty text of a field, fit for any UTF-8 writer; ``None`` when absent or of another type."""
    value = raw.get(name)
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) and value else None


def number(raw: Raw, name: str) -> int | None:
    """Integer of a field; booleans are not integers here."""
    value = raw.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def flag(raw: Raw, name: str) -> bool | None:
    """Boolean of a field."""
    value = raw.get(name)
    return value if isinstance(value, bool) else None


def when(raw: Raw, name: str) -> datetime | None:
    """Moment of a field, in UTC: a datetime, or ISO 8601 text as the AWS CLI prints it (a missing offset means UTC)."""
    return moment(raw.get(name))


def moment(value: object) -> datetime | None:
    """See :func:`when`."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except (OverflowError, ValueError):  # year 1 or 9999 with an offset
        return None


def part(raw: Raw, name: str) -> Raw:
    """Nested object of a field; empty when absent."""
    value = raw.get(name)
    return value if isinstance(value, Mapping) else {}


def rows(raw: Raw, name: str) -> list[Raw]:
    """Objects of a list field, anything else in it left out."""
    value = raw.get(name)
    return (
        [item for item in value if isinstance(item, Mapping)]
        if isinstance(value, Sequence) and not isinstance(value, str)
        else []
    )


def texts(raw: Raw, name: str) -> list[str]:
    """Texts of a list field."""
    value = raw.get(name)
    items = value if isinstance(value, Sequence) and not isinstance(value, str) else []
    return [item.encode("utf-8", "replace").decode() for item in items if isinstance(item, str)]


def tags(raw: Raw, name: str = "Tags") -> dict[str, str]:
    """Tags in any of AWS's shapes: ``[{Key, Value}]``, ``[{key, value}]``, ``[{TagKey, TagValue}]`` or one object."""
    value = raw.get(name)
    if isinstance(value, Mapping):
        return {str(key): item for key in value if (item := text(value, key)) is not None}
    found: dict[str, str] = {}
    for row in rows(raw, name):
        low = {str(key).lower().removeprefix("tag"): item for key, item in row.items()}
        key = text(low, "key")
        if key is not None:
            found[key] = text(low, "value") or ""
    return found


def words(listed: str) -> frozenset[str]:
    """The space-separated words of a text."""
    return frozenset(listed.split())


def account_of(arn: str | None) -> str | None:
    """The 12-digit account id of an ARN."""
    match = _ACCOUNT.match(arn or "")
    return match.group(1) if match else None


def iso(at: datetime | None) -> str | None:
    """ISO text of a moment, for attributes."""
    return at.isoformat().replace("+00:00", "Z") if at else None


def known(**values: str | None) -> dict[str, str]:
    """Attributes without the unknown ones."""
    return {name: value for name, value in values.items() if value}


def yes(value: bool | None) -> str | None:
    """``true`` / ``false`` for attributes; unknown stays ``None``."""
    return None if value is None else str(value).lower()
