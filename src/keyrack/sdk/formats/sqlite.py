"""Read rows out of the bytes of an SQLite database: in memory, without touching the file or its journal."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence

_MAGIC = b"SQLite format 3\x00"
_HEADER = 100
_ROWS = 10_000
_STEPS = 500_000


def rows(data: bytes, table: str, columns: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Rows of ``table`` as text; nothing when the table or a column is missing.

    A database in WAL mode is read as of its last checkpoint. Work is bounded: a hostile schema cannot spin for ever.

    Raises:
        sqlite3.Error: the bytes are not a sound database.
    """
    if not data.startswith(_MAGIC) or len(data) < _HEADER:
        raise sqlite3.DatabaseError("not a database")
    plain = data[:18] + b"\x01\x01" + data[20:]  # versions 2,2 say "WAL": an in-memory image has no log to open
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        try:
            connection.deserialize(plain)
        except (OverflowError, ValueError) as error:
            raise sqlite3.DatabaseError("not a database") from error
        connection.execute("PRAGMA trusted_schema = OFF")
        _bound(connection)
        known = {str(row[1]) for row in connection.execute(f'PRAGMA table_info("{table}")')}
        if not set(columns) <= known:
            return
        names = ", ".join(f'"{column}"' for column in columns)
        for row in connection.execute(f'SELECT {names} FROM "{table}" LIMIT {_ROWS}'):
            yield tuple(_text(cell) for cell in row)


def _bound(connection: sqlite3.Connection) -> None:
    steps = 0

    def tick() -> int:
        nonlocal steps
        steps += 1
        return int(steps * 1000 > _STEPS)

    connection.set_progress_handler(tick, 1000)


def _text(cell: object) -> str:
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "surrogateescape")
    return "" if cell is None else str(cell)
