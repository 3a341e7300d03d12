"""GitHub logs as usage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from keyrack.providers.github.audit import SOURCE, event
from keyrack.sdk.json_log import LiveJsonLog
from keyrack.sdk.usage import LogFacts, Page

READS = ("organization", "enterprise", "app_id", "app_key", "token_env", "endpoint", "timeout", "wait")
"""Options of the provider that asking the log takes."""


def ask(cursor: str | None, now: datetime, options: Mapping[str, str]) -> Iterator[Page]:
    """See :func:`keyrack.providers.github.audit_live.pages`."""
    from keyrack.providers.github.audit_live import pages

    yield from pages(cursor, now, options)


logs = (
    LiveJsonLog(
        SOURCE,
        "GitHub audit log",
        LogFacts(
            late=timedelta(minutes=10),
            kept=timedelta(days=180),
            optional=("contents:read",),
            never=("metadata:read",),
            note="Git events are kept seven days; API requests are only in the enterprise stream (docs.github.com, audit log).",
        ),
        event,
        (("action", "actor", "created_at"), ("action", "@timestamp")),
        ask=ask,
        reads=READS,
    ),
)
