"""`--format table`: what a person reads first: totals, the top risks, findings by rule, blind spots."""

from __future__ import annotations

from collections import Counter
from typing import BinaryIO

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from keyrack.outputs.report import Report
from keyrack.outputs.text import clean
from keyrack.posture import Summary
from keyrack.records import SEVERITIES
from keyrack.sdk.spending import Spent, together

STYLES = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan", "info": "dim"}
MAX_ROWS = 40
MAX_SYSTEMS = 10


def write_table(report: Report, out: BinaryIO, *, width: int | None = None, color: bool = False) -> None:
    """Print the report for a terminal (``color``) or a file."""
    import io

    text = io.TextIOWrapper(out, "utf-8", write_through=True)
    console = Console(
        file=text, width=width or (None if color else 140), force_terminal=color, no_color=not color, highlight=False
    )
    _totals(console, report.summary)
    _risks(console, report.summary)
    _findings(console, report)
    _unseen(console, report)
    _gaps(console, report)
    _costs(console, report)
    text.detach()


def _totals(console: Console, summary: Summary) -> None:
    kinds = ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in summary.by_kind.items())
    ratio = f" ({summary.ratio} per human)" if summary.ratio is not None else ""
    console.print(f"[bold]{summary.identities} non-human identities[/]{ratio}: {kinds or 'none'}")
    console.print(
        f"{summary.credentials} credentials, {summary.usable_credentials} usable, {summary.without_expiry} without an expiry; "
        f"unrotated {_percent(summary.unrotated)}, unowned {_percent(summary.unowned)}, "
        f"over-privileged {_percent(summary.overprivileged)}"
    )
    shown = ", ".join(f"[{STYLES[s]}]{summary.findings[s]} {s}[/]" for s in reversed(SEVERITIES) if summary.findings.get(s))
    console.print(f"Findings: {shown or 'none'}" + (f" - {summary.excepted} excepted" if summary.excepted else ""))


def _percent(share: float | None) -> str:
    return "unknown" if share is None else f"{share:.0%}"


def _risks(console: Console, summary: Summary) -> None:
    if not summary.top:
        return
    table = Table("Score", "Identity or credential", "Findings", "Worst", title="Fix first", title_justify="left", box=None)
    for risk in summary.top:
        who = Text(clean(risk.subject), overflow="fold")
        if risk.name:
            who = Text.assemble((clean(risk.name), "bold"), "\n", (clean(risk.subject), "dim"), overflow="fold")
        table.add_row(f"{risk.score:.1f}", who, str(risk.findings), Text(risk.worst))
    console.print()
    console.print(table)


def _findings(console: Console, report: Report) -> None:
    rules: Counter[tuple[str, str, str, str]] = Counter()
    for row in report.open_findings():
        rules[row["severity"], row["owasp"], row["rule"], row["title"]] += 1
    if not rules:
        return
    table = Table("Severity", "OWASP", "Count", "Rule", "What", title="Findings by rule", title_justify="left", box=None)
    ordered = sorted(rules.items(), key=lambda item: (-SEVERITIES.index(item[0][0]), -item[1], item[0][2]))
    for (severity, owasp, rule, title), count in ordered:
        table.add_row(Text(severity, STYLES[severity]), owasp, str(count), rule, title)
    console.print()
    console.print(table)


def _unseen(console: Console, report: Report) -> None:
    if report.run.unseen:
        many = len(report.run.unseen)
        console.print(f"\n[bold red]{many} target{'s' * (many > 1)} not scanned at all[/]: nothing here is about what lies there")
    for one in report.run.unseen:
        fix = f" [dim]fix: {escape(clean(one.hint))}[/]" if one.hint else ""
        console.print(f"  {escape(clean(one.target))}: {escape(clean(one.detail))}{fix}")


def _gaps(console: Console, report: Report) -> None:
    if not report.summary.gaps:
        return
    console.print(f"\n[bold]{report.summary.gaps} blind spots[/] ({report.summary.incomplete} make this scan incomplete)")
    for index, ((reason, subject, fix), same) in enumerate(_folded(report).items()):
        if index == MAX_ROWS:
            console.print("  … `keyrack gaps` lists all")
            break
        detail = same[0][1] if len(same) == 1 else f"{len(same)} blind spots ({', '.join(name for name, _ in same)})"
        console.print(
            f"  {reason:<14} {escape(clean(subject))}: {escape(clean(detail))}"
            + (f" [dim]fix: {escape(clean(fix))}[/]" if fix else "")
        )


def _costs(console: Console, report: Report) -> None:
    """Calls by system; of a budget what is left and until when."""
    costs = report.run.costs
    if not costs:
        return
    spent = together(Spent(**{name: getattr(cost, name) for name in Spent.__struct_fields__}) for cost in costs)
    spent.sort(key=lambda one: (one.left is None, not one.waited, -one.calls))
    systems = "1 system" if len(spent) == 1 else f"{len(spent)} systems"
    console.print(f"\n[bold]{sum(one.calls for one in spent):,} calls[/] to {systems}")
    for one in spent[:MAX_SYSTEMS]:
        console.print(f"  {escape(clean(one.system))}: {_account(one)}")
    if len(spent) > MAX_SYSTEMS:
        console.print(f"  … {len(spent) - MAX_SYSTEMS} more")


def _account(one: Spent) -> str:
    words = [f"{one.calls:,} calls"]
    if one.left is not None:
        of = f" of {one.limit:,}" if one.limit is not None else ""
        until = f" until {one.resets:%H:%M} UTC" if one.resets is not None else ""
        words.append(f"{one.left:,}{of} left{until}")
    if one.waited:
        words.append(f"waited {one.waited:,.0f} s for the rate limit")
    return ", ".join(words)


def _folded(report: Report) -> dict[tuple[str, str, str], list[tuple[str, str]]]:
    """Capability and detail of the gaps, under what they share: twenty lines that one step closes are one line."""
    lines: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for row in report.rows("gaps"):
        key = (str(row["reason"]), str(row["subject"]), str(row["permission"] or row["hint"] or ""))
        lines.setdefault(key, []).append((str(row["capability"]), str(row["detail"])))
    return lines
