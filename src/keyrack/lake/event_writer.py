"""Writing events: rows become Parquet parts, a part a log and day; then each event is admitted once.

Two steps, because several processes write and one decides: :func:`write` puts rows down where nobody sees them yet,
:func:`admit` finds what is already there, rewrites the parts that hold repeats, and measures what is left.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from keyrack.lake.engines.duckdb import quote
from keyrack.lake.journal import Part, Span
from keyrack.records import Event
from keyrack.sdk.usage import Coded, Codes, Group, Rows

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

DAY = 86_400_000_000
"""Microseconds."""


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A Parquet file that is not in force yet; ``path`` is relative to the events folder."""

    path: str
    source: str
    day: date
    rows: int


def folder(source: str, day: date) -> str:
    """Folder of a log's day; the colon of a log's name is no good in a path of some file systems."""
    return f"source={source.replace(':', '.')}/day={day.isoformat()}"


def stored_schema() -> pa.Schema:
    """Event's columns, and whether the call is unmapped or a data event."""
    import pyarrow as pa

    from keyrack.records.arrow import schema

    return pa.schema([*schema(Event), pa.field("unmapped", pa.bool_()), pa.field("data_event", pa.bool_())])


def write(root: Path, rows: Rows, stem: str) -> list[Written]:
    """Write rows of one log as a Parquet file a day, flushed to disk, in force nowhere.

    Args:
        root: the events folder.
        rows: all of one ``source``.
        stem: name of the files, unique in this lake.
    """
    import numpy as np
    import pyarrow.parquet as pq

    written = []
    for place, coded in enumerate(_coded(rows)):
        source = next(iter(coded.codes["source"]))
        at = np.fromiter(coded.at, np.int64, len(coded.at))
        days = at // DAY
        numbers = {id(group): np.fromiter(group.numbers, np.int32, len(group.numbers)) for group in coded.groups}
        for number in np.unique(days).tolist():
            chosen = np.flatnonzero(days == number)
            batch = _table(coded, at, numbers, chosen)
            day = date(1970, 1, 1) + timedelta(days=number)
            path = f"{folder(source, day)}/{stem}-{place}.parquet"
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(batch, root / path, **options())
            _flush(root / path)
            written.append(Written(path=path, source=source, day=day, rows=batch.num_rows))
    return written


def options() -> dict[str, Any]:
    """How parts are compressed: quickly, and what never repeats without a dictionary."""
    return {
        "compression": "zstd",
        "compression_level": 1,
        "use_dictionary": [name for name in stored_schema().names if name not in {"id", "at"}],
        "write_statistics": ["at"],
        "store_schema": False,
    }


def admit(connection: duckdb.DuckDBPyConnection, root: Path, written: Sequence[Written], known: Iterable[Part]) -> list[Part]:
    """Parts to put in force, each event once.

    Exact: events are compared by id with each other and with what the same log and day already hold. Memory is bounded by
    one day's ids (DuckDB spills beyond its limit).

    Args:
        connection: scratch; nothing stays in it.
        root: the events folder.
        written: new files; those with repeats are rewritten in place, those with nothing new disappear.
        known: parts in force.
    """
    by_day: dict[tuple[str, date], list[Part]] = defaultdict(list)
    for part in known:
        by_day[part.source, part.day].append(part)
    fresh: dict[tuple[str, date], list[Written]] = defaultdict(list)
    for file in written:
        fresh[file.source, file.day].append(file)
    parts: list[Part] = []
    for key, files in sorted(fresh.items()):
        _without_repeats(connection, root, files, by_day[key])
        parts += _measured(connection, root, files)
    return parts


