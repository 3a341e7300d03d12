"""`--format csv`: rows for a spreadsheet, safe to open there."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, BinaryIO

import msgspec

from keyrack.outputs.report import Report
from keyrack.records import Finding

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csv(report: Report, out: BinaryIO) -> None:
    """The findings, one a line, with every column."""
    write_rows(report.rows("findings"), [field.name for field in msgspec.structs.fields(Finding)], out)


def write_rows(rows: Iterable[dict[str, Any]], columns: Sequence[str], out: BinaryIO) -> None:
    """Some columns of rows as CSV (RFC 4180); nested values as JSON."""
    text = io.TextIOWrapper(out, "utf-8", errors="backslashreplace", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_cell(row.get(column)) for column in columns] for row in rows)
    text.detach()


def _cell(value: object) -> str:
    """A cell; a leading formula character is defused by an apostrophe (OWASP: CSV injection)."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return f"'{text}" if text.startswith(_FORMULA) else text
