"""The formats of a report by name; each lives in its own file and is imported when asked for."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import BinaryIO, cast

from keyrack.outputs.report import Report

Writer = Callable[[Report, BinaryIO], None]

FORMATS: dict[str, str] = {
    "table": "keyrack.outputs.table:write_table",
    "json": "keyrack.outputs.json:write_json",
    "jsonl": "keyrack.outputs.json:write_jsonl",
    "csv": "keyrack.outputs.csv:write_csv",
    "html": "keyrack.outputs.html:write_html",
    "sarif": "keyrack.outputs.sarif:write_sarif",
    "ocsf": "keyrack.outputs.ocsf:write_ocsf",
}


def writer(name: str) -> Writer:
    """The function that writes a format.

    Raises:
        KeyError: no such format; the command line checks names before.
    """
    module, _, function = FORMATS[name].partition(":")
    return cast("Writer", getattr(import_module(module), function))
