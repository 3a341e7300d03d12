"""What parsers return, and the small readers they share."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from keyrack.records.gap import GapReason
from keyrack.sdk.material import Material

_LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why (part of) a file could not be read; ``detail`` is our own sentence, never a parser's message."""

    reason: GapReason
    detail: str


@dataclass(frozen=True)
class Parsed:
    """Materials of one file, in the order they stand there, and what could not be read."""

    materials: tuple[Material, ...] = ()
    troubles: tuple[Trouble, ...] = ()


def parsed(materials: Iterable[Material], *troubles: Trouble) -> Parsed:
    """A :class:`Parsed` of an iterable."""
    return Parsed(tuple(materials), troubles)


def malformed(what: str) -> Parsed:
    """Nothing but the trouble that the file is not what its name says."""
    return Parsed(troubles=(Trouble("malformed", f"not {what}"),))


def text_of(data: bytes) -> str:
    """Text of a file: UTF-8 (with or without BOM), UTF-16 with BOM, else every odd byte kept as a surrogate."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")


def clean(text: object, limit: int = _LONGEST_TEXT) -> str:
    """Text fit for a record: printable, valid Unicode, bounded. Not for secret values."""
    told = str(text)[: 4 * limit]
    if told.isprintable():  # nearly always; half a surrogate pair is not printable
        return told.strip()[:limit]
    plain = "".join(char if char.isprintable() else " " for char in told)
    safe = plain.encode("utf-8", "replace").decode("utf-8")
    return safe.strip()[:limit]


def load_json(data: bytes) -> object | None:
    """The JSON document, or ``None`` when it is none (or nests absurdly deep)."""
    try:
        document: object = json.loads(text_of(data))
    except (ValueError, RecursionError):
        return None
    return document


def load_yaml(data: bytes) -> list[object] | None:
    """All documents of a YAML file with scalars as text, or ``None``. Tags are ignored, so ``!vault`` values stay text."""
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        return list(yaml.load_all(text_of(data), Loader=loader))
    except (yaml.YAMLError, ValueError, RecursionError, TypeError):
        return None


def mapping(value: object) -> Mapping[str, object]:
    """The value if it is a mapping (keys made text), else an empty one."""
    return {str(key): inner for key, inner in value.items()} if isinstance(value, dict) else {}


def items(value: object) -> Sequence[object]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else ()


def string(value: object) -> str:
    """The value if it is text, a number as text, else ``""``."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def when(value: object) -> datetime | None:
    """A moment from ISO 8601 text or epoch seconds; ``None`` when it is neither. Naive times are taken as UTC."""
    text = string(value).strip()
    try:
        if text.replace(".", "", 1).isdigit():
            return datetime.fromtimestamp(float(text), UTC)
        moment = datetime.fromisoformat(text.replace("Z", "+00:00").replace("UTC", "+00:00"))
    except (ValueError, OverflowError, OSError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        return aware.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
