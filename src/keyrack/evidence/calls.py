"""What a rehearsal replays: the distinct calls of some identities or of one credential, and who stands behind them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

Row = tuple[str, str, str, tuple[tuple[str, str], ...], int, int, datetime, datetime]
"""identity, action, resource (empty: unnamed), context, times, days, first, last."""

DERIVED: Mapping[str, str] = {
    "aws:currenttime": "strftime(\"at\", '%Y-%m-%dT%H:00:00Z')",
    "aws:requestedregion": "region",
    "aws:sourceip": "CASE WHEN source_ip IS NOT NULL AND NOT regexp_matches(source_ip, '[g-zG-Z]') THEN source_ip END",
    "aws:useragent": "user_agent",
    "aws:viaawsservice": "CASE WHEN source_ip IS NOT NULL THEN (source_ip LIKE '%.amazonaws.com')::VARCHAR END",
}
"""Condition keys that every event answers, unless its own context does. Moments are told to the hour. A service that calls on
somebody's behalf stands where the address would ("sourceIPAddress", CloudTrail record contents)."""


@dataclass(frozen=True, slots=True)
class Sample:
    """How much of an identity was seen in the window.

    ``once``: actions seen on one day only; ``action_days``: days of use, added up over its actions. Their quotient estimates
    how likely its next day of use brings an action that was never seen (Good and Turing's estimate of the unseen).
    """

    times: int = 0
    days: int = 0
    once: int = 0
    action_days: int = 0
    kinds: int = 0
    """Calls that differ in action, resource or relevant context."""

    @property
    def unseen(self) -> float:
        """Chance that the next use is of an action not seen yet; 1 when nothing was seen."""
        return self.once / self.action_days if self.action_days else 1.0


@dataclass(frozen=True, slots=True)
class Consumer:
    """One program, from one place, with one credential, behind calls of an identity."""

    identity: str
    user_agent: str | None
    network: str | None
    caller: str | None
    credential: str | None
    times: int
    first_at: datetime
    last_at: datetime
    sessions: int
    session: str | None


def gather(
    connection: duckdb.DuckDBPyConnection,
    identities: Sequence[str] | None,
    keys: Iterable[str],
    *,
    credential: str | None = None,
    every: bool = False,
) -> None:
    """Create ``rehearsal_calls`` from ``events`` within the window set before.

    Args:
        connection: with the evidence variables set.
        identities: whose calls; ``None``: everybody's.
        keys: condition keys (lower case) that some policy asks for.
        credential: only calls made with this credential.
        every: take calls that need no permission too, or whose permission is not known, under the name of their API.
    """
    actions = "CASE WHEN len(actions) = 0 THEN [api] ELSE actions END" if every else "actions"
    chosen = choose(connection, identities, credential)
    script = files("keyrack.evidence").joinpath("sql", "calls.sql").read_text("utf-8")
    connection.execute(script.replace("{context}", _context(keys)).replace("{chosen}", chosen).replace("{actions}", actions))


def unmapped(connection: duckdb.DuckDBPyConnection, apis: Iterable[str], chosen: str) -> dict[str, tuple[int, str]]:
    """By identity, how many of its calls in the window are of APIs whose permission is not known, and one of these.

    Args:
        connection: as in :func:`gather`.
        apis: calls that the log's reader could not map.
        chosen: the test that :func:`choose` gave.
    """
    import pyarrow as pa

    connection.register("_apis", pa.table({"api": pa.array(sorted(set(apis)), pa.string())}))
    found = connection.execute(
        "SELECT identity_uid, count(*), min(api) FROM events WHERE len(actions) = 0 AND outcome <> 'denied' "
        "AND \"at\" >= getvariable('evidence_since') AND \"at\" < getvariable('evidence_until') "
        f"AND api IN (SELECT api FROM _apis) AND {chosen} GROUP BY identity_uid"
    ).fetchall()
    connection.unregister("_apis")
    return {who: (count, api) for who, count, api in found}