def merged(connection: duckdb.DuckDBPyConnection, root: Path, parts: Sequence[Part], stem: str) -> Part:
    """One part with the rows of several of the same log and day, in order of time; in force nowhere yet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = pa.concat_tables([pq.read_table(root / part.path, partitioning=None) for part in parts]).sort_by("at")
    first = parts[0]
    path = f"{folder(first.source, first.day)}/{stem}.parquet"
    pq.write_table(rows, root / path, **options())
    _flush(root / path)
    return _measured(connection, root, [Written(path=path, source=first.source, day=first.day, rows=rows.num_rows)])[0]


def _coded(rows: Rows) -> list[Coded]:
    """Rows of either kind in the one form; a log has one or the other."""
    columns = rows.columns
    if not columns["id"]:
        return [rows.coded] if rows.coded and rows.coded.id else []
    singly = Coded()
    singly.id, singly.at = columns["id"], columns["at"]
    for name, codes in singly.codes.items():
        group = Group((name,))
        group.numbers = list(map(codes.__getitem__, columns[name]))
        group.columns[name] = list(range(len(codes)))
        singly.groups += (group,)
    flags = Group((), ("unmapped", "data_event"))
    for unmapped, data_event in ((False, False), (False, True), (True, False), (True, True)):
        flags.member((), (unmapped, data_event))
    flags.numbers = [2 * a + b for a, b in zip(columns["unmapped"], columns["data_event"], strict=True)]
    singly.groups += (flags,)
    return [singly, *([rows.coded] if rows.coded and rows.coded.id else [])]


def _table(coded: Coded, at: Any, numbers: dict[int, Any], chosen: Any) -> pa.Table:
    """Chosen rows as Arrow: text as dictionaries of the values that occur, lists and maps built once and referred to."""
    import numpy as np
    import pyarrow as pa

    whole = len(chosen) == len(at)
    ids = coded.id if whole else [coded.id[place] for place in chosen.tolist()]
    columns: dict[str, pa.Array] = {"id": pa.array(ids, pa.string())}
    schema = stored_schema()
    columns["at"] = pa.array(at[chosen]).cast(schema.field("at").type)
    for group in coded.groups:
        members = numbers[id(group)][chosen]
        for name, flags in group.flags.items():
            columns[name] = pa.array(np.array(flags, bool)[members])
        for name, values in group.columns.items():
            places = np.array(values, np.int32)[members]
            columns[name] = _referred(schema.field(name).type, coded.codes[name], places)
    return pa.table([columns[name] for name in schema.names], names=schema.names)


def _referred(kind: pa.DataType, codes: Codes, places: Any) -> pa.Array:
    """Values by their numbers, without those that do not occur."""
    import numpy as np
    import pyarrow as pa

    occurs = np.zeros(len(codes), bool)
    occurs[places] = True
    known = list(codes)
    values = pa.array([known[place] for place in np.flatnonzero(occurs).tolist()], kind)
    renumbered = pa.array((np.cumsum(occurs, dtype=np.int32) - 1)[places].astype(np.int32))
    if pa.types.is_string(kind) and not values.null_count:
        return pa.DictionaryArray.from_arrays(renumbered, values)
    return _leaves_encoded(values).take(renumbered)


def _leaves_encoded(values: pa.Array) -> pa.Array:
    """Lists and maps with their text as dictionaries: copied as numbers, and hashed once instead of once a row."""
    import pyarrow as pa

    if pa.types.is_map(values.type):
        return pa.MapArray.from_arrays(values.offsets, values.keys.dictionary_encode(), values.items.dictionary_encode())
    if pa.types.is_list(values.type):
        return pa.ListArray.from_arrays(values.offsets, values.values.dictionary_encode())
    return values


def _flush(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _read(root: Path, paths: Iterable[str]) -> str:
    listing = ", ".join(quote(str(root / path)) for path in paths)
    return f"read_parquet([{listing}], hive_partitioning = false, filename = true)"


def _without_repeats(connection: duckdb.DuckDBPyConnection, root: Path, files: Sequence[Written], known: Sequence[Part]) -> None:
    """Rewrite the files of a day that hold an id twice, or one that is already in force."""
    new = _read(root, [file.path for file in files])
    first, last, total, distinct = connection.execute(
        f'SELECT min("at"), max("at"), count(*), count(DISTINCT hash(id)) FROM {new}'
    ).fetchall()[0]
    old = [part.path for part in known if part.last_at >= first and part.first_at <= last]
    held = f'SELECT id FROM {_read(root, old)} WHERE "at" BETWEEN $first AND $last' if old else "SELECT '' AS id WHERE false"
    bound = {"first": first, "last": last} if old else {}
    repeats = connection.execute(f"SELECT count(*) FROM {new} WHERE id IN ({held})", bound).fetchall()[0][0] if old else 0
    if distinct == total and not repeats:
        return
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE _keep AS SELECT min((filename, file_row_number)) AS place FROM {new[:-1]}, "
        f"file_row_number = true) WHERE id NOT IN ({held}) GROUP BY id",
        bound,
    )
    for file in files:
        _rewrite(connection, root, file)
    connection.execute("DROP TABLE _keep")


def _rewrite(connection: duckdb.DuckDBPyConnection, root: Path, file: Written) -> None:
    """Keep the chosen rows of a file, in place: nobody reads it yet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = root / file.path
    rows = connection.execute("SELECT place[2] FROM _keep WHERE place[1] = $path ORDER BY 1", {"path": str(path)}).fetchall()
    if len(rows) == file.rows:
        return
    kept = pq.read_table(path, partitioning=None).take(pa.array([row[0] for row in rows], pa.int64()))
    path.unlink()
    if kept.num_rows:
        pq.write_table(kept, path, **options())
        _flush(path)


def _measured(connection: duckdb.DuckDBPyConnection, root: Path, files: Sequence[Written]) -> list[Part]:
    left = [file for file in files if (root / file.path).exists()]
    if not left:
        return []
    rows = _read(root, [file.path for file in left])
    spans: dict[str, list[Span]] = defaultdict(list)
    for path, *values in connection.execute(
        'SELECT filename, scope, region, min("at"), max("at"), count(*), count_if(unmapped), count_if(outcome = \'denied\'), '
        f"list_sort(list(DISTINCT service) FILTER (data_event AND service IS NOT NULL)) FROM {rows} "
        "GROUP BY filename, scope, region ORDER BY filename, scope, region"
    ).fetchall():
        spans[path].append(_span(values))
    apis: dict[str, dict[str, int]] = defaultdict(dict)
    for path, api, count in connection.execute(
        f"SELECT filename, api, count(*) FROM {rows} WHERE unmapped GROUP BY filename, api ORDER BY filename, api"
    ).fetchall():
        apis[path][api] = count
    return [_part(file, spans[str(root / file.path)], apis[str(root / file.path)]) for file in left]


def _span(values: list[Any]) -> Span:
    scope, region, first, last, events, unmapped, denied, data = values
    return Span(
        scope=scope, region=region, first_at=_utc(first), last_at=_utc(last),
        events=events, unmapped=unmapped, denied=denied, data_events=data or [],
    )  # fmt: skip


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def _part(file: Written, spans: list[Span], unmapped: dict[str, int]) -> Part:
    return Part(
        path=file.path,
        source=file.source,
        day=file.day,
        rows=sum(span.events for span in spans),
        first_at=min(span.first_at for span in spans),
        last_at=max(span.last_at for span in spans),
        spans=spans,
        unmapped=unmapped,
    )
