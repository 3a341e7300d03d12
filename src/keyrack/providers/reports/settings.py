"""Options of a target, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from keyrack.errors import KeyrackError
from keyrack.sdk.formats.base import clean

STDIN: Final = "-"
_STALE: Final = 30


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person asked for. ``path`` is ``None`` for standard input."""

    path: Path | None
    label: str
    mapping: Path | None
    repository: str | None
    root: str | None
    host: str | None
    stale_days: int


def settings(options: Mapping[str, str]) -> Settings:
    """The options of a target.

    Raises:
        KeyrackError: no path, nothing there, or a number that is none.
    """
    given = options.get("path", "")
    if not given:
        raise KeyrackError("reports.nothing", "no report is named", hint="--reports-path FILE, FOLDER or -")
    path = None if given == STDIN or given.endswith(f"/{STDIN}") else Path(given).expanduser().absolute()
    if path is not None and not _there(path):
        raise KeyrackError("reports.missing", f"{clean(given)} does not exist", hint="name a report or a folder of reports")
    stale = options.get("stale_days", "") or str(_STALE)
    if not (stale.isascii() and stale.isdigit() and len(stale) < 6):
        raise KeyrackError("reports.stale_days", "stale_days is a number of days", hint="for example 30")
    mapping = options.get("mapping", "")
    return Settings(
        path=path,
        label=clean(options.get("label", "")) or (clean(path.name) or "root" if path is not None else "stdin"),
        mapping=Path(mapping).expanduser() if mapping else None,
        repository=clean(options.get("repository", "")) or None,
        root=options.get("root", "") or None,
        host=clean(options.get("host", "")) or None,
        stale_days=int(stale),
    )


def _there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
