"""DuckDB over the lake: one in-process connection with a raw view per table."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keyrack.lake.commits import Commit, Lake, SourceState
from keyrack.lake.writer import stored_schema
from keyrack.records import OBSERVED, Record

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


def connect(scratch: Path | None = None) -> duckdb.DuckDBPyConnection:
    """In-memory database that spills to ``scratch`` and never reaches for the network or extensions.

    ``KEYRACK_MEMORY`` (for example ``6GB``) and ``KEYRACK_THREADS`` override DuckDB's defaults.
    """
    import duckdb

    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "preserve_insertion_order": False,
    }
    if memory := os.environ.get("KEYRACK_MEMORY"):
        config["memory_limit"] = memory
    if threads := os.environ.get("KEYRACK_THREADS"):
        config["threads"] = threads
    if scratch is not None:
        config["temp_directory"] = str(scratch)
    connection = duckdb.connect(":memory:", config=config)
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def attach(connection: duckdb.DuckDBPyConnection, lake: Lake, sources: Iterable[SourceState]) -> None:
    """Create ``raw_<table>`` views over the records in force; a table nobody wrote is an empty view."""
    states = list(sources)
    for record in OBSERVED:
        files = [
            str(lake.root / state.folder / record.table / "part-0.parquet") for state in states if record.table in state.tables
        ]
        _view(connection, record, files)


def attach_commit(connection: duckdb.DuckDBPyConnection, lake: Lake, commit: Commit) -> None:
    """Raw views of a commit, and its evaluated tables under their own names."""
    attach(connection, lake, commit.sources.values())
    for file in sorted((lake.root / commit.evaluated).glob("*.parquet")):
        connection.execute(
            f"CREATE VIEW {file.stem} AS SELECT * FROM read_parquet({quote(str(file))}, hive_partitioning = false)"
        )


def load_rows(connection: duckdb.DuckDBPyConnection, rows: Iterable[tuple[Record, str]]) -> None:
    """Create ``raw_<table>`` tables from records in memory, each with its source; for examples and tests."""
    import pyarrow as pa

    from keyrack.records.arrow import batch

    by_type: dict[type[Record], list[tuple[Record, str]]] = {record: [] for record in OBSERVED}
    for record, source in rows:
        by_type[type(record)].append((record, source))
    for record_type, members in by_type.items():
        table = pa.Table.from_batches([batch(record_type, [record for record, _ in members])])
        table = table.append_column("source_id", pa.array([source for _, source in members], pa.string()))
        create(connection, f"raw_{record_type.table}", table)


def _view(connection: duckdb.DuckDBPyConnection, record: type[Record], files: list[str]) -> None:
    name = f"raw_{record.table}"
    if files:
        listing = ", ".join(quote(file) for file in files)
        connection.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM read_parquet([{listing}], hive_partitioning = false)")
        return
    create(connection, name, stored_schema(record).empty_table())


def create(connection: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    """Create or replace a table from columns in memory."""
    connection.register("_incoming", rows)
    connection.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM _incoming")
    connection.unregister("_incoming")


def dicts(connection: duckdb.DuckDBPyConnection, sql: str, bound: Mapping[str, object] | None = None) -> list[dict[str, Any]]:
    """Rows of a query by column name."""
    cursor = connection.execute(sql, dict(bound or {}))
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def quote(text: str) -> str:
    """SQL string literal."""
    return "'" + text.replace("'", "''") + "'"
