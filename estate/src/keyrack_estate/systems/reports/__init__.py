"""Reports of other tools at Nordholm: scanners over its repositories, chats and images, Prowler, and a SaaS nobody else reads."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from keyrack_estate.systems import Served
from keyrack_estate.systems.reports import checks, saas, scanners
from keyrack_estate.systems.reports.labels import LABELS
from keyrack_estate.world import World


@dataclass
class State:
    """Report files by name, and when they were made."""

    files: dict[str, str] = field(repr=False)
    made: datetime


@dataclass(frozen=True)
class System:
    """The system; stateless. It comes last, since it tells of what the others planted."""

    name: str = "reports"
    order: int = 90
    labels: Mapping[str, tuple[str, str]] = field(default_factory=lambda: LABELS)

    def plant(self, world: World) -> State:
        """Make the reports, and write the truth of what only they tell."""
        files = {**scanners.plant(world), **checks.plant(world), **saas.plant(world)}
        return State(files, world.days_ago(1))

    def bulk(self, size: int, seed: int, now: datetime) -> State:
        """One export of ``size`` accounts."""
        del seed
        return State({f"{saas.SYSTEM}-accounts.csv": saas.bulk(size)}, now)

    @contextlib.contextmanager
    def serve(self, state: State, folder: Path) -> Iterator[Served]:
        """Write the files into ``folder``; nothing runs."""
        reports = folder / "reports"
        reports.mkdir(parents=True, exist_ok=True)
        for name, text in state.files.items():
            (reports / name).write_text(text)
            (reports / name).chmod(0o600)
            os.utime(reports / name, (state.made.timestamp(), state.made.timestamp()))
        (folder / "mapping.toml").write_text(saas.MAPPING)
        yield Served(({"target": "reports", "path": str(reports), "mapping": str(folder / "mapping.toml"), "label": "nordholm"},))


SYSTEM = System()
