"""`keyrack inventory`: every identity or credential known."""

from __future__ import annotations

from typing import Annotated

import typer

from keyrack.cli.lists import print_rows
from keyrack.cli.options import AsOf, HomeOption, ListFormat, Output, opened
from keyrack.errors import UsageError

COLUMNS = {
    "identities": ("score", "uid", "kind", "type", "status", "owner", "owner_status", "environment", "last_used_at"),
    "credentials": ("uid", "kind", "issuer", "identity_uid", "status", "created_at", "expires_at", "last_used_at", "placements"),
    "placements": ("credential_uid", "system", "exposure", "scope", "path", "line", "environment"),
    "grants": ("identity_uid", "effect", "privilege", "actions", "resources", "via", "policy"),
    "trusts": ("identity_uid", "subject", "subject_kind", "mechanism", "issuer", "subs"),
    "owners": ("identity", "owner", "status", "confidence", "evidence", "departed"),
}


def inventory(
    table: Annotated[str, typer.Argument(help=", ".join(COLUMNS))] = "identities",
    *,
    kind: Annotated[str | None, typer.Option("--kind", help="Only this kind.")] = None,
    format: ListFormat = "table",
    output: Output = None,
    home: HomeOption = None,
    as_of: AsOf = None,
) -> None:
    """List what is known: identities by risk, or their credentials, placements, grants, trusts and owners."""
    if table not in COLUMNS:
        raise UsageError("inventory.table", f"{table!r} is no list", hint=f"one of {', '.join(COLUMNS)}")
    _, report = opened(home, as_of)
    rows = (row for row in report.rows(table) if kind is None or row.get("kind") == kind)
    print_rows(rows, COLUMNS[table], format, output)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="inventory")(inventory)
