"""Streaming writers: records in, Parquet out, memory bounded by one batch per table."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Self

import msgspec
from ulid import ULID

from keyrack import __version__
from keyrack.errors import KeyrackError
from keyrack.lake.commits import Commit, Lake, SourceState, Unseen, Whole
from keyrack.lake.durable import publish, sync
from keyrack.records import OBSERVED, Record
from keyrack.records.arrow import batch, schema
from keyrack.sdk.spending import Spent

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

BATCH_ROWS = 20_000
"""Rows buffered per table before they are written; a record is well under 2 kB, so a buffer stays under 40 MB."""
MIN_BATCH_ROWS = 2_000
"""Below this, row groups get too small to read quickly."""
MEMORY = "memory"
"""Name of the file beside a source's tables that holds what its provider keeps for the next run."""


class _TableWriter:
    """One table of one source: buffers records and appends row groups to a single Parquet file."""

    def __init__(self, folder: Path, record: type[Record], source: str, batch_rows: int) -> None:
        self._folder = folder / record.table
        self._batch = batch_rows
        self._record = record
        self._source = source
        self._buffer: list[Record] = []
        self._writer: pq.ParquetWriter | None = None
        self.rows = 0

    def add(self, record: Record) -> None:
        self._buffer.append(record)
        if len(self._buffer) >= self._batch:
            self.flush()

    def flush(self) -> None:
        if self._buffer:
            rows, self._buffer = self._buffer, []
            self.append(batch(self._record, rows))

    def append(self, rows: pa.RecordBatch) -> None:
        """Write a batch of the record's schema, stamped with its source."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        stamped_schema = stored_schema(self._record)
        source = pa.DictionaryArray.from_arrays(pa.nulls(rows.num_rows, pa.int32()).fill_null(0), pa.array([self._source]))
        stamped = pa.RecordBatch.from_arrays([*rows.columns, source], schema=stamped_schema)
        if self._writer is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._writer = pq.ParquetWriter(self._folder / "part-0.parquet", stamped_schema, compression="zstd")
        self._writer.write_batch(stamped)
        self.rows += rows.num_rows

    def close(self) -> None:
        self.flush()
        if self._writer is not None:
            self._writer.close()


def kept(lake: Lake, state: SourceState) -> dict[str, str]:
    """What a source kept in the run that is in force; nothing when it kept nothing, or the file is damaged."""
    try:
        return msgspec.json.decode((lake.root / state.folder / f"{MEMORY}.json").read_bytes(), type=dict[str, str])
    except (OSError, msgspec.DecodeError):
        return {}


def stored_schema(record: type[Record]) -> pa.Schema:
    """Schema of a table in the lake: the record's columns and ``source_id``."""
    import pyarrow as pa

    return schema(record).append(pa.field("source_id", pa.dictionary(pa.int32(), pa.string()), nullable=False))


