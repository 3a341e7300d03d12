"""Run a rule's own examples: rows in, verdicts out. Shared by the test suite and by `keyrack rules --check`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from keyrack.errors import UsageError
from keyrack.inventory import Facts
from keyrack.records import OBSERVED, Record
from keyrack.records.uids import row_uid
from keyrack.rules.evaluate import evaluate
from keyrack.rules.model import Example, Row, Rule
from keyrack.rules.prepare import prepare

if TYPE_CHECKING:
    import duckdb

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
"""The clock of all examples."""

_TYPES = {record.table: record for record in OBSERVED}
_RELATIVE = re.compile(r"now(?P<days>[+-]\d+)d")
_DEFAULTS: dict[str, Row] = {
    "identities": {"kind": "service_account", "type": "aws:iam-user", "provider": "aws", "scope": "111122223333"},
    "credentials": {"kind": "access_key", "issuer": "aws", "name": "example"},
    "placements": {"system": "file", "exposure": "config", "scope": "host", "path": "/etc/example"},
    "grants": {"language": "aws-iam", "effect": "allow", "actions": [], "resources": ["*"]},
    "trusts": {"subject_kind": "other_account", "mechanism": "sts:AssumeRole"},
    "resources": {"provider": "aws", "scope": "111122223333"},
    "usage": {"grade": "reported", "source": "example"},
    "ownership": {"evidence": "tag", "detail": "example"},
    "gaps": {"detail": "example"},
}


def hits(rule: Rule, example: Example) -> list[dict[str, object]]:
    """Verdicts of one rule on one example.

    Raises:
        UsageError: the example names an unknown table or column.
    """
    from keyrack.lake.engines.duckdb import connect, load_rows

    connection = connect()
    load_rows(connection, ((record, "example") for record in records(example)))
    prepare(connection, Facts(now=NOW))
    evaluate(connection, [rule])
    return _rows(connection)


def _rows(connection: duckdb.DuckDBPyConnection) -> list[dict[str, object]]:
    cursor = connection.execute("SELECT * FROM verdicts")
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def records(example: Example) -> Iterator[Record]:
    """The example's rows as records, defaults filled and relative times resolved."""
    for table, rows in example.items():
        if table not in _TYPES:
            raise UsageError("rules.example", f"example names an unknown table {table!r}")
        for index, row in enumerate(rows):
            yield _record(table, index, row)


def _record(table: str, index: int, row: Row) -> Record:
    record = _TYPES[table]
    full: Row = {**_DEFAULTS.get(table, {}), **{name: _value(value) for name, value in row.items()}}
    names = _columns(record)
    if "uid" in names:
        full.setdefault("uid", row_uid(table, index, msgspec.json.encode(row)))
    if "name" in names:
        full.setdefault("name", str(full["uid"]).rpartition("/")[2])
    try:
        return msgspec.convert(full, record)
    except msgspec.ValidationError as error:
        raise UsageError("rules.example", f"example row of {table}: {error}") from error


def _value(value: object) -> object:
    if isinstance(value, str) and (match := _RELATIVE.fullmatch(value)):
        return NOW + timedelta(days=int(match["days"]))
    return value


@cache
def _columns(record: type[Record]) -> frozenset[str]:
    return frozenset(field.name for field in msgspec.structs.fields(record))
