"""Events as SQL: the views ``events`` and ``event_coverage`` over what the journal says is in force."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from keyrack.lake.commits import Lake
from keyrack.lake.engines.duckdb import create, quote
from keyrack.lake.journal import Journal, Part, State
from keyrack.records import Event

if TYPE_CHECKING:
    import duckdb


def attach_events(
    connection: duckdb.DuckDBPyConnection, lake: Lake, since: datetime | None = None, until: datetime | None = None
) -> None:
    """Create the views ``events`` and ``event_coverage``; both are empty when nothing was ingested.

    ``events`` has exactly the columns of :class:`~keyrack.records.Event`, each event once. Its ``caller`` is whom the session's
    credential was issued to, whichever file told of that, else what the event itself says; a query that does not select
    ``caller`` does not pay for the join. (``at`` is a keyword of DuckDB's: write ``events.at`` or quote it.)

    ``event_coverage`` has a row per ``source``, ``scope``, ``region``: ``first_at``, ``last_at``, ``files`` (log files of that
    source that were read), ``events``, ``unmapped`` (calls whose permission is not known), ``denied`` and ``data_events``
    (services of which calls were seen that the log has only where somebody switched that on; empty: none seen).

    Args:
        connection: receives the views.
        lake: whose events.
        since: leave out events before this moment (aware); whole days are not even opened.
        until: leave out events at or after this moment.
    """
    journal = Journal(lake)
    state = journal.state()
    parts = [part for part in state.parts.values() if _within(part, since, until)]
    files = [str(journal.root / part.path) for part in sorted(parts, key=lambda part: part.path)]
    _sessions(connection, journal, state)
    columns = ", ".join(
        "coalesce(s.caller, e.caller) AS caller" if name == "caller" else f"e.{name}" for name in Event.__struct_fields__
    )
    connection.execute(
        f"CREATE OR REPLACE VIEW events AS SELECT {columns} FROM ({_rows(connection, files)}) AS e "
        f"LEFT JOIN event_sessions AS s USING (credential_uid){_window(since, until)}"
    )
    _coverage(connection, parts, state)


def _within(part: Part, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or part.last_at >= since) and (until is None or part.first_at < until)


def _window(since: datetime | None, until: datetime | None) -> str:
    tests = []
    if since is not None:
        tests.append(f"e.at >= TIMESTAMPTZ {quote(since.isoformat())}")
    if until is not None:
        tests.append(f"e.at < TIMESTAMPTZ {quote(until.isoformat())}")
    return " WHERE " + " AND ".join(tests) if tests else ""


def _rows(connection: duckdb.DuckDBPyConnection, files: list[str]) -> str:
    from keyrack.records.arrow import schema

    if files:
        return f"SELECT * FROM read_parquet([{', '.join(map(quote, files))}], hive_partitioning = false)"
    create(connection, "event_none", schema(Event).empty_table())
    return "SELECT * FROM event_none"


def _sessions(connection: duckdb.DuckDBPyConnection, journal: Journal, state: State) -> None:
    """One caller a session: the best told one; ties by name, so that the order of files does not matter."""
    import pyarrow as pa

    if state.sessions:
        files = ", ".join(quote(str(journal.root / path)) for path in state.sessions)
        rows = f"read_parquet([{files}], hive_partitioning = false)"
    else:
        shape = pa.schema([("credential_uid", pa.string()), ("rank", pa.int32()), ("caller", pa.string())])
        create(connection, "event_no_sessions", shape.empty_table())
        rows = "event_no_sessions"
    connection.execute(
        "CREATE OR REPLACE VIEW event_sessions AS SELECT credential_uid, max_by(caller, (rank, caller)) AS caller "
        f"FROM {rows} GROUP BY credential_uid"
    )


def _coverage(connection: duckdb.DuckDBPyConnection, parts: list[Part], state: State) -> None:
    import pyarrow as pa

    shape = pa.schema(
        [
            ("source", pa.string()),
            ("scope", pa.string()),
            ("region", pa.string()),
            ("first_at", pa.timestamp("us", "UTC")),
            ("last_at", pa.timestamp("us", "UTC")),
            ("events", pa.int64()),
            ("unmapped", pa.int64()),
            ("denied", pa.int64()),
            ("data_events", pa.list_(pa.string())),
        ]
    )
    rows = [
        {"source": part.source, **{name: getattr(span, name) for name in span.__struct_fields__}}
        for part in parts
        for span in part.spans
    ]
    create(connection, "event_spans", pa.Table.from_pylist(rows, shape))
    sources = pa.schema([("source", pa.string()), ("files", pa.int64())])
    counts = [{"source": source, "files": count} for source, count in state.files.items()]
    create(connection, "event_files", pa.Table.from_pylist(counts, sources))
    connection.execute(
        "CREATE OR REPLACE VIEW event_coverage AS SELECT source, scope, region, min(first_at) AS first_at, "
        "max(last_at) AS last_at, any_value(files) AS files, sum(events)::BIGINT AS events, sum(unmapped)::BIGINT AS unmapped, "
        "sum(denied)::BIGINT AS denied, list_sort(list_distinct(flatten(list(data_events)))) AS data_events "
        "FROM event_spans LEFT JOIN event_files USING (source) GROUP BY source, scope, region"
    )
