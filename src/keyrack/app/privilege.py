"""Granted against used: the most privileged identities, or one in detail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from keyrack.app.evidence import Period, open_evidence
from keyrack.app.explain import resolve
from keyrack.app.home import Home
from keyrack.evidence.report import account_gaps, actions, places, ranked, services
from keyrack.evidence.used import prepare
from keyrack.lake import Commit

Story = dict[str, Any]


def privileged(home: Home, commit: Commit, period: Period, now: datetime, *, limit: int, people: bool) -> Story:
    """The most privileged identities: ``since``, ``until``, ``coverage`` (sentences about gaps, by account), ``identities``.

    Raises:
        KeyrackError: no log was ingested.
    """
    evidence = open_evidence(home, commit, period, now)
    connection = evidence.connection
    try:
        prepare(connection, evidence.question(period))
        return {
            "since": evidence.window.since,
            "until": evidence.window.until,
            "coverage": {scope: list(gaps) for scope, gaps in account_gaps(connection).items()},
            "identities": ranked(connection, limit, people=people),
        }
    finally:
        connection.close()


def privilege_of(home: Home, commit: Commit, period: Period, now: datetime, text: str) -> Story:
    """One identity: ``uid``, ``since``, ``until``, ``coverage``, ``totals``, ``services``, ``actions``, ``places``.

    Raises:
        KeyrackError: no log was ingested, or no such identity.
    """
    evidence = open_evidence(home, commit, period, now)
    connection = evidence.connection
    try:
        uid = resolve(connection, text)
        prepare(connection, evidence.question(period, (uid,)))
        scope = connection.execute("SELECT scope FROM identities WHERE uid = $uid", {"uid": uid}).fetchone()
        account = scope[0] if scope else "its account"
        by_service = services(connection, uid)
        names = ("granted", "used", "unused", "unknown", "times", "denied")
        return {
            "uid": uid,
            "since": evidence.window.since,
            "until": evidence.window.until,
            "coverage": list(account_gaps(connection).get(account, (f"no log of {account} was ingested.",))),
            "totals": {name: sum(row[name] for row in by_service) for name in names},
            "services": by_service,
            "actions": actions(connection, uid),
            "places": places(connection, uid),
        }
    finally:
        connection.close()
