"""A report: one run's records, findings and gaps, read row by row from the store so that size is no matter."""

from __future__ import annotations

import typing
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from keyrack.outputs.views import CredentialRow, GrantRow, IdentityRow, MergeRow, OwnerRow, Run
from keyrack.posture import Summary
from keyrack.records import Finding, Gap, Placement, Trust

if TYPE_CHECKING:
    import duckdb

Row = dict[str, typing.Any]
"""One row as plain values: text, numbers, booleans, aware datetimes, lists and string maps."""

SEVERITY_RANK = "CASE severity WHEN 'critical' THEN 5 WHEN 'high' THEN 4 WHEN 'medium' THEN 3 WHEN 'low' THEN 2 ELSE 1 END"
_PICKED = "($all OR list_has_any(sources, $sources))"
_RAW = "($all OR list_contains($sources, CAST(source_id AS VARCHAR)))"
_COUNTED = "(SELECT credential_uid, count(*) AS places FROM placements GROUP BY credential_uid)"

TABLES: dict[str, tuple[type[msgspec.Struct], str]] = {
    "identities": (
        IdentityRow,
        f"""SELECT i.*, p.privilege, r.score FROM identities i
        LEFT JOIN privileges p ON p.identity_uid = i.uid LEFT JOIN risks r ON r.subject = i.uid
        WHERE {_PICKED} ORDER BY r.score DESC NULLS LAST, i.uid""",
    ),
    "credentials": (
        CredentialRow,
        f"""SELECT c.*, coalesce(n.places, 0) AS placements FROM credentials c LEFT JOIN {_COUNTED} n ON n.credential_uid = c.uid
        WHERE {_PICKED} ORDER BY c.uid""",
    ),
    "placements": (Placement, f"SELECT * FROM placements WHERE {_RAW} ORDER BY scope, path, line, uid"),
    "grants": (GrantRow, f"SELECT * FROM grants WHERE {_RAW} ORDER BY identity_uid, uid"),
    "trusts": (Trust, f"SELECT * FROM trusts WHERE {_RAW} ORDER BY identity_uid, uid"),
    "owners": (
        OwnerRow,
        f"""SELECT uid AS identity, owner, owner_status AS status, owner_confidence AS confidence, owner_evidence AS evidence,
        departed_owner AS departed FROM identities WHERE nhi AND {_PICKED} ORDER BY uid""",
    ),
    "merges": (MergeRow, "SELECT * FROM merges ORDER BY kind, uid, other"),
    "findings": (
        Finding,
        f"""SELECT * FROM findings WHERE {_PICKED} AND ($min = 0 OR {SEVERITY_RANK} >= $min)
        ORDER BY {SEVERITY_RANK} DESC, rule, identity, id""",
    ),
    "gaps": (Gap, f"SELECT * FROM gaps WHERE {_RAW} ORDER BY capability, subject, uid"),
}
"""Report section -> row type and query."""


@dataclass(frozen=True, slots=True)
class Report:
    """What an output format gets. ``sources`` limits it to some sources; ``None`` is everything in force."""

    connection: duckdb.DuckDBPyConnection
    run: Run
    summary: Summary
    sources: Sequence[str] | None = None
    minimum: int = 0

    def rows(self, section: str, extra: str = "") -> Iterator[Row]:
        """Rows of one section, as dictionaries of exactly the row type's fields, in a stable order."""
        kind, query = TABLES[section]
        names = ", ".join(f'"{field.name}"' for field in msgspec.structs.fields(kind))
        scope: dict[str, object] = {"all": self.sources is None, "sources": list(self.sources or []), "min": self.minimum}
        used = {name: value for name, value in scope.items() if f"${name}" in query}
        cursor = self.connection.cursor()
        cursor.execute(f"SELECT {names} FROM ({query}) {extra}", used)
        columns = [column[0] for column in cursor.description or []]
        while batch := cursor.fetchmany(2000):
            for values in batch:
                yield dict(zip(columns, values, strict=True))

    def open_findings(self) -> Iterator[Row]:
        """Findings that are neither resolved nor excepted."""
        return (row for row in self.rows("findings") if row["status"] == "open")
