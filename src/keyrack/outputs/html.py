"""`--format html`: one self-contained file a manager can read: totals, the risk list, findings, blind spots, next steps."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import BinaryIO

from keyrack.outputs.report import Report, Row
from keyrack.outputs.text import clean
from keyrack.posture import Summary
from keyrack.records import SEVERITIES
from keyrack.rules import OWASP

PER_RULE = 50
"""Findings shown per rule, so that the file stays readable; the rest are counted and the command that lists them is named."""
MAX_GAPS = 200


@dataclass(slots=True)
class _Group:
    """Findings of one rule."""

    rule: str
    title: str
    owasp: str
    severity: str
    total: int = 0
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Hint:
    """One measured criterion on the way to level 2."""

    what: str
    measured: str
    target: str
    met: bool
    step: str


def write_html(report: Report, out: BinaryIO) -> None:
    """Render the report; no script, no network, a strict content policy, every outside string escaped."""
    from jinja2 import Environment, PackageLoader

    environment = Environment(loader=PackageLoader("keyrack.outputs"), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"clean": clean, "percent": _percent, "lines": _lines}
    groups = _groups(report)
    page = environment.get_template("report.html.j2").render(
        run=report.run,
        summary=report.summary,
        hints=_hints(report.summary, len(report.run.unseen)),
        severities=tuple(reversed(SEVERITIES)),
        owasp_names=OWASP,
        matrix=_matrix(groups),
        groups=groups,
        gaps=[gap for _, gap in zip(range(MAX_GAPS), report.rows("gaps"), strict=False)],
    )
    out.write(page.encode("utf-8", "backslashreplace"))


def _groups(report: Report) -> list[_Group]:
    groups: dict[tuple[str, str], _Group] = {}
    for row in report.open_findings():
        key = (row["rule"], row["severity"])
        group = groups.setdefault(key, _Group(row["rule"], row["title"], row["owasp"], row["severity"]))
        group.total += 1
        if len(group.rows) < PER_RULE:
            group.rows.append(row)
    return list(groups.values())


def _matrix(groups: list[_Group]) -> dict[str, dict[str, int]]:
    matrix: dict[str, dict[str, int]] = {owasp: defaultdict(int) for owasp in OWASP}
    for group in groups:
        matrix[group.owasp][group.severity] += group.total
    return matrix


def _hints(summary: Summary, unseen: int) -> list[_Hint]:
    """Level 2 of the maturity model: full inventory, rotation, ownership, least privilege under way."""
    urgent = summary.findings.get("critical", 0)
    return [
        _Hint(
            "Full inventory",
            f"{summary.incomplete} gaps" + (f", {unseen} targets not scanned" if unseen else ""),
            "0 gaps",
            summary.incomplete + unseen == 0,
            "close the blind spots below",
        ),
        _Hint("No critical exposure", f"{urgent} open", "0 open", urgent == 0, "this week: the list under “Fix first”"),
        _share("A named living owner each", summary.unowned, 0.1, "this month: tag or attest owners, most powerful first"),
        _share("Secrets rotated in time", summary.unrotated, 0.2, "this quarter: rotate, or replace by workload identity"),
        _share("Least privilege under way", summary.overprivileged, 0.1, "this quarter: cut the 50 most privileged first"),
    ]


def _share(what: str, measured: float | None, most: float, step: str) -> _Hint:
    return _Hint(what, f"{_percent(measured)} are not", f"at most {most:.0%}", measured is not None and measured <= most, step)


def _percent(share: float | None) -> str:
    return "unknown" if share is None else f"{share:.0%}"


def _lines(text: str) -> str:
    return "\n".join(clean(line) for line in text.split("\n"))
