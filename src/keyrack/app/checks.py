"""The outcome of one check: what `keyrack doctor` and `keyrack sources check` print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Check:
    """One line of a report. ``permission`` is what is missing, in the system's own name."""

    name: str
    state: Literal["ok", "warning", "failed"]
    detail: str
    hint: str = ""
    permission: str | None = None
