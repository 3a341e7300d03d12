"""The three forms of a PostgreSQL server log (csvlog, jsonlog, stderr), record by record, as one shape. Pure.

Columns and members: "Error Reporting and Logging" of the PostgreSQL manual (Tables "Keys and Values of JSON Log Entries" and
"Using CSV-Format Log Output"). In stderr a record's further lines begin with a tab; only prefixes of a fixed form are read
(the default ``%m [%p] ``, Debian's ``%m [%p] %q%u@%d ``, Amazon RDS's ``%t:%r:%u@%d:[%p]:``), for whoever signs in chooses
the name that stands in them, and must not choose the record.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

import msgspec

from keyrack.sdk.fields import Raw, number, text
from keyrack.sdk.usage import Rows

_FIELD: Final = 1 << 24
_SEVERITY: Final = "LOG|FATAL|ERROR|WARNING|PANIC|INFO|NOTICE|STATEMENT|DETAIL|HINT|CONTEXT|QUERY|LOCATION|DEBUG[1-5]?"
_MOMENT: Final = r"\d{4}-\d\d-\d\d[ ]\d\d:\d\d:\d\d(?:\.\d{1,6})?"
_ZONE: Final = r"[A-Za-z]{1,5}|[+-]\d\d(?::?\d\d)?"
_NAME: Final = r"[A-Za-z0-9_.$-]{1,63}|\[unknown\]"
_LINE: Final = re.compile(
    rf"""(?x)
    (?P<at>{_MOMENT})[ ](?P<zone>{_ZONE})
    (?:[ ]\[(?P<pid>\d+)\][ ](?:(?P<user>{_NAME})@(?P<database>{_NAME})[ ])?
      | :(?P<client>[0-9A-Fa-f.:]*|\[local\])(?:\(\d+\))?:(?P<user2>{_NAME})?@(?P<database2>{_NAME})?:\[(?P<pid2>\d+)\]:)
    (?P<severity>{_SEVERITY}):[ ]{{2}}(?P<message>.*)
    """
)
CSV: Final = re.compile(
    rb'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? [A-Za-z0-9+:-]{1,6},(?:"(?:[^"]|"")*")?,(?:"(?:[^"]|"")*")?,\d*,'
    rb'(?:"[^"]*")?,[0-9a-f]+\.[0-9a-f]+,\d+,'
)
"""Begin of a csvlog."""
STDERR: Final = re.compile(rf"(?m)^{_LINE.pattern.replace('(?x)', '', 1)}", re.VERBOSE)
"""A record of the stderr form, anywhere at the begin of a line."""
_HOURS: Final[Mapping[str, float]] = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "JST": 9, "KST": 9,
    "HKT": 8, "SGT": 8, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13, "EST": -5, "EDT": -4, "CDT": -5, "MDT": -6, "PST": -8,
    "PDT": -7, "BRT": -3,
}  # fmt: skip
"""Abbreviations that mean one offset; CST, IST, BST and others mean several, and are not guessed."""


@dataclass(frozen=True, slots=True)
class Line:
    """One record. ``session`` joins those of one connection: the session id, in stderr the process id."""

    at: datetime
    session: str
    number: str
    user: str | None
    database: str | None
    client: str | None
    tag: str | None
    severity: str
    state: str | None
    message: str
    application: str | None
    detail: str | None
    exact: bool
    """User, database and session stand in fields of their own."""


def read(raw: bytes, rows: Rows) -> Iterator[Line]:
    """Records of a whole csvlog, or of whole lines of the other forms; what cannot be read is a problem of ``rows``."""
    start = raw.lstrip(b"\xef\xbb\xbf \r\n")
    if start[:1] == b"{":
        yield from _from_json(raw, rows)
    elif CSV.match(start):
        yield from _from_csv(start, rows)
    else:
        yield from _from_stderr(raw, rows)


def moment(at: str, zone: str) -> datetime | None:
    """A time with the server's zone; ``None`` for an abbreviation that means several offsets."""
    hours = _HOURS.get(zone.upper())
    if hours is None and zone[:1] in "+-" and zone[1:3].isdigit():
        hours = (int(zone[1:3]) + int(zone[-2:] if len(zone) > 3 else 0) / 60) * (-1 if zone[0] == "-" else 1)
    if hours is None or abs(hours) >= 24:
        return None
    try:
        return datetime.fromisoformat(_padded(at)).replace(tzinfo=timezone(timedelta(hours=hours))).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _padded(at: str) -> str:
    """Fractions of three or six digits, which is what Python reads."""
    head, dot, digits = at.partition(".")
    return f"{head}.{digits[:6].ljust(6, '0')}" if dot else head


