"""`keyrack hook`: block a commit that adds a secret."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keyrack.cli.options import checked_format
from keyrack.errors import UsageError
from keyrack.records.finding import SEVERITIES, Severity

if TYPE_CHECKING:
    from keyrack.app.staged import Verdict


def hook(
    *,
    range: Annotated[
        str | None, typer.Option("--range", metavar="A..B", help="Look at the commits of a pull request, not at the index.")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option("--baseline", help="Baseline file; default: .keyrack-baseline.json at the top.")
    ] = None,
    update_baseline: Annotated[
        bool, typer.Option("--update-baseline", help="Tolerate every secret in the index from now on, and write the baseline.")
    ] = False,
    fail_on: Annotated[str, typer.Option("--fail-on", help="Block from this severity on; lower ones are shown.")] = "high",
    format: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
    from_ref: Annotated[str | None, typer.Option(envvar="PRE_COMMIT_FROM_REF", hidden=True)] = None,
    to_ref: Annotated[str | None, typer.Option(envvar="PRE_COMMIT_TO_REF", hidden=True)] = None,
) -> None:
    """Block a commit that adds a secret: exit 14 (high) or 15 (critical) when the staged content holds a new one.

    Nothing is stored and nothing leaves this machine. A comment `keyrack:allow <reason>` on the line lets it pass.
    """
    from keyrack.app import staged

    checked_format(format, ("table", "json"))
    threshold = next((severity for severity in SEVERITIES if severity == fail_on), None)
    if threshold is None:
        raise UsageError("severity.unknown", f"{fail_on!r} is no severity", hint=f"one of {', '.join(SEVERITIES)}")
    if update_baseline:
        path, count = staged.update_baseline(Path.cwd(), baseline)
        sys.stderr.write(f"keyrack: {path} tolerates {count} secret{'s' * (count != 1)}; review and commit it\n")
        return
    span = range or (f"{from_ref}..{to_ref}" if from_ref and to_ref else None)
    verdict = staged.check_range(Path.cwd(), span, baseline) if span else staged.check_staged(Path.cwd(), baseline)
    _json(verdict, threshold) if format == "json" else _table(verdict)
    worst = verdict.worst(threshold)
    raise typer.Exit(11 + SEVERITIES.index(worst) if worst else 0)


def _json(verdict: Verdict, threshold: Severity) -> None:
    import dataclasses
    import json

    document = {
        "blocked": verdict.worst(threshold) is not None,
        "files": verdict.files,
        "allowed": verdict.allowed,
        "accepted": verdict.accepted,
        "leaks": [dataclasses.asdict(leak) for leak in verdict.leaks],
        "skipped": [{"path": path, "reason": reason} for path, reason in verdict.skipped],
    }
    sys.stdout.write(json.dumps(document, indent=2) + "\n")


def _table(verdict: Verdict) -> None:
    from keyrack.app.staged import advice
    from keyrack.outputs.text import clean

    for leak in verdict.leaks:
        place = f"{leak.path}:{leak.line}" if leak.line else leak.path
        commit = f" in {leak.commit[:12]}" if leak.commit else ""
        note = f" ({leak.note})" if leak.note else ""
        sys.stdout.write(clean(f"{leak.severity:8} {place}{commit}: {leak.issuer} {leak.kind}, {leak.name}{note}") + "\n")
    for path, reason in verdict.skipped:
        sys.stderr.write(clean(f"keyrack: not looked at: {path}: {reason}") + "\n")
    if verdict.leaks:
        sys.stderr.write(f"\n{advice(verdict.leaks)}\n")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="hook")(hook)
