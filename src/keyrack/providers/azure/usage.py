"""Azure logs as usage."""

from __future__ import annotations

from datetime import timedelta

from keyrack.providers.azure.activity import SOURCE, event
from keyrack.sdk.json_log import JsonLog
from keyrack.sdk.usage import LogFacts

logs = (
    JsonLog(
        SOURCE,
        "Azure activity log",
        LogFacts(
            late=timedelta(minutes=20),
            kept=timedelta(days=90),
            never=("*/read",),
            note="Control-plane reads and data actions are not in it (Azure Monitor documentation, activity log).",
        ),
        event,
        (
            ("operationName", "resourceId", "resultType"),
            ("operationName|value", "eventTimestamp"),
            ("operationName", "resourceId", "category"),
        ),
    ),
)
