"""Entra logs as usage."""

from __future__ import annotations

from datetime import timedelta

from keyrack.providers.entra.signins import GRAPH, SIGN_INS, graph_call, sign_in
from keyrack.sdk.json_log import JsonLog
from keyrack.sdk.usage import LogFacts

logs = (
    JsonLog(
        SIGN_INS,
        "Entra sign-in logs",
        LogFacts(
            late=timedelta(hours=2),
            kept=timedelta(days=30),
            note="A sign-in shows use of an identity and its credential, not of a permission (Entra documentation).",
        ),
        sign_in,
        (("appId", "createdDateTime", "resourceDisplayName"), ("category", "properties|createdDateTime", "properties|appId")),
    ),
    JsonLog(
        GRAPH,
        "Microsoft Graph activity log",
        LogFacts(
            late=timedelta(minutes=30),
            note="Off until a diagnostic setting exports it; tells which permissions a token had, not which was needed.",
        ),
        graph_call,
        (("requestUri", "requestMethod", "requestId"), ("properties|requestUri", "properties|requestMethod")),
    ),
)
