"""The company's other systems: one module or package a system, found by walking this folder; adding one touches nothing else.

Each exports ``SYSTEM``, a :class:`System`: it plants a labelled part of the company into its own state, and serves that state
in the shape of the real thing.
"""

from __future__ import annotations

import contextlib
import pkgutil
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from keyrack_estate.world import World


@dataclass(frozen=True, slots=True)
class Served:
    """A system that answers: tables for ``[[sources]]`` of keyrack.toml, and variables a scan needs (fake credentials)."""

    sources: tuple[Mapping[str, str | bool], ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    calls: Any = None
    """Something with ``total()``: calls answered so far."""


class System(Protocol):
    """One system of the company. ``order`` sorts planting: what others refer to comes first (default 50)."""

    name: str
    order: int
    labels: Mapping[str, tuple[str, str]]
    """label -> (OWASP id, what it is); see :mod:`keyrack_estate.risks`."""

    def plant(self, world: World) -> Any:
        """Make its state and write its truth into ``world.truth``; the same seed and moment give the same state."""
        ...

    def bulk(self, size: int, seed: int, now: datetime) -> Any:
        """A state of about ``size`` identities without truth, for benchmarks; made fast, in bounded memory."""
        ...

    def serve(self, state: Any, folder: Path) -> AbstractContextManager[Served]:
        """Serve the state on loopback until the block ends; ``folder`` is for its files."""
        ...


@cache
def systems() -> tuple[System, ...]:
    """All systems, in planting order."""
    modules = (import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__))
    found: list[System] = [module.SYSTEM for module in modules if hasattr(module, "SYSTEM")]
    return tuple(sorted(found, key=lambda system: (system.order, system.name)))


def missing(system: System) -> str:
    """Why a system cannot be served on this machine (``missing()`` of it, if it has one); empty: it can."""
    return str(getattr(system, "missing", str)())


@contextlib.contextmanager
def served(world: World, folder: Path) -> Iterator[dict[str, Served]]:
    """Every planted system of a world, served until the block ends: name -> how to reach it."""
    with contextlib.ExitStack() as stack:
        found = {}
        for system in systems():
            if system.name in world.systems:
                place = folder / system.name
                place.mkdir(parents=True, exist_ok=True)
                found[system.name] = stack.enter_context(system.serve(world.systems[system.name], place))
        yield found


def together(reached: Mapping[str, Served]) -> Served:
    """Several served systems as one: all their sources and variables. Calls stay with each."""
    sources = tuple(source for one in reached.values() for source in one.sources)
    return Served(sources, {name: value for one in reached.values() for name, value in one.environment.items()})


@cache
def labels() -> Mapping[str, tuple[str, str]]:
    """Labels of all systems."""
    return {label: entry for system in systems() for label, entry in system.labels.items()}
