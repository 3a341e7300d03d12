"""Granted against used as people ask for it: the most privileged first, and one identity in detail."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

from keyrack.lake.engines.duckdb import dicts

if TYPE_CHECKING:
    import duckdb

Row = dict[str, Any]

WHY: dict[str, tuple[str, str]] = {
    "no log": ("no log is known for this permission language", "compare by hand"),
    "not ingested": ("no log of its account was ingested", "`keyrack usage ingest` that account's log would settle it"),
    "never logged": ("the log has no event of its own for it", "the calls that need it would settle it"),
    "not compared": ("this permission language is compared by name only", "the system's own log would settle it"),
    "starts late": ("the log of its account starts within the window", "older log files, or a shorter --days, would settle it"),
    "ends early": ("the log of its account ends before the window does", "newer log files would settle it"),
    "regions missing": ("no log file of some regions of its account was read", "the log of those regions would settle it"),
    "days missing": ("days without any event in a busy account's log", "the log files of those days would settle it"),
    "optional": ("the log has such calls only where data events are switched on", "data events would settle it (--data-events)"),
    "no reads": ("the account's log never shows a read", "a trail that keeps read events would settle it"),
    "contradicted": (
        "the provider reports a use of the service that the log does not show",
        "refused attempts count in that report; the missing log would settle it",
    ),
}
"""Why an action that was not seen may have been used all the same, and what would settle it."""


def ranked(connection: duckdb.DuckDBPyConnection, limit: int, *, people: bool = False) -> list[Row]:
    """The most privileged identities with their counts (rows of ``sql/ranking.sql``); people only when asked for."""
    kinds = "TRUE" if people else "s.kind <> 'human'"
    return dicts(connection, _script("ranking").replace("{kinds}", kinds), {"limit": limit})


def services(connection: duckdb.DuckDBPyConnection, uid: str) -> list[Row]:
    """An identity's granted, used, unused and unknown actions by service."""
    return dicts(
        connection,
        """
        SELECT language, service, sum(granted)::BIGINT AS granted, sum(used)::BIGINT AS used,
          coalesce(sum(rest) FILTER (unseen = 'unused'), 0)::BIGINT AS unused,
          coalesce(sum(rest) FILTER (unseen = 'unknown'), 0)::BIGINT AS unknown,
          sum(times)::BIGINT AS times, sum(denied)::BIGINT AS denied, max(last_at) AS last_at,
          max(reported_at) AS reported_at, max(reported_source) AS reported_by
        FROM evidence_verdicts WHERE identity_uid = $uid GROUP BY language, service ORDER BY language, service
        """,
        {"uid": uid},
    )


def actions(connection: duckdb.DuckDBPyConnection, uid: str) -> list[Row]:
    """Every action an identity is granted or used: verdict, grade, source, why it is unknown and what would settle it."""
    found = dicts(connection, _script("detail"), {"uid": uid})
    for row in found:
        hidden = row.pop("hidden")
        row["why"], row["settles"] = WHY[hidden] if hidden else (None, None)
    return found


def places(connection: duckdb.DuckDBPyConnection, uid: str) -> list[Row]:
    """Every resource pattern an identity is granted, and whether a call of the actions beside it went there."""
    return dicts(connection, _script("places"), {"uid": uid})


def blind_slices(connection: duckdb.DuckDBPyConnection) -> dict[str, list[Row]]:
    """Per identity under rehearsal, what it is granted whose use the log would not have shown, with the actions in it."""
    found = dicts(
        connection,
        """
        SELECT v.identity_uid, v.service, coalesce(v.hidden, 'contradicted') AS hidden, list_sort(list(a.action)) AS actions
        FROM evidence_verdicts v
        JOIN evidence_profiles p ON p.identity_uid = v.identity_uid AND p.language = v.language
        JOIN evidence_granted g ON g.profile = p.profile
        JOIN evidence_actions a
          ON a.code = g.code AND a.service = v.service AND a.event_class = v.event_class AND a.reads = v.reads
        WHERE v.unseen = 'unknown' AND v.rest > 0
          AND coalesce(v.hidden, 'contradicted') IN ('never logged', 'optional', 'no reads', 'contradicted')
          AND v.identity_uid IN (SELECT uid FROM rehearsal_subjects)
        GROUP BY ALL ORDER BY ALL
        """,
        {},
    )
    slices: dict[str, list[Row]] = {}
    for row in found:
        slices.setdefault(row["identity_uid"], []).append(row)
    return slices


def account_gaps(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, ...]]:
    """Per account (scope) with an ingested log, sentences about what of the window its logs do not cover; none: all of it."""
    found = dicts(
        connection,
        "SELECT * FROM evidence_coverage WHERE scope IS NOT NULL ORDER BY scope, source",
        {},
    )
    gaps: dict[str, list[str]] = {}
    for row in found:
        sentences = gaps.setdefault(row["scope"], [])
        if not row["from_start"]:
            sentences.append(f"the log of {row['scope']} starts only on {row['first_at']:%Y-%m-%d}.")
        if not row["to_end"]:
            sentences.append(f"the log of {row['scope']} ends on {row['last_at']:%Y-%m-%d}, before the window does.")
        if row["missing_regions"]:
            sentences.append(f"no log file of {', '.join(row['missing_regions'])} in {row['scope']} was read.")
        if row["busy"] and row["empty_days"]:
            sentences.append(f"{row['empty_days']} days of the log of {row['scope']} are empty: files are missing.")
    return {scope: tuple(sentences) for scope, sentences in gaps.items()}


def _script(name: str) -> str:
    return files("keyrack.evidence").joinpath("sql", f"{name}.sql").read_text("utf-8")
