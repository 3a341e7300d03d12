"""The contract of a provider: identify the source, then yield records and Gaps. Read-only, no exceptions for bad data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from keyrack.records import Record
from keyrack.sdk.fingerprint import Fingerprinter
from keyrack.sdk.manifest import Manifest


class Progress(Protocol):
    """Observer of long work; the command line draws bars, tests and servers ignore it."""

    def update(self, stage: str, done: int, total: int | None = None) -> None:
        """``done`` of ``total`` (unknown: ``None``) units of ``stage`` are finished."""


class Silent:
    """Progress nobody watches."""

    def update(self, stage: str, done: int, total: int | None = None) -> None:
        """Ignore."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a provider gets from the house: the clock, the fingerprinter and the wishes of the person who scans."""

    now: datetime
    fingerprint: Fingerprinter
    progress: Progress = field(default_factory=Silent)
    verify: bool = False
    cache: Path | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to scan: the provider's name, where, and its options by name (see ``Manifest.options``)."""

    provider: str
    location: str = ""
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """The identity of what is scanned, stable between runs: ``aws:111122223333``, ``machine:host``, ``repository:name``."""

    id: str
    title: str


class Provider(Protocol):
    """One system Keyrack can look at."""

    @property
    def manifest(self) -> Manifest:
        """What it sees and needs; importing it loads no vendor library."""
        ...

    def source(self, target: Target, ctx: Context) -> Source:
        """Name the source; may make one cheap call.

        Raises:
            KeyrackError: the target does not exist or cannot be reached at all.
        """
        ...

    def discover(self, target: Target, ctx: Context) -> Iterator[Record]:
        """Yield records and Gaps; a denied, malformed or truncated reply is a Gap, never an exception."""
        ...
