"""`--format json` and `jsonl`: the whole report, streamed section by section."""

from __future__ import annotations

from typing import BinaryIO

import msgspec

from keyrack.outputs.report import TABLES, Report

_encoder = msgspec.json.Encoder()


def write_json(report: Report, out: BinaryIO) -> None:
    """One object of the schema in :func:`keyrack.outputs.views.json_schema`; memory stays at one batch of rows."""
    out.write(b'{"run":' + _encoder.encode(report.run) + b',\n"summary":' + _encoder.encode(report.summary))
    for section in TABLES:
        out.write(b',\n"' + section.encode() + b'":[')
        out.writelines((b",\n" if index else b"\n") + _encoder.encode(row) for index, row in enumerate(report.rows(section)))
        out.write(b"]")
    out.write(b"}\n")


def write_jsonl(report: Report, out: BinaryIO) -> None:
    """One line a row: ``{"record": section, ...row}``; the run and the summary come first."""
    heads = (("run", report.run), ("summary", report.summary))
    out.writelines(_encoder.encode({"record": name, **msgspec.to_builtins(value)}) + b"\n" for name, value in heads)
    for section in TABLES:
        out.writelines(_encoder.encode({"record": section, **row}) + b"\n" for row in report.rows(section))
