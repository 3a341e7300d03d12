"""GitHub logs as usage."""

from __future__ import annotations

from datetime import timedelta

from keyrack.providers.github.audit import SOURCE, event
from keyrack.sdk.json_log import JsonLog
from keyrack.sdk.usage import LogFacts

logs = (
    JsonLog(
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
    ),
)
