"""`keyrack rules`: what is checked, and one rule's page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from keyrack.cli.lists import print_rows
from keyrack.cli.options import ConfigOption, ListFormat, Output, sink
from keyrack.errors import UsageError

if TYPE_CHECKING:
    from keyrack.rules import Rule


def rules(
    rule: Annotated[str | None, typer.Argument(help="Rule id; its page is shown.")] = None,
    *,
    config: ConfigOption = None,
    format: ListFormat = "table",
    output: Output = None,
) -> None:
    """List the rules in force, or show one: what it detects, why, remediation, blind spots, its SQL."""
    from keyrack.app.config import load
    from keyrack.app.evaluation import rules_in_force

    known = {r.id: r for r in rules_in_force(load(config))}
    if rule is None:
        rows = [
            {
                "id": r.id,
                "owasp": r.header.owasp,
                "severity": r.header.severity,
                "confidence": r.header.confidence,
                "title": r.header.title,
                "inputs": r.header.inputs,
                "frameworks": list(r.header.frameworks),
                "origin": r.origin,
            }
            for r in known.values()
        ]
        print_rows(rows, ("owasp", "severity", "id", "title"), format, output)
        return
    if rule not in known:
        raise UsageError("rules.unknown", f"no rule is called {rule!r}", hint="`keyrack rules` lists them")
    _page(known[rule], format, output)


def _page(rule: Rule, format: str, output: Output) -> None:
    import msgspec

    from keyrack.rules import OWASP

    header = rule.header
    facts = msgspec.to_builtins(header)
    with sink(output) as out:
        if format != "table":
            out.write(msgspec.json.encode({**facts, "sql": rule.sql, "origin": rule.origin}) + b"\n")
            return
        lines = [
            f"{header.id}: {header.title}",
            f"{header.owasp} {OWASP[header.owasp]}; {header.severity}, {header.confidence} confidence",
        ]
        for name in ("detects", "why", "remediation", "blind_spots", "false_positives"):
            lines += ["", name.replace("_", " ").capitalize(), str(facts[name]).strip()]
        out.write("\n".join([*lines, "", rule.sql, ""]).encode())


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="rules")(rules)