def _when(stamp: str, rows: Rows) -> datetime | None:
    at, _, zone = stamp.rpartition(" ")
    found = moment(at, zone) if re.fullmatch(_MOMENT, at) else None
    if found is None:
        rows.problem("a time in a zone whose abbreviation means several: set log_timezone to UTC")
    return found


def _from_csv(raw: bytes, rows: Rows) -> Iterator[Line]:
    csv.field_size_limit(_FIELD)
    reader = csv.reader((line.decode("utf-8", "replace") for line in io.BytesIO(raw)), strict=True)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            rows.problem("a row is cut off or too long")
            continue
        if len(row) < 23:
            rows.problem("a row has fewer columns than csvlog has")
            continue
        at = _when(row[0], rows)
        if at is not None:
            client = row[4].rpartition(":")[0] or row[4]
            yield Line(
                at, row[5], row[6], row[1] or None, row[2] or None, client or None, row[7] or None, row[11], row[12] or None,
                row[13], row[22] or None, row[14] or None, exact=True,
            )  # fmt: skip


def _from_json(raw: bytes, rows: Rows) -> Iterator[Line]:
    for piece in raw.splitlines():
        if not piece.strip():
            continue
        try:
            value: object = msgspec.json.decode(piece)
        except (msgspec.DecodeError, ValueError, RecursionError):
            rows.problem("a line is not a JSON object")
            continue
        line = _json_line(value, rows) if isinstance(value, Mapping) else None
        if line is not None:
            yield line


def _json_line(value: Raw, rows: Rows) -> Line | None:
    at = _when(text(value, "timestamp") or "", rows)
    message = text(value, "message")
    if at is None or message is None:
        return None
    return Line(
        at=at,
        session=text(value, "session_id") or str(number(value, "pid") or ""),
        number=text(value, "line_num") or "",
        user=text(value, "user"),
        database=text(value, "dbname"),
        client=text(value, "remote_host"),
        tag=text(value, "ps"),
        severity=text(value, "error_severity") or "LOG",
        state=text(value, "state_code"),
        message=message,
        application=text(value, "application_name"),
        detail=text(value, "detail"),
        exact=True,
    )


def _from_stderr(raw: bytes, rows: Rows) -> Iterator[Line]:
    """Records; a DETAIL goes with the record before it."""
    held: Line | None = None
    for piece in raw.decode("utf-8", "replace").split("\n"):
        line = _stderr_line(piece.rstrip("\r"), rows)
        if line is not None and line.severity == "DETAIL":
            held = replace(held, detail=line.message) if held is not None and held.session == line.session else held
        elif line is not None:
            if held is not None:
                yield held
            held = line
    if held is not None:
        yield held


def _stderr_line(piece: str, rows: Rows) -> Line | None:
    found = _LINE.fullmatch(piece)
    if found is None:
        if piece[:1].isdigit():
            rows.problem("a line with another log_line_prefix than the default, Debian's or Amazon RDS's")
        return None
    at = _when(f"{found['at']} {found['zone']}", rows)
    if at is None:
        return None
    known = {name: value for name, value in found.groupdict().items() if value and value != "[unknown]"}
    return Line(
        at=at,
        session=known.get("pid") or known.get("pid2") or "",
        number="",
        user=known.get("user") or known.get("user2"),
        database=known.get("database") or known.get("database2"),
        client=known.get("client"),
        tag=None,
        severity=found["severity"],
        state=None,
        message=found["message"],
        application=None,
        detail=None,
        exact=False,
    )
