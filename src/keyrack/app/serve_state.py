"""What `keyrack serve` knows of each source, kept in ``serve.json``, and told as Prometheus text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any

import msgspec

from keyrack.lake.durable import publish
from keyrack.sdk.spending import Spent

NAME = "serve"
_BUDGETS: tuple[tuple[str, str, Callable[[Spent], float | None]], ...] = (
    ("keyrack_source_calls", "Calls that the last good scan made.", lambda one: one.calls),
    ("keyrack_source_waited_seconds", "Seconds it waited because the system asked for it.", lambda one: one.waited),
    ("keyrack_source_budget_left", "Calls left in the system's rate limit, as it last said.", lambda one: one.left),
    ("keyrack_source_budget_limit", "Size of that rate limit.", lambda one: one.limit),
    ("keyrack_source_budget_resets_timestamp_seconds", "When it fills again.", lambda one: _seconds(one.resets)),
)


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """How one source went. ``error`` is the code of the last failure, empty after a good scan; ``spent`` what that cost."""

    begun_at: datetime | None = None
    good_at: datetime | None = None
    next_at: datetime | None = None
    failures: int = 0
    error: str = ""
    seconds: float = 0.0
    spent: tuple[Spent, ...] = ()


_METRICS: tuple[tuple[str, str, Callable[[Past], float | None]], ...] = (
    (
        "keyrack_source_last_success_timestamp_seconds",
        "When the source was last scanned whole.",
        lambda past: _seconds(past.good_at),
    ),
    ("keyrack_source_last_start_timestamp_seconds", "When its last scan began.", lambda past: _seconds(past.begun_at)),
    ("keyrack_source_next_timestamp_seconds", "When it is due again.", lambda past: _seconds(past.next_at)),
    ("keyrack_source_failures", "Scans that failed since the last good one.", lambda past: past.failures),
    (
        "keyrack_source_scan_seconds",
        "Seconds the last good scan took, with all sources that were due together.",
        lambda past: past.seconds,
    ),
)


class State:
    """Every source's past. Read by the health page's thread while the server's writes."""

    def __init__(self, sources: dict[str, Past] | None = None) -> None:
        self.sources: dict[str, Past] = sources or {}
        self.looked_at: datetime | None = None
        self._lock = Lock()

    @classmethod
    def read(cls, folder: Path) -> State:
        """What was kept; nothing when there is no file, or it is damaged: then everything is due."""
        try:
            return cls(msgspec.json.decode((folder / f"{NAME}.json").read_bytes(), type=dict[str, Past]))
        except (OSError, msgspec.DecodeError):
            return cls()

    def write(self, folder: Path) -> None:
        """Keep it."""
        publish(folder, NAME, msgspec.json.format(msgspec.json.encode(self.sources), indent=1))

    def of(self, name: str) -> Past:
        """One source's past."""
        return self.sources.get(name, Past())

    def keep(self, name: str, **changes: Any) -> None:
        """Change some of a source's past."""
        with self._lock:
            self.sources = {**self.sources, name: msgspec.structs.replace(self.of(name), **changes)}

    def only(self, names: set[str]) -> None:
        """Forget sources that are not configured any more."""
        with self._lock:
            self.sources = {name: past for name, past in self.sources.items() if name in names}

    def healthy(self, now: datetime, patience: timedelta) -> bool:
        """Whether the loop still turns: it looked within ``patience``. A failing source is no reason to restart the server."""
        return self.looked_at is not None and now - self.looked_at < patience

    def metrics(self) -> str:
        """Prometheus text format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats)."""
        lines: list[str] = []
        sources = sorted(self.sources.items())
        for name, text, of_past in _METRICS:
            lines += [f"# HELP {name} {text}", f"# TYPE {name} gauge"]
            lines += [
                f'{name}{{source="{_escaped(source)}"}} {told}' for source, past in sources if (told := of_past(past)) is not None
            ]
        for name, text, of_spent in _BUDGETS:
            lines += [f"# HELP {name} {text}", f"# TYPE {name} gauge"]
            lines += [
                f'{name}{{source="{_escaped(source)}",system="{_escaped(one.system)}"}} {told}'
                for source, past in sources
                for one in past.spent
                if (told := of_spent(one)) is not None
            ]
        return "\n".join(lines) + "\n"


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else round(moment.timestamp(), 3)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
