"""Who is signed in: sessions by role, program, address and database. Pure.

Facts: "pg_stat_activity" of the PostgreSQL manual. ``application_name`` is what a client calls itself: psql and the graphical
tools say their names unless somebody changes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyrack.providers.postgres.roles import Roles
from keyrack.records import Usage
from keyrack.records.uids import row_uid
from keyrack.sdk.fields import Raw, number, text, when

_TOOLS = re.compile(
    r"(?i)^(psql|pgadmin|dbeaver|datagrip|tableplus|postico|navicat|heidisql|beekeeper|pgcli|azuredatastudio|azure data studio|"
    r"dbvisualizer|squirrel|adminer|phppgadmin|valentina|razorsql|omnidb|sqlectron|dataspell|intellij|pycharm|vscode|"
    r"visual studio code)"
)


def human_tool(application: str | None) -> str | None:
    """The client made for people that a program name begins with, in lower case."""
    match = _TOOLS.match(application.strip()) if application else None
    return match[1].lower() if match else None


def session_usage(row: Raw, roles: Roles) -> Iterator[Usage]:
    """One Usage for each role, database, program and address; ``used_at`` is the latest sign-in among its sessions."""
    role, started = text(row, "role"), when(row, "started")
    if not role or role not in roles.login or started is None:
        return
    uid = roles.uid(role)
    application, client, database = text(row, "application"), text(row, "client"), text(row, "database")
    facts = {
        "application": application,
        "client": client or "socket",
        "database": database,
        "encrypted": str(row["encrypted"]).lower() if isinstance(row.get("encrypted"), bool) else None,
        "tool": human_tool(application),
        "sessions": str(number(row, "sessions") or 1),
    }
    yield Usage(
        uid=row_uid("use", uid, "pg_stat_activity", application, client, database, facts["encrypted"]),
        identity_uid=uid,
        grade="observed",
        source="postgres:pg_stat_activity",
        used_at=started,
        service="postgres",
        attrs={key: value for key, value in facts.items() if value},
    )
