"""What an identity was seen doing, and how much the logs behind that are worth."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from keyrack.app.home import Home
from keyrack.errors import KeyrackError
from keyrack.lake.engines.duckdb import connect, dicts
from keyrack.lake.events import attach_events
from keyrack.lake.journal import Journal
from keyrack.sdk.usage import broken, logs

if TYPE_CHECKING:
    import duckdb

Row = dict[str, Any]

MOST = 200
"""Rows of one section; the counts above it are of everything."""


def status(home: Home) -> dict[str, Any]:
    """What was taken in.

    Returns:
        ``logs`` (each with files, events, window), ``coverage``, ``unmapped`` calls, ``quarantine``, ``problems`` (records
        skipped, by reason), ``cursors`` of live logs, ``broken`` readers.
    """
    connection = connect(home.scratch)
    attach_events(connection, home.lake)
    state = Journal(home.lake).state()
    unmapped: dict[tuple[str, str], int] = {}
    for part in state.parts.values():
        for api, count in part.unmapped.items():
            unmapped[part.source, api] = unmapped.get((part.source, api), 0) + count
    worst = sorted(unmapped.items(), key=lambda item: (-item[1], item[0]))
    return {
        "logs": dicts(
            connection,
            "SELECT source, max(files) AS files, sum(events)::BIGINT AS events, min(first_at) AS first_at, "
            "max(last_at) AS last_at, sum(unmapped)::BIGINT AS unmapped, sum(denied)::BIGINT AS denied "
            "FROM event_coverage GROUP BY source ORDER BY source",
        ),
        "coverage": dicts(connection, "SELECT * FROM event_coverage ORDER BY source, scope, region"),
        "unmapped": [{"source": source, "api": api, "events": count} for (source, api), count in worst[:MOST]],
        "quarantine": [
            {"key": item.key, "source": item.source, "code": item.code, "reason": item.reason, "at": item.at}
            for item in sorted(state.rejected.values(), key=lambda item: item.key)
        ],
        "problems": dict(sorted(state.problems.items())),
        "cursors": dict(sorted(state.cursors.items())),
        "broken": broken(),
    }


def show(home: Home, uid: str, *, now: datetime, days: int) -> dict[str, Any]:
    """What the logs tell of one identity over the last ``days``.

    Returns:
        ``uid``, ``grade`` (``observed`` or ``absent``), ``since``, ``until``, ``events``, ``outcomes``; ``actions``,
        ``resources``, ``networks``, ``programs``, ``callers``, ``credentials`` (each with counts and last use; of actions and
        resources only calls that were let through, for a denied call is not use), ``denied`` actions, ``unmapped`` calls and
        ``evidence``: the logs behind it, their window, and what they cannot show.

    Raises:
        KeyrackError: the uid is unknown to the logs, or is part of several.
    """
    connection = connect(home.scratch)
    since = now - timedelta(days=days)
    attach_events(connection, home.lake, since=since)
    subject = _resolve(connection, uid)
    connection.execute("CREATE TEMP TABLE seen AS SELECT * FROM events WHERE identity_uid = $uid", {"uid": subject})
    total, first, last = connection.execute('SELECT count(*), min("at"), max("at") FROM seen').fetchall()[0]
    return {
        "uid": subject,
        "grade": "observed" if total else "absent",
        "since": since,
        "until": now,
        "events": total,
        "first_at": first,
        "last_at": last,
        "outcomes": {row["outcome"]: row["events"] for row in _counted(connection, "outcome")},
        "actions": _paired(connection, "action", "outcome <> 'denied'"),
        "resources": _paired(connection, "resource", "outcome <> 'denied'"),
        "denied": _paired(connection, "action", "outcome = 'denied'"),
        "networks": _counted(connection, "source_ip"),
        "programs": _counted(connection, "user_agent"),
        "callers": _counted(connection, "caller"),
        "credentials": _counted(connection, "credential_uid"),
        "evidence": _evidence(connection),
    }


def _resolve(connection: duckdb.DuckDBPyConnection, text: str) -> str:
    """An exact uid, else the only one that contains the text; an ARN is a uid with ``arn:`` before it."""
    wanted = text.removeprefix("arn:")
    for test in ("identity_uid = $text", "contains(identity_uid, $text)"):
        sql = f"SELECT DISTINCT identity_uid FROM events WHERE {test} ORDER BY 1 LIMIT 9"
        found = [str(row[0]) for row in connection.execute(sql, {"text": wanted}).fetchall()]
        if len(found) == 1:
            return found[0]
        if found:
            raise KeyrackError(
                "usage.ambiguous", f"{text!r} is {len(found)} identities or more", hint="one of: " + ", ".join(found)
            )
    raise KeyrackError(
        "usage.unseen",
        f"no event of the window is by {text!r}",
        hint="`keyrack usage status` shows what the logs cover; a longer window: --days",
    )


def _counted(connection: duckdb.DuckDBPyConnection, column: str) -> list[Row]:
    return dicts(
        connection,
        f'SELECT {column}, count(*) AS events, max("at") AS last_at FROM seen WHERE {column} IS NOT NULL '
        f"GROUP BY 1 ORDER BY events DESC, 1 LIMIT {MOST}",
    )


def _paired(connection: duckdb.DuckDBPyConnection, column: str, which: str) -> list[Row]:
    """Counts by action or by resource; a call that needs two permissions counts for both."""
    pairs = f'SELECT id, "at", unnest(actions) AS action, unnest(resources) AS resource FROM seen WHERE {which}'
    return dicts(
        connection,
        f"SELECT {column}, count(DISTINCT id) AS events, max(\"at\") AS last_at FROM ({pairs}) WHERE {column} <> '' "
        f"GROUP BY 1 ORDER BY events DESC, 1 LIMIT {MOST}",
    )


def _evidence(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    """The logs the identity's own accounts have, and what they cannot show."""
    rows = dicts(
        connection,
        "SELECT source, min(first_at) AS first_at, max(last_at) AS last_at, sum(events)::BIGINT AS events, "
        "list_sort(list(DISTINCT region)) AS regions, sum(unmapped)::BIGINT AS unmapped, "
        "list_sort(list_distinct(flatten(list(data_events)))) AS data_events "
        "FROM event_coverage WHERE (source, scope) IN (SELECT source, scope FROM seen) GROUP BY source ORDER BY source",
    )
    known = logs()
    for row in rows:
        facts = known[row["source"]].facts if row["source"] in known else None
        seen = set(row["data_events"] or [])
        row["not_logged"] = list(facts.never) if facts else []
        row["not_seen"] = [action for action in facts.optional if action.split(":")[0] not in seen] if facts else []
        row["note"] = facts.note if facts else ""
    return rows
