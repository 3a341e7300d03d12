"""OpenBao and Vault logs as usage."""

from __future__ import annotations

from datetime import timedelta

from keyrack.providers.openbao.audit import SOURCE, event
from keyrack.sdk.json_log import JsonLog
from keyrack.sdk.usage import LogFacts

logs = (
    JsonLog(
        SOURCE,
        "OpenBao or Vault audit log",
        LogFacts(
            late=timedelta(minutes=5),
            note="Complete while an audit device is on: a server that cannot write it refuses requests (Audit devices).",
        ),
        event,
        (("type", "request|path"), ("type", "auth", "request")),
    ),
)
