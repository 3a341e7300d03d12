"""A PostgreSQL server's own log as usage: csvlog, jsonlog and stderr."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from keyrack.providers.postgres.events import SOURCE, Reader
from keyrack.providers.postgres.serverlog import CSV, STDERR, read
from keyrack.sdk.json_log import has
from keyrack.sdk.usage import LogFacts, Rows, Shape

_FACTS = LogFacts(
    late=timedelta(minutes=1),
    optional=("CONNECT", "REPLICATION", "SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "EXECUTE"),
    note=(
        "Sign-ins are there while log_connections is on, statements while pgaudit or log_statement writes them "
        "(Error Reporting and Logging)."
    ),
)


@dataclass(frozen=True, slots=True)
class ServerLog:
    """See :class:`keyrack.sdk.usage.UsageLog`. A csvlog is one document: a statement in it may span lines."""

    name: str = SOURCE
    title: str = "PostgreSQL server log"
    facts: LogFacts = _FACTS

    def recognises(self, name: str, head: bytes) -> Shape | None:
        """By its first record; a log with a prefix of one's own is none we know."""
        del name
        start = head.lstrip(b"\xef\xbb\xbf \r\n")
        if start[:1] == b"{":
            return "lines" if _is_json_log(start.partition(b"\n")[0]) else None
        if CSV.match(start):
            return "document"
        return "lines" if STDERR.search(start[:16_384].decode("utf-8", "replace")) else None

    def skips(self, name: str) -> bool:
        """``current_logfiles`` beside the logs names them."""
        return name.rpartition("/")[2] == "current_logfiles"

    def read(self, raw: bytes, rows: Rows) -> None:
        """See :class:`keyrack.sdk.usage.UsageLog`; sessions are remembered from piece to piece of one file's rows."""
        if not isinstance(rows.memory, Reader):
            rows.memory = Reader(rows.scope or "unknown")
        for event, unmapped in rows.memory.events(read(raw, rows)):
            rows.add(event, unmapped=unmapped, data_event=True)


def _is_json_log(line: bytes) -> bool:
    import msgspec

    try:
        value: object = msgspec.json.decode(line)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return False
    return all(has(value, member) for member in ("timestamp", "error_severity", "backend_type", "message"))


logs = (ServerLog(),)
