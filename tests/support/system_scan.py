"""A system of the made-up company served, alone or with others, scanned through the `keyrack` command, and scored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from estate_scan import keyrack

from keyrack_estate import build, report
from keyrack_estate.score import RiskScore, score
from keyrack_estate.systems import Served, served, together
from keyrack_estate.truth import Entry
from keyrack_estate.world import World

NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
"""Served systems tell the time by the real clock, so the company is of this hour."""
PEOPLE = ("[people]", 'file = "people.csv"', "[vendors]", 'file = "vendors.csv"')


@dataclass(frozen=True)
class SystemScan:
    """A company with the system, maybe with others, and what a scan of these wrote (AWS, host and repositories are not scanned).

    ``calls``: answered by the system; 0 where it does not count them.
    """

    name: str
    world: World
    folder: Path
    stderr: str
    calls: int

    def entries(self) -> list[Entry]:
        """The system's own truth."""
        return [entry for entry in self.world.truth.entries() if entry.system == self.name]

    def scores(self, entries: list[Entry] | None = None) -> dict[str, RiskScore]:
        """By risk, against its own truth or other entries."""
        return score(self.entries() if entries is None else entries, report.read(self.folder / "report.json"))

    def leaks(self, values: list[str]) -> list[str]:
        """Those of some secret values that anything the scan wrote holds (the system's own files are not the scan's)."""
        own = self.folder / "systems"
        kept = [path for path in self.folder.rglob("*") if path.is_file() and own not in path.parents]
        written = [path.read_bytes() for path in kept] + [self.stderr.encode()]
        return [value for value in values if any(value.encode() in content for content in written)]


def scan_system(name: str, folder: Path, *others: str, **environment: str) -> SystemScan:
    """Build the company with the system and ``others``, serve and scan them; ``environment`` beside what they need."""
    world = build.make(7, NOW, others=[name, *others])
    (folder / "people.csv").write_text(world.company.people_csv())
    (folder / "vendors.csv").write_text(world.company.vendors_csv())
    with served(world, folder / "systems") as reached:
        stderr = scan_served(together(reached), folder, *PEOPLE, **environment)
        calls = reached[name].calls.total() if reached[name].calls is not None else 0
    return SystemScan(name, world, folder, stderr, calls)


def scan_served(system: Served, folder: Path, *lines: str, **environment: str) -> str:
    """Scan what is served into ``folder/report.json``, with more lines of configuration; returns what it said on stderr."""
    (folder / "keyrack.toml").write_text("\n".join([*build.source_tables(system.sources), *lines]))
    words = ("scan", "--config", str(folder / "keyrack.toml"), "--format", "json", "-o", str(folder / "report.json"))
    done = keyrack(folder / "home", *words, **{**system.environment, **environment})
    assert done.returncode == 0, done.stderr
    return done.stderr


def disagreements(scores: dict[str, RiskScore]) -> list[str]:
    """Every miss and false finding, a sentence each."""
    missed = [f"missed {e.owasp} {e.label} {e.anchor}" for s in scores.values() for e in s.misses]
    false = [
        f"false {i.finding.owasp} {i.finding.rule} {i.finding.identity} {i.finding.credential} {i.finding.path}: {why}"
        for s in scores.values()
        for i, why in s.false_findings
    ]
    return missed + false
