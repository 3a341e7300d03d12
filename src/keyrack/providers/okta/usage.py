"""Okta logs as usage."""

from __future__ import annotations

from datetime import timedelta

from keyrack.providers.okta.system_log import SOURCE, event
from keyrack.sdk.json_log import JsonLog
from keyrack.sdk.usage import LogFacts

logs = (
    JsonLog(
        SOURCE,
        "Okta System Log",
        LogFacts(
            late=timedelta(minutes=10),
            kept=timedelta(days=90),
            never=("*.read",),
            note="Reads by API tokens and apps leave no event (developer.okta.com, System Log).",
        ),
        event,
        (("eventType", "published", "uuid"), ("eventType", "published", "actor")),
    ),
)
