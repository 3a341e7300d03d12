"""The contract of a provider: identify the source, then yield records and Gaps. Read-only, no exceptions for bad data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol, runtime_checkable

from keyrack.records import Gap, Record
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


class Memory(Protocol):
    """Small texts that a source keeps from one committed run to the next: cursors, hashes. Never a secret."""

    def get(self, key: str) -> str | None:
        """What the last committed run of this source kept; ``None``: nothing."""
        ...

    def put(self, key: str, value: str) -> None:
        """Keep for the next run, once this one is committed."""
        ...


@dataclass(slots=True)
class Forgetful:
    """Memory that lasts as long as the object; for tests, and before a source has a past."""

    kept: dict[str, str] = field(default_factory=dict)

    def get(self, key: str) -> str | None:
        """What was put."""
        return self.kept.get(key)

    def put(self, key: str, value: str) -> None:
        """Keep."""
        self.kept[key] = value


@dataclass(frozen=True, slots=True)
class Context:
    """What a provider gets from the house: the clock, the fingerprinter and the wishes of the person who scans.

    ``memory`` belongs to the one source that is scanned.
    """

    now: datetime
    fingerprint: Fingerprinter
    progress: Progress = field(default_factory=Silent)
    verify: bool = False
    cache: Path | None = None
    memory: Memory = field(default_factory=Forgetful)


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to scan: the provider's name, where, and its options by name (see ``Manifest.options``).

    ``name`` is what ``keyrack.toml`` calls it, if it does; two targets that differ in nothing else are one.
    """

    provider: str
    location: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    name: str = field(default="", compare=False)


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


@dataclass(frozen=True, slots=True)
class Probe:
    """One thing tried before a scan: ``ok``, or what is missing and the exact permission that would end it."""

    capability: str
    ok: bool
    detail: str
    permission: str | None = None
    hint: str = ""


@runtime_checkable
class Probing(Protocol):
    """A provider that can try, with a handful of cheap calls, what a scan would need. `keyrack doctor` asks it."""

    def probe(self, target: Target, ctx: Context) -> Iterator[Probe]:
        """One probe for each capability that takes a permission.

        Raises:
            KeyrackError: there is no way to sign in at all.
        """
        ...


@runtime_checkable
class Expanding(Protocol):
    """A provider whose target may stand for many sources: an organisation for its accounts.

    Each source is scanned, retried and resumed on its own, so one that fails never hides the others.
    """

    def expand(self, target: Target, ctx: Context) -> Iterator[Target | Gap]:
        """The targets it stands for, in a stable order; itself, when it is one source. Gaps belong to the first target.

        Raises:
            KeyrackError: there is no way to sign in at all.
        """
        ...
