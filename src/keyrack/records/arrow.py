"""Arrow schemas derived from the record types; the lake's Parquet files and SQL views have exactly these columns."""

from __future__ import annotations

import types
import typing
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union

import msgspec

if TYPE_CHECKING:
    import pyarrow as pa

    from keyrack.records.base import Record


def _strip(hint: Any) -> tuple[Any, bool]:
    """Unwrap Annotated and Optional; return the bare type and whether ``None`` is allowed."""
    origin = typing.get_origin(hint)
    if origin is Annotated:
        return _strip(typing.get_args(hint)[0])
    if origin in (Union, types.UnionType):
        arms = [arm for arm in typing.get_args(hint) if arm is not type(None)]
        bare, _ = _strip(arms[0])
        return bare, True
    return hint, False


def _arrow_type(hint: Any) -> pa.DataType:
    import pyarrow as pa

    scalars = {str: pa.string(), int: pa.int64(), bool: pa.bool_(), float: pa.float64(), datetime: pa.timestamp("us", "UTC")}
    bare, _ = _strip(hint)
    if bare in scalars:
        return scalars[bare]
    origin = typing.get_origin(bare)
    if origin is Literal:
        return pa.string()
    if origin is list:
        return pa.list_(_arrow_type(typing.get_args(bare)[0]))
    if origin is dict:
        return pa.map_(pa.string(), pa.string())
    raise TypeError(f"no Arrow type for {bare!r}")


@cache
def schema(record: type[Record]) -> pa.Schema:
    """Arrow schema of a record type, columns in declaration order."""
    import pyarrow as pa

    hints = typing.get_type_hints(record, include_extras=True)
    fields = [
        pa.field(f.name, _arrow_type(hints[f.name]), nullable=_strip(hints[f.name])[1]) for f in msgspec.structs.fields(record)
    ]
    return pa.schema(fields)


def batch(record: type[Record], rows: typing.Sequence[Record]) -> pa.RecordBatch:
    """Columnar batch of records of one type."""
    import pyarrow as pa

    table_schema = schema(record)
    columns = []
    for field in table_schema:
        values = [getattr(row, field.name) for row in rows]
        if pa.types.is_map(field.type):
            values = [list(value.items()) for value in values]
        columns.append(pa.array(values, type=field.type))
    return pa.RecordBatch.from_arrays(columns, schema=table_schema)