def choose(connection: duckdb.DuckDBPyConnection, identities: Sequence[str] | None, credential: str | None) -> str:
    """The SQL test on an event, by the tables and variables it reads."""
    import pyarrow as pa

    tests = ["identity_uid IS NOT NULL"]
    if identities is not None:
        connection.register("_chosen", pa.table({"uid": pa.array(sorted(set(identities)), pa.string())}))
        connection.execute("CREATE OR REPLACE TABLE rehearsal_subjects AS SELECT uid FROM _chosen")
        connection.unregister("_chosen")
        tests.append("identity_uid IN (SELECT uid FROM rehearsal_subjects)")
    if credential is not None:
        tests.append("credential_uid = '" + credential.replace("'", "''") + "'")
    return " AND ".join(tests)


def rows(connection: duckdb.DuckDBPyConnection, identities: Sequence[str]) -> list[Row]:
    """The gathered calls of some identities, by identity, action, resource and context, whatever the order of events."""
    import pyarrow as pa

    connection.register("_wanted", pa.table({"uid": pa.array(identities, pa.string())}))
    found = connection.execute(
        "SELECT identity_uid, action, resource, context, times, bit_count(days), first_at, last_at FROM rehearsal_calls "
        "WHERE identity_uid IN (SELECT uid FROM _wanted) ORDER BY identity_uid, action, resource, context"
    ).fetchall()
    connection.unregister("_wanted")
    return [
        (who, action, resource, tuple((pair["key"], pair["value"]) for pair in context or ()), times, days, first, last)
        for who, action, resource, context, times, days, first, last in found
    ]


def samples(connection: duckdb.DuckDBPyConnection) -> dict[str, Sample]:
    """How much was seen of each identity among the gathered calls; one without a call is missing."""
    found = connection.execute(
        """
        SELECT identity_uid, sum(times)::BIGINT, bit_count(bit_or(days)), count_if(bit_count(days) = 1),
          sum(bit_count(days))::BIGINT, sum(kinds)::BIGINT
        FROM (
          SELECT identity_uid, action, sum(times) AS times, bit_or(days) AS days, count(*) AS kinds
          FROM rehearsal_calls GROUP BY identity_uid, action
        )
        GROUP BY identity_uid
        """
    ).fetchall()
    return {who: Sample(*map(int, numbers)) for who, *numbers in found}


def consumers(
    connection: duckdb.DuckDBPyConnection, lost: Iterable[tuple[str, str, str]], chosen: str
) -> dict[str, list[Consumer]]:
    """Who stands behind calls (identity, action, resource), by identity.

    Args:
        connection: as in :func:`gather`.
        lost: the calls.
        chosen: the test that :func:`choose` gave.
    """
    import pyarrow as pa

    calls = sorted(set(lost))
    names = ("identity_uid", "action", "resource")
    table = pa.table({name: pa.array([call[at] for call in calls], pa.string()) for at, name in enumerate(names)})
    connection.register("lost_calls", table)
    script = files("keyrack.evidence").joinpath("sql", "consumers.sql").read_text("utf-8")
    found: dict[str, list[Consumer]] = {}
    for row in connection.execute(script.replace("{chosen}", chosen)).fetchall():
        found.setdefault(row[0], []).append(Consumer(*row))
    connection.unregister("lost_calls")
    return found


def _context(keys: Iterable[str]) -> str:
    """SQL of an event's context, cut to the keys asked for, as a sorted list of key and value; null when none is asked for."""
    asked = sorted(set(keys))
    if not asked:
        return 'NULL::STRUCT("key" VARCHAR, "value" VARCHAR)[]'
    listing = ", ".join("'" + key.replace("'", "''") + "'" for key in asked)
    parts = [f"list_filter(map_entries(context), lambda pair: pair.key IN ({listing}))"]
    for key in asked:
        if key in DERIVED:
            pair = f"[{{'key': '{key}', 'value': {DERIVED[key]}}}]"
            missing = f"context['{key}'] IS NULL AND {DERIVED[key]} IS NOT NULL"
            parts.append(f"CASE WHEN {missing} THEN {pair} ELSE [] END")
    return f"list_sort(flatten([{', '.join(parts)}]))"
