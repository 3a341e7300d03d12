"""Kubernetes logs as usage."""

from __future__ import annotations

from datetime import timedelta

from keyrack.providers.kubernetes.audit import SOURCE, event
from keyrack.sdk.json_log import JsonLog
from keyrack.sdk.usage import LogFacts

logs = (
    JsonLog(
        SOURCE,
        "Kubernetes audit log (audit.k8s.io/v1)",
        LogFacts(
            late=timedelta(minutes=5),
            note="Only what the audit policy logs is there (kubernetes.io, Auditing); rules of level None leave no event.",
        ),
        event,
        (("auditID", "user", "stage"), ("auditID", "user", "verb")),
    ),
)
