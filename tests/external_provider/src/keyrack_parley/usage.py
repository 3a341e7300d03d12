"""Parley's audit log as usage: from exported files, and asked for over the API from where the last look ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from keyrack.errors import KeyrackError
from keyrack.records import Event
from keyrack.sdk.fields import Raw, text, when
from keyrack.sdk.json_log import LiveJsonLog
from keyrack.sdk.usage import LogFacts, Page

SOURCE = "parley:audit"


def event(raw: Raw, scope: str | None) -> Event | None:
    """One line of the log; raises ValueError for one that tells no time or id."""
    key, at, action = text(raw, "parley_event"), when(raw, "at"), text(raw, "action")
    if key is None or at is None or action is None:
        raise ValueError("an event without id, time or action")
    workspace = text(raw, "workspace")
    return Event(
        id=key,
        at=at,
        source=SOURCE,
        scope=scope or workspace,
        identity_uid=text(raw, "bot_uid"),
        api=action,
        service="parley",
        actions=[action],
        resources=[text(raw, "channel") or ""],
        outcome="allowed",
    )


def ask(cursor: str | None, now: datetime, options: Mapping[str, str]) -> Iterator[Page]:
    """Pages of 100 after a cursor; the API gives the position to go on from with each page."""
    del now
    import msgspec

    from keyrack.sdk.web import Failed
    from keyrack_parley.discover import AUDIT, web_of

    web = web_of(options)
    while True:
        reply = web.one(AUDIT.of(**({"after": cursor} if cursor else {})))
        if isinstance(reply, Failed):
            raise KeyrackError("parley.audit", reply.weather.sentence, hint=f"needs {AUDIT.permission}", retry="later")
        found, cursor = web.listed(AUDIT, reply), text(reply.body, "position") or cursor
        if found:
            yield Page(b"\n".join(map(msgspec.json.encode, found)), cursor or "")
        if len(found) < 100:
            return


logs = (
    LiveJsonLog(
        SOURCE,
        "Parley audit log",
        LogFacts(late=timedelta(minutes=1), kept=timedelta(days=30), never=("messages:read",), note="Reads are not logged."),
        event,
        (("parley_event", "at"),),
        ask=ask,
        reads=("endpoint", "token_env"),
    ),
)
