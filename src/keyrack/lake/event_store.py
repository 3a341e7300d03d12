"""The events folder as one writer sees it: what is in force, what was taken, and how a step becomes visible."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from keyrack import __version__
from keyrack.lake.commits import Lake
from keyrack.lake.engines.duckdb import quote
from keyrack.lake.event_writer import Written, admit, merged
from keyrack.lake.journal import Entry, Journal, Part, Rejected, State

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

MANY_ENTRIES = 64
"""Entries after which they are folded into one."""

MANY_PARTS = 12
"""Small parts of one log and day after which they are merged."""

SMALL_ROWS = 200_000
"""Rows below which a part is small."""


class EventStore:
    """Writes events; one at a time, under the journal's lock.

    Raises (all methods):
        KeyrackError: the folder cannot be read or written, or is damaged.
    """

    def __init__(self, lake: Lake, connection: duckdb.DuckDBPyConnection, now: datetime) -> None:
        self.journal = Journal(lake)
        self.state = State()
        self._connection = connection
        self._now = now
        self._touched: set[tuple[str, object]] = set()

    def open(self) -> None:
        """Read what is in force and remove what a crash left behind; call under the lock."""
        self.journal.sweep()
        self.state = self.journal.state()

    def unknown(self, found: Sequence[tuple[str, int, str]]) -> set[str]:
        """Keys of inputs (key, size, stamp) that were not taken and not rejected as they are now."""
        known = {(item.key, item.size, item.stamp) for item in self.state.rejected.values()}
        rows = [item for item in found if item not in known]
        if not rows or not self.state.taken:
            return {key for key, _, _ in rows}
        import pyarrow as pa

        listing = pa.table([list(column) for column in zip(*rows, strict=True)], names=["key", "size", "stamp"])
        self._connection.register("_found", listing)
        taken = self._read(self.state.taken)
        fresh = self._connection.execute(f"SELECT key FROM _found ANTI JOIN {taken} USING (key, size, stamp)").fetchall()
        self._connection.unregister("_found")
        return {row[0] for row in fresh}

    def commit(
        self,
        written: Sequence[Written],
        *,
        taken: Sequence[tuple[str, int, str, int]],
        sessions: Mapping[str, tuple[int, str]],
        rejected: Sequence[Rejected],
        cursors: Mapping[str, str],
        files: Mapping[str, int],
        problems: Mapping[str, int],
    ) -> list[Part]:
        """Put a step in force: parts, inputs taken, sessions, rejections and cursors, all or nothing.

        Returns:
            The parts that were new, each event once.
        """
        name = self.journal.next()
        parts = admit(self._connection, self.journal.root, written, self.state.parts.values())
        entry = Entry(
            id=name,
            at=self._now,
            version=__version__,
            added=parts,
            taken=self._table(f"{name}.taken", _taken(taken)) if taken else [],
            sessions=self._table(f"{name}.sessions", _sessions(sessions)) if sessions else [],
            rejected=list(rejected),
            accepted=[key for key, *_ in taken if key in self.state.rejected],
            cursors=dict(cursors),
            files=dict(files),
            problems=dict(problems),
        )
        self._publish(entry)
        self._touched |= {(part.source, part.day) for part in parts}
        return parts

    def close(self) -> None:
        """Merge small parts of the days this writer touched, and fold a long journal; both become visible by a commit."""
        for source, day in sorted(self._touched, key=str):
            small = [part for part in self.state.of(source) if part.day == day and part.rows < SMALL_ROWS]
            if len(small) >= MANY_PARTS:
                name = self.journal.next()
                part = merged(self._connection, self.journal.root, small, name)
                removed = [old.path for old in small]
                self._publish(Entry(id=name, at=self._now, version=__version__, added=[part], removed=removed))
        if self.state.entries >= MANY_ENTRIES:
            self._fold()

    def _fold(self) -> None:
        name = self.journal.next()
        state = self.state
        entry = Entry(
            id=f"{name}-whole",
            at=self._now,
            version=__version__,
            added=list(state.parts.values()),
            taken=self._table(f"{name}.taken", self._all(state.taken)) if state.taken else [],
            sessions=self._table(f"{name}.sessions", self._all(state.sessions)) if state.sessions else [],
            rejected=list(state.rejected.values()),
            cursors=state.cursors,
            files=state.files,
            problems=state.problems,
            whole=True,
        )
        self.journal.publish(entry)
        self.state = self.journal.state()

    def _publish(self, entry: Entry) -> None:
        self.journal.publish(entry)
        self.state.apply(entry)

    def _all(self, paths: Sequence[str]) -> pa.Table:
        return self._connection.sql(f"SELECT DISTINCT * FROM {self._read(paths)} ORDER BY ALL").to_arrow_table()

    def _read(self, paths: Iterable[str]) -> str:
        listing = ", ".join(quote(str(self.journal.root / path)) for path in paths)
        return f"read_parquet([{listing}], hive_partitioning = false)"

    def _table(self, name: str, rows: pa.Table) -> list[str]:
        import pyarrow.parquet as pq

        self.journal.folder.mkdir(parents=True, exist_ok=True)
        path = self.journal.folder / f"{name}.parquet"
        pq.write_table(rows, path, compression="zstd")
        _flush(path)
        return [str(path.relative_to(self.journal.root))]


def _flush(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _taken(rows: Sequence[tuple[str, int, str, int]]) -> pa.Table:
    import pyarrow as pa

    shape = pa.schema([("key", pa.string()), ("size", pa.int64()), ("stamp", pa.string()), ("events", pa.int64())])
    return pa.table([list(column) for column in zip(*rows, strict=True)], schema=shape)


def _sessions(sessions: Mapping[str, tuple[int, str]]) -> pa.Table:
    import pyarrow as pa

    shape = pa.schema([("credential_uid", pa.string()), ("rank", pa.int32()), ("caller", pa.string())])
    told = sorted(sessions.items())
    return pa.table(
        [[key for key, _ in told], [rank for _, (rank, _) in told], [caller for _, (_, caller) in told]], schema=shape
    )
