"""Google Cloud logs as usage."""

from __future__ import annotations

from datetime import timedelta

from keyrack.providers.gcp.audit import SOURCE, event
from keyrack.sdk.json_log import JsonLog
from keyrack.sdk.usage import LogFacts

logs = (
    JsonLog(
        SOURCE,
        "Google Cloud audit logs",
        LogFacts(
            late=timedelta(hours=1),
            kept=timedelta(days=400),
            optional=("*.get*", "*.list*"),
            note="Data Access logs are off by default except for BigQuery (cloud.google.com/logging/docs/audit).",
        ),
        event,
        (("protoPayload|methodName", "logName"), ("protoPayload", "insertId")),
    ),
)
