"""`keyrack show`: one identity or credential, whole."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from keyrack.cli.lists import text, titled
from keyrack.cli.options import AsOf, HomeOption, Output, checked_format, opened, sink

SECTIONS = {
    "credentials": ("uid", "kind", "status", "created_at", "expires_at", "last_used_at"),
    "placements": ("system", "exposure", "path", "line", "commit", "author"),
    "grants": ("effect", "privilege", "actions", "resources", "policy"),
    "trusts": ("subject", "mechanism", "subs", "audiences"),
    "may_become": ("identity_uid", "mechanism"),
    "way_to_admin": ("hops", "route"),
    "blast_radius": ("identities", "resources", "crown"),
    "usage": ("grade", "source", "used_at", "since", "service"),
    "owners": ("owner", "standing", "weight", "evidence", "detail"),
    "findings": ("severity", "rule", "title", "status"),
    "merges": ("kind", "uid", "other", "because"),
}


def show(
    uid: Annotated[str, typer.Argument(help="Uid, or a part of it that only one thing has.")],
    *,
    format: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
    output: Output = None,
    home: HomeOption = None,
    as_of: AsOf = None,
) -> None:
    """Show an identity or credential: owner and evidence, credentials, placements, grants, trusts, use, findings, score."""
    import msgspec

    from keyrack.app.explain import explain

    checked_format(format, ("table", "json"))
    _, report = opened(home, as_of)
    story = explain(report, uid)
    with sink(output) as out:
        out.write(msgspec.json.encode(story) + b"\n" if format == "json" else _page(story))


def _page(story: dict[str, Any]) -> bytes:
    from rich.console import Console
    from rich.text import Text

    from keyrack.outputs.text import clean

    terminal = sys.stdout.isatty()
    console = Console(width=None if terminal else 160, force_terminal=terminal, highlight=False)
    with console.capture() as captured:
        console.print(Text(clean(story["uid"]), "bold"))
        for name, value in (story["identity"] or {}).items():
            if value not in (None, [], {}, ""):
                console.print(Text(f"  {name}: {clean(text(value))}"))
        for section, columns in SECTIONS.items():
            if rows := story[section]:
                console.print(titled(section.replace("_", " "), rows, columns))
        for row in story["findings"]:
            console.print(Text(f"\n{row['severity']}: {row['title']} [{row['id']}]", "bold"))
            fix = "\n       ".join(map(clean, row["remediation"].splitlines()))
            console.print(Text(f"  evidence: {clean(text(row['evidence']))}\n  fix: {fix}"))
        console.print(Text(_score(story)))
    return captured.get().encode("utf-8", "replace")


def _score(story: dict[str, Any]) -> str:
    risk = story["score"]
    if risk is None:
        return "\nrisk score: 0 (no open finding counts)"
    terms = "\n".join(
        f"  (1 - {term['weight']:.2f}) ^ {risk['impact']:.1f}  {term['severity']}, {term['confidence']} confidence: "
        + term["title"]
        for term in story["terms"]
    )
    privilege = f"privilege {risk['privilege']}" if risk["privilege"] else None
    because = ", ".join(filter(None, [privilege, risk["environment"]])) or "base"
    return f"\nrisk score: {risk['score']} = 100 x (1 - product of)\n{terms}\n  impact {risk['impact']:.1f}: {because}"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="show")(show)
