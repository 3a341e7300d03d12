"""Lists of rows in every format the list commands share."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from keyrack.cli.options import checked_format, sink

if TYPE_CHECKING:
    from rich.table import Table

FORMATS = ("table", "json", "jsonl", "csv")
Row = dict[str, Any]


def print_rows(rows: Iterable[Row], columns: Sequence[str], format: str, output: Path | None = None) -> None:
    """Write rows: a table of some columns for people, everything for machines."""
    checked_format(format, FORMATS)
    with sink(output) as out:
        {"table": _table, "json": _json, "jsonl": _jsonl, "csv": _csv}[format](rows, columns, out)


def _json(rows: Iterable[Row], _columns: Sequence[str], out: BinaryIO) -> None:
    import msgspec

    encoder = msgspec.json.Encoder()
    out.write(b"[")
    out.writelines((b",\n" if index else b"\n") + encoder.encode(row) for index, row in enumerate(rows))
    out.write(b"]\n")


def _jsonl(rows: Iterable[Row], _columns: Sequence[str], out: BinaryIO) -> None:
    import msgspec

    encoder = msgspec.json.Encoder()
    out.writelines(encoder.encode(row) + b"\n" for row in rows)


def _csv(rows: Iterable[Row], columns: Sequence[str], out: BinaryIO) -> None:
    from keyrack.outputs.csv import write_rows

    write_rows(rows, columns, out)


def _table(rows: Iterable[Row], columns: Sequence[str], out: BinaryIO) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from keyrack.outputs.text import clean

    table = Table(*columns, box=None)
    for row in rows:
        table.add_row(*(Text(clean(text(row.get(column))), overflow="fold") for column in columns))
    terminal = sys.stdout.isatty() and out is sys.stdout.buffer
    console = Console(width=None if terminal else 160, force_terminal=terminal, highlight=False)
    with console.capture() as captured:
        console.print(table)
    out.write(captured.get().encode("utf-8", "replace"))


def titled(title: str, rows: Sequence[Row], columns: Sequence[str]) -> Table:
    """A table of some columns under a title with its number of rows, for pages of several tables."""
    from rich.table import Table
    from rich.text import Text

    from keyrack.outputs.text import clean

    table = Table(*columns, title=f"\n{title} ({len(rows)})", title_justify="left", box=None)
    for row in rows:
        table.add_row(*(Text(clean(text(row.get(column))), overflow="fold") for column in columns))
    return table


def text(value: object) -> str:
    """A value as a person reads it in a cell."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, dict):
        return ", ".join(f"{k}={v}" for k, v in value.items() if v is not None)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)
