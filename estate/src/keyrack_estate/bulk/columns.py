"""Columns by the million: numpy draws, Arrow assembles, no Python loop touches a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from keyrack.records import Record
from keyrack.records.arrow import schema

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Column = Any  # a pyarrow array; pyarrow ships no types

_BASE32 = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", dtype=np.uint8)
_HEX = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
_DAY = 86_400_000_000
TIME = pa.timestamp("us", "UTC")
MAP = pa.map_(pa.string(), pa.string())


def mixed(seed: int, table: int, numbers: Ints) -> npt.NDArray[np.uint64]:
    """Well-spread 64-bit values of row numbers (splitmix64), so that row uids look like hashes and never collide."""
    value = numbers.astype(np.uint64) + np.uint64((seed * 1_000_003 + table) * 0x9E3779B97F4A7C15 % 2**64)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


def hexadecimal(values: npt.NDArray[np.uint64], width: int = 16) -> Column:
    """Each value as ``width`` hexadecimal digits (the value repeats beyond 16)."""
    data = np.ascontiguousarray(values.astype(">u8")).view(np.uint8).reshape(-1, 8)
    digits = np.empty((len(values), 16), dtype=np.uint8)
    digits[:, 0::2], digits[:, 1::2] = _HEX[data >> 4], _HEX[data & 15]
    repeated = np.tile(digits, (1, -(-width // 16)))[:, :width]
    return _fixed(repeated)


def key_ids(values: npt.NDArray[np.uint64]) -> Column:
    """``AKIA`` and 16 base32 characters of each value."""
    digits = np.empty((len(values), 16), dtype=np.uint8)
    for place in range(16):
        digits[:, place] = _BASE32[((values >> np.uint64((place * 5) % 60)) ^ np.uint64(place)).astype(np.int64) & 31]
    digits[:, :12] = _BASE32[(values[:, None] >> (np.arange(12, dtype=np.uint64) * np.uint64(5))).astype(np.int64) & 31]
    return join("AKIA", _fixed(digits))


def _fixed(digits: npt.NDArray[np.uint8]) -> Column:
    width = digits.shape[1]
    offsets = pa.py_buffer(np.arange(0, (len(digits) + 1) * width, width, dtype=np.int32))
    return pa.StringArray.from_buffers(len(digits), offsets, pa.py_buffer(np.ascontiguousarray(digits)))


def join(*parts: str | Column) -> Column:
    """Concatenate columns and texts, row by row."""
    return pc.binary_join_element_wise(*[pa.scalar(part) if isinstance(part, str) else part for part in parts], "")


def digits(numbers: Ints, width: int = 0) -> Column:
    """Numbers as text, padded with zeros to ``width``."""
    text = pa.array(numbers).cast(pa.string())
    return pc.utf8_lpad(text, width=width, padding="0") if width else text


def pick(values: Sequence[Any], index: Ints, kind: Any = None) -> Column:
    """``values[index]``: texts, or lists and maps when ``kind`` says so; ``None`` is null."""
    return pa.array(list(values), type=kind or pa.string()).take(pa.array(index))


def moments(now: datetime, days: Floats, present: Flags | None = None) -> Column:
    """Moments ``days`` before ``now``; null where not present."""
    instant = int(now.timestamp() * 1_000_000) - (days * _DAY).astype(np.int64)
    whole = instant - instant % 1_000_000
    return pa.array(whole, mask=None if present is None else ~present).cast(TIME)


def where(present: Flags, column: Column) -> Column:
    """The column, null where not present."""
    return pc.if_else(pa.array(present), column, pa.scalar(None, type=column.type))


def maps(rows: int, columns: Mapping[str, Column]) -> Column:
    """Map column of named text columns; null values are absent keys."""
    names = list(columns)
    if not names:
        return pa.array([[]], type=MAP).take(pa.array(np.zeros(rows, dtype=np.int64)))
    valid = np.column_stack([np.asarray(column.is_valid()) for column in columns.values()])
    order = np.flatnonzero(valid.ravel())
    row, attr = order // len(names), order % len(names)
    values = pa.concat_arrays(list(columns.values())).take(pa.array(attr * rows + row))
    offsets = np.concatenate([[0], np.cumsum(valid.sum(axis=1))]).astype(np.int32)
    return pa.MapArray.from_arrays(pa.array(offsets), pick(names, attr), values)


def repeats(counts: Ints) -> Ints:
    """Row number of the parent of each child: ``[2, 0, 1]`` gives ``[0, 0, 2]``."""
    return np.repeat(np.arange(len(counts), dtype=np.int64), counts)


def record_batch(record: type[Record], rows: int, columns: Mapping[str, Column]) -> pa.RecordBatch:
    """A batch with the record's schema; columns not given are null, or empty lists, maps and false where null is not allowed."""
    unknown = set(columns) - set(schema(record).names)
    if unknown:
        raise ValueError(f"{record.__name__} has no {sorted(unknown)}")
    arrays = [_column(field, rows, columns.get(field.name)) for field in schema(record)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema(record))


def _column(field: Any, rows: int, given: Column | str | None) -> Column:
    if isinstance(given, str):
        return pa.repeat(pa.scalar(given), rows)
    if given is not None:
        return given if given.type == field.type else given.cast(field.type)
    if field.nullable:
        return pa.nulls(rows, field.type)
    if pa.types.is_boolean(field.type):
        return pa.repeat(pa.scalar(False), rows)
    if pa.types.is_list(field.type) or pa.types.is_map(field.type):
        return pa.array([[]], type=field.type).take(pa.array(np.zeros(rows, dtype=np.int64)))
    raise ValueError(f"column {field.name} must be given")
