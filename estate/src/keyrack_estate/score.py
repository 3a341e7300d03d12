"""Precision and recall per OWASP risk, by (risk, anchor): rule ids and the names of credentials play no part.

A planted entry is found when any finding of its risk is about it or mentions it. A finding is false when the most
specific thing it is about that the truth speaks of under this risk is a decoy, or when the truth says nothing: every
anchor of the estate is fully labelled. Debatable entries count neither way, and so do findings of severity ``info``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from keyrack_estate.names import anchor_token, levels
from keyrack_estate.report import FindingRow, Located, Report, Resolver
from keyrack_estate.risks import RISKS
from keyrack_estate.truth import Entry

HOST = "bastion-1"
"""Scope of the estate's one machine."""


@dataclass
class RiskScore:
    """Counts of one row: a risk (its OWASP id) or a provider.

    ``planted`` entries, ``found`` of them; ``hits`` and ``false`` findings.
    """

    owasp: str
    planted: int = 0
    found: int = 0
    hits: int = 0
    false: int = 0
    debatable: int = 0
    misses: list[Entry] = field(default_factory=list)
    false_findings: list[tuple[Located, str]] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """Share of counted findings that are true; 1 when there are none."""
        return self.hits / (self.hits + self.false) if self.hits + self.false else 1.0

    @property
    def recall(self) -> float:
        """Share of planted entries that were found; 1 when none is planted."""
        return self.found / self.planted if self.planted else 1.0


def score(entries: Iterable[Entry], reports: Iterable[Report]) -> dict[str, RiskScore]:
    """Scores of all ten risks, in their order."""
    return _count(entries, reports, list(RISKS), lambda entry: entry.owasp, lambda finding: finding.owasp)


def by_provider(entries: Iterable[Entry], reports: Iterable[Report]) -> dict[str, RiskScore]:
    """The same per provider: whose system a planted entry is in, and whose source a finding is about."""
    entries, reports = list(entries), list(reports)
    sources = {source_provider(finding) for report in reports for finding in report.findings}
    rows = sorted({entry_provider(entry) for entry in entries} | sources)
    return _count(entries, reports, rows, entry_provider, source_provider)


def entry_provider(entry: Entry) -> str:
    """Provider whose system an entry is about."""
    if entry.system:
        return entry.system
    if entry.anchor.arn or entry.anchor.public_id:
        return "aws" if entry.anchor.arn or str(entry.anchor.public_id).startswith(("AKIA", "ASIA")) else "machine"
    return "machine" if entry.anchor.scope == HOST else "repository"


def source_provider(finding: FindingRow) -> str:
    """Provider of the source a finding was raised about."""
    return (finding.source or "").partition(":")[0]


def _count(
    entries: Iterable[Entry],
    reports: Iterable[Report],
    rows: Sequence[str],
    row_of_entry: Callable[[Entry], str],
    row_of_finding: Callable[[FindingRow], str],
) -> dict[str, RiskScore]:
    scores = {row: RiskScore(row) for row in rows}
    index: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    planted: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        for anchor in (entry.anchor, *entry.also):
            index[entry.owasp, anchor_token(anchor)].append(entry)
        if entry.present:
            planted[row_of_entry(entry)].append(entry)
    found: set[int] = set()
    for located in (item for report in reports for item in Resolver(report).located()):
        owasp = located.finding.owasp
        if owasp in RISKS:
            found |= {id(entry) for token in located.mentions for entry in index.get((owasp, token), ()) if entry.present}
            _judge(scores[row_of_finding(located.finding)], located, index)
    for row, items in planted.items():
        scores[row].planted = len(items)
        scores[row].misses = [entry for entry in items if id(entry) not in found]
        scores[row].found = len(items) - len(scores[row].misses)
    return scores


def _judge(total: RiskScore, located: Located, index: dict[tuple[str, str], list[Entry]]) -> None:
    """Count one finding by the most specific level at which the truth speaks of its subject."""
    by_level: dict[int, list[Entry]] = defaultdict(list)
    for token in located.subject:
        by_level[levels(token)] += index.get((located.finding.owasp, token), [])
    spoken = [entries for _, entries in sorted(by_level.items()) if entries]
    if not spoken:
        total.false += 1
        total.false_findings.append((located, "nothing of this risk is planted there"))
    elif any(entry.present for entry in spoken[0]):
        total.hits += 1
    elif any(entry.present is None for entry in spoken[0]):
        total.debatable += 1
    else:
        total.false += 1
        total.false_findings.append((located, spoken[0][0].note))