class SourceWriter:
    """Writes the records of one source; use as a context manager."""

    def __init__(self, folder: Path, source: str, batch_rows: int | None = None) -> None:
        self.folder = folder
        self._tables = {record: _TableWriter(folder, record, source, batch_rows or BATCH_ROWS) for record in OBSERVED}

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for table in self._tables.values():
            table.close()

    def add(self, record: Record) -> None:
        """Write one record, soon."""
        self._tables[type(record)].add(record)

    def append(self, record: type[Record], rows: pa.RecordBatch) -> None:
        """Write a whole batch of one type, for sources that are columnar already."""
        self._tables[record].append(rows)

    def keep(self, memory: Mapping[str, str]) -> None:
        """Store what the provider wants back in the next run of this source."""
        if memory:
            publish(self.folder, MEMORY, msgspec.json.encode(dict(memory)))

    def counts(self) -> dict[str, int]:
        """Rows by table name; final after the context ends."""
        return {record.table: table.rows for record, table in self._tables.items() if table.rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a source of a run comes from, and what it cost; see :class:`SourceState` and :class:`Whole`."""

    parent: str = ""
    wish: str = ""
    name: str = ""
    spent: tuple[Spent, ...] = ()


_OF_ITSELF = Origin()


class RunWriter:
    """One scan: any number of sources, several at a time, then one commit. Without the commit nothing of it is ever seen.

    Thread-safe; each :class:`SourceWriter` belongs to one thread. ``at_once`` sources share the memory of one batch.
    """

    def __init__(self, lake: Lake, now: datetime, at_once: int = 1) -> None:
        self.lake = lake
        self.now = now
        self.run = str(ULID.from_datetime(now))
        self.folder = lake.run_folder(self.run)
        self.folder.mkdir(parents=True)
        self.sources: dict[str, SourceState] = {}
        self.forgotten: set[str] = set()
        self.unseen: tuple[Unseen, ...] = ()
        self._batch = max(MIN_BATCH_ROWS, BATCH_ROWS // at_once) if at_once > 1 else BATCH_ROWS
        self._numbers = count()
        self._lock = Lock()

    def source(self, source: str) -> SourceWriter:
        """Writer for the next source of this run."""
        return SourceWriter(self._place(), source, self._batch)

    def finish(
        self, source: str, writer: SourceWriter, *, title: str, provider: str, location: str, origin: Origin = _OF_ITSELF
    ) -> None:
        """Note a completed source; its writer must be closed. It is on disk, and kept should the run die, when this returns."""
        state = SourceState(
            title=title,
            provider=provider,
            at=self.now,
            folder=str(writer.folder.relative_to(self.lake.root)),
            tables=writer.counts(),
            location=location,
            parent=origin.parent,
            name=origin.name,
            spent=origin.spent,
        )
        for table in state.tables:
            sync(writer.folder / table / "part-0.parquet")
            sync(writer.folder / table)
        sync(writer.folder)
        self._note(Whole(source=source, wish=origin.wish, state=state))

    def adopt(self, whole: Whole) -> None:
        """Take over a source that a dead run had whole: its files are linked, not moved, so that a crash loses neither.

        Raises:
            KeyrackError: the files are not there any more.
        """
        folder = self._place()
        try:
            shutil.copytree(self.lake.root / whole.state.folder, folder, copy_function=_linked)
        except (OSError, shutil.Error) as error:
            raise KeyrackError(
                "lake.resume", f"what is kept of {whole.source} cannot be read", hint="scan without --resume"
            ) from error
        for table in whole.state.tables:
            sync(folder / table)
        sync(folder)
        state = msgspec.structs.replace(whole.state, folder=str(folder.relative_to(self.lake.root)))
        self._note(msgspec.structs.replace(whole, state=state))

    def in_force(self) -> dict[str, SourceState]:
        """All sources after this run: the new ones replace their older selves, the forgotten are gone."""
        head = self.lake.head()
        sources = {**(head.sources if head else {}), **dict(sorted(self.sources.items()))}
        return {source: state for source, state in sources.items() if source not in self.forgotten}

    @property
    def evaluated(self) -> Path:
        """Folder for what the house derives from the records in force."""
        return self.folder / "evaluated"

    def commit(self) -> Commit:
        """Make the run visible, atomically."""
        commit = Commit(
            run=self.run,
            at=self.now,
            version=__version__,
            sources=self.in_force(),
            scanned=sorted(self.sources),
            evaluated=str(self.evaluated.relative_to(self.lake.root)),
            forgotten=tuple(sorted(self.forgotten)),
            unseen=self.unseen,
        )
        self.lake.publish(commit)
        return commit

    def _place(self) -> Path:
        return self.folder / f"source={next(self._numbers)}"

    def _note(self, whole: Whole) -> None:
        name = Path(whole.state.folder).name.removeprefix("source=")
        with self._lock:
            publish(self.folder / "whole", f"{int(name):06}", msgspec.json.encode(whole))
            self.sources[whole.source] = whole.state


def _linked(source: str, target: str) -> None:
    """A second name for a file that never changes; a copy where the file system has none."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
