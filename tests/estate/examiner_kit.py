"""Cases of the independent examiner: what a state of a system should and should not lead to, and how a scan answers them.

The cases were written from FIELD notes, vendors' documentation and experience, by somebody who had read neither the rules they judge
nor the estate of the same systems; see docs/held-out-accuracy.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from keyrack.app import state
from keyrack.app.config import load
from keyrack.app.home import Home
from keyrack.app.scan import ScanRequest, scan
from keyrack.sdk import Target

PEOPLE = """email,name,status,ended_at,manager,team
anna.berg@nordholm.example,Anna Berg,active,,,payments
bo.dahl@nordholm.example,Bo Dahl,active,,anna.berg@nordholm.example,platform
olof.ek@nordholm.example,Olof Ek,gone,2026-05-31,anna.berg@nordholm.example,payments
"""
ANNA, BO, OLOF = (f"{name}@nordholm.example" for name in ("anna.berg", "bo.dahl", "olof.ek"))


@dataclass(frozen=True, slots=True)
class Case:
    """One expectation.

    Attributes:
        risks: OWASP ids, as ``NHI5``; of a wrong one any of them will do, of a right one none of them may be reported.
        wrong: something is wrong, and has to be reported.
        subject: uid of an identity or credential; after ``~`` a text that any part of the finding may hold.
    """

    id: str
    risks: tuple[str, ...]
    wrong: bool
    subject: str
    why: str
    source: str


def bad(name: str, risks: str, subject: str, why: str, source: str) -> Case:
    """Something is wrong here."""
    return Case(name, tuple(risks.split()), True, subject, why, source)


def fine(name: str, risks: str, subject: str, why: str, source: str) -> Case:
    """Looks wrong, and is right."""
    return Case(name, tuple(risks.split()), False, subject, why, source)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a scan says about a case: the rules that spoke, and whether that was right."""

    case: Case
    rules: tuple[str, ...]

    @property
    def agreed(self) -> bool:
        """The scan says what the case expects."""
        return bool(self.rules) is self.case.wrong


@dataclass(frozen=True, slots=True)
class Seen:
    """A scan's open findings (more than information), and whose each credential is."""

    findings: Sequence[Mapping[str, object]]
    holders: Mapping[str, str]

    def about(self, subject: str) -> list[Mapping[str, object]]:
        """Findings about a subject; those of an identity's credentials are about the identity too."""
        if subject.startswith("~"):
            return [row for row in self.findings if subject[1:] in json.dumps(row, default=str)]
        found = [row for row in self.findings if subject in (row["identity"], row["credential"])]
        return found + [
            row for row in self.findings
            if row not in found and self.holders.get(str(row["credential"])) == subject and row["identity"] is None
        ]  # fmt: skip

    def answers(self, cases: Iterable[Case]) -> list[Answer]:
        """Each case with the rules that spoke of it under its risks."""
        return [Answer(case, self._rules(case)) for case in cases]

    def _rules(self, case: Case) -> tuple[str, ...]:
        rows = self.about(case.subject)
        return tuple(sorted({str(row["rule"]) for row in rows if str(row["owasp"]).partition(":")[0] in case.risks}))


def examine(folder: Path, target: Target, now: datetime, extra: str = "") -> Seen:
    """Scan one target at a moment, as `keyrack scan` does, with Nordholm's people; ``extra`` are more lines of keyrack.toml."""
    (folder / "people.csv").write_text(PEOPLE)
    (folder / "keyrack.toml").write_text(f'[people]\nfile = "people.csv"\n{extra}')
    home = Home(folder / "home")
    result = scan(home, load(folder / "keyrack.toml"), ScanRequest(targets=[target], now=now))
    if result.failed or result.interrupted:
        raise RuntimeError(f"not scanned whole: {result}")
    report = state.report(home, result.commit, now=now)
    findings = [row for row in report.open_findings() if row["severity"] != "info"]
    holders = {str(row["uid"]): str(row["identity_uid"]) for row in report.rows("credentials") if row["identity_uid"]}
    return Seen(findings, holders)


def disagreements(answers: Iterable[Answer]) -> set[str]:
    """Cases that the scan answers otherwise."""
    return {answer.case.id for answer in answers if not answer.agreed}
