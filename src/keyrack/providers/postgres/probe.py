"""What a scan would be refused, tried with the queries of the scan itself, cut to one row."""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.providers.postgres import capabilities, queries
from keyrack.providers.postgres.connect import Failed, Server
from keyrack.sdk.provider import Probe

_ONE = "SELECT * FROM ({query}) probe LIMIT 1"


def probe(server: Server) -> Iterator[Probe]:
    """One probe for each capability that takes a privilege."""
    yield _tried(server, "roles", queries.ROLES, None)
    yield _monitor(server)
    methods = _tried(server, "passwords", queries.METHODS, capabilities.METHODS)
    yield methods if methods.ok else _tried(server, "passwords", queries.METHODS_VIEW, capabilities.METHODS)
    yield _tried(server, "hba", queries.HBA, capabilities.HBA)
    yield _tried(server, "subscriptions", queries.subscriptions(whole=True), capabilities.SUBSCRIPTIONS)
    yield _databases(server)


def _tried(server: Server, name: str, query: str, permission: str | None) -> Probe:
    answer = server.whole(_ONE.format(query=query))
    capability = f"postgres.{name}"
    if isinstance(answer, Failed):
        return Probe(capability, ok=False, detail=answer.weather.sentence, permission=permission, hint=answer.weather.hint)
    return Probe(capability, ok=True, detail="readable")


def _monitor(server: Server) -> Probe:
    answer = server.whole("SELECT pg_has_role(current_user, 'pg_monitor', 'USAGE') AS held")
    held = not isinstance(answer, Failed) and any(row.get("held") is True for row in answer)
    if held:
        return Probe("postgres.activity", ok=True, detail="sessions and settings are shown whole")
    return Probe("postgres.activity", ok=False, detail="sessions of other roles and some settings are hidden",
                 permission=capabilities.MONITOR, hint="GRANT pg_monitor TO the role Keyrack signs in as")  # fmt: skip


def _databases(server: Server) -> Probe:
    answer = server.whole(queries.DATABASES)
    if isinstance(answer, Failed):
        return Probe("postgres.privileges", ok=False, detail=answer.weather.sentence, hint=answer.weather.hint)
    closed = sorted(str(row.get("name")) for row in answer if row.get("open") is True and row.get("may_connect") is not True)
    if closed:
        return Probe("postgres.privileges", ok=False, detail=f"databases that do not let us connect: {', '.join(closed[:10])}",
                     permission=capabilities.CONNECT, hint="GRANT CONNECT ON DATABASE ... TO the role")  # fmt: skip
    return Probe("postgres.privileges", ok=True, detail=f"{len(answer)} databases")
