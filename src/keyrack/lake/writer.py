"""Streaming writers: records in, Parquet out, memory bounded by one batch per table."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from ulid import ULID

from keyrack import __version__
from keyrack.lake.commits import Commit, Lake, SourceState
from keyrack.records import OBSERVED, Record
from keyrack.records.arrow import batch, schema

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

BATCH_ROWS = 20_000
"""Rows buffered per table before they are written; a record is well under 2 kB, so a buffer stays under 40 MB."""


class _TableWriter:
    """One table of one source: buffers records and appends row groups to a single Parquet file."""

    def __init__(self, folder: Path, record: type[Record], source: str) -> None:
        self._folder = folder / record.table
        self._record = record
        self._source = source
        self._buffer: list[Record] = []
        self._writer: pq.ParquetWriter | None = None
        self.rows = 0

    def add(self, record: Record) -> None:
        self._buffer.append(record)
        if len(self._buffer) >= BATCH_ROWS:
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


def stored_schema(record: type[Record]) -> pa.Schema:
    """Schema of a table in the lake: the record's columns and ``source_id``."""
    import pyarrow as pa

    return schema(record).append(pa.field("source_id", pa.dictionary(pa.int32(), pa.string()), nullable=False))


class SourceWriter:
    """Writes the records of one source; use as a context manager."""

    def __init__(self, folder: Path, source: str) -> None:
        self.folder = folder
        self._tables = {record: _TableWriter(folder, record, source) for record in OBSERVED}

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

    def counts(self) -> dict[str, int]:
        """Rows by table name; final after the context ends."""
        return {record.table: table.rows for record, table in self._tables.items() if table.rows}


class RunWriter:
    """One scan: any number of sources, then one commit. Without the commit nothing of it is ever seen."""

    def __init__(self, lake: Lake, now: datetime) -> None:
        self.lake = lake
        self.now = now
        self.run = str(ULID.from_datetime(now))
        self.folder = lake.run_folder(self.run)
        self.folder.mkdir(parents=True)
        self.sources: dict[str, SourceState] = {}

    def source(self, source: str) -> SourceWriter:
        """Writer for the next source of this run."""
        return SourceWriter(self.folder / f"source={len(list(self.folder.glob('source=*')))}", source)

    def finish(self, source: str, writer: SourceWriter, *, title: str, provider: str, location: str) -> None:
        """Note a completed source; its writer must be closed."""
        self.sources[source] = SourceState(
            title=title,
            provider=provider,
            at=self.now,
            folder=str(writer.folder.relative_to(self.lake.root)),
            tables=writer.counts(),
            location=location,
        )

    def in_force(self) -> dict[str, SourceState]:
        """All sources after this run: the new ones replace their older selves."""
        head = self.lake.head()
        return {**(head.sources if head else {}), **self.sources}

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
        )
        self.lake.publish(commit)
        return commit
