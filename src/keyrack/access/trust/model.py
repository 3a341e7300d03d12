"""The words of trust fuzzing: a probe, what a trust pins, what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Level = Literal["meant", "stranger", "recycled", "party", "neighbour", "same"]
"""Who holds a probe's token.

``meant``: whom the trust was written for. ``stranger``: anybody. ``recycled``: who takes a name over that its owner gave up.
``party``: another customer of the same vendor or service, another account, a relying party that was handed the token.
``neighbour``: another project, namespace or role of the same owner. ``same``: the same project, on another branch, tag,
environment or pull request.
"""

BREACHES: frozenset[Level] = frozenset({"stranger", "recycled", "party"})
"""Levels outside the owner's organisation: none of them may get in."""

Claims = Mapping[str, Any]
"""Claims of a JSON Web Token (RFC 7519 section 4): text, numbers, lists, objects."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One synthetic caller: a token (``claims``), or on AWS a ``principal`` with its request ``context``."""

    name: str
    level: Level
    how: str
    """How somebody comes to hold it, as a sentence fragment."""
    claims: Claims = field(default_factory=dict, hash=False)
    principal: str | None = None
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)

    @property
    def issuer(self) -> str:
        """``iss`` without scheme and trailing slash, as AWS names identity providers."""
        return bare(str(self.claims.get("iss", "")))


@dataclass(frozen=True, slots=True)
class Pins:
    """What a trust says of the tokens it wants: patterns with ``*`` and ``?``, audiences, other claims. Empty: nothing said."""

    issuer: str
    subs: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    claims: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hints:
    """What the rest of the inventory knows: own GitHub or GitLab projects (``owner/name``), own accounts and organisation."""

    projects: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    organisation: str = ""
    audiences: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Issuer without scheme -> client ids of the AWS identity provider; an issuer that is missing is not known."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a platform lets a probe in, and by what: statement, binding, condition; ``assumed``: what was not known."""

    admitted: bool
    because: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One small change of a trust: what it does, and the trust after it."""

    what: str
    trust: Trusting


class Trusting(Protocol):
    """A trust of one platform."""

    @property
    def platform(self) -> str:
        """aws, azure, gcp or openbao."""

    @property
    def writable(self) -> bool:
        """Whether the platform would take it today."""

    def probes(self) -> tuple[Probe, ...]:
        """Probes for this trust: whom it means, and everybody who should stay out."""

    def admits(self, probe: Probe) -> Answer:
        """As the platform decides."""

    def why(self, probe: Probe) -> str:
        """Which condition is missing or loose, given that the probe gets in."""

    def changes(self, meant: tuple[Probe, ...]) -> tuple[Change, ...]:
        """Small changes that may keep strangers out, the smallest first."""

    def document(self) -> Any:
        """The trust as its platform writes it, for JSON."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A probe that gets in."""

    probe: Probe
    why: str
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fix:
    """The smallest change found, and its own fuzzing: nobody ``left`` is best. ``fill_in``: names the trust does not tell."""

    changes: tuple[str, ...]
    document: Any
    left: tuple[Entry, ...]
    meant_admitted: bool
    fill_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one trust. ``refused``: tokens it means and does not let in."""

    platform: str
    meant: tuple[Probe, ...]
    entered: tuple[Entry, ...]
    refused: tuple[Probe, ...]
    probes: int
    fix: Fix | None = None

    @property
    def breached(self) -> tuple[Entry, ...]:
        """Entries from outside the owner's organisation."""
        return tuple(entry for entry in self.entered if entry.probe.level in BREACHES)


def bare(issuer: str) -> str:
    """An issuer URL without scheme and trailing slash."""
    return issuer.removeprefix("https://").removesuffix("/")


def unique(probes: Iterable[Probe]) -> tuple[Probe, ...]:
    """Probes without repeats of the same token or caller, in order."""
    seen: dict[tuple[object, ...], Probe] = {}
    for probe in probes:
        claims = tuple(sorted((name, str(value)) for name, value in probe.claims.items()))
        context = tuple(sorted(probe.context.items()))
        seen.setdefault((claims, probe.principal, context), probe)
    return tuple(seen.values())
