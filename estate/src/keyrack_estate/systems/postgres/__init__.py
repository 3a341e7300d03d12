"""Nordholm's PostgreSQL server: roles, databases, sign-in rules and sessions, with their truth; served by a real server."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keyrack_estate.systems import Served
from keyrack_estate.systems.postgres.bulk import block
from keyrack_estate.systems.postgres.labels import LABELS
from keyrack_estate.systems.postgres.plant import Planter, State
from keyrack_estate.systems.postgres.server import Postgres, available, postgres_server

if TYPE_CHECKING:
    from keyrack_estate.world import World

SERVER, DSN = "payments-db.nordholm.example", "NORDHOLM_PG_DSN"
"""Applications know the server by this name, among others ``PGHOST`` of an app in Azure."""


@dataclass(frozen=True)
class System:
    """The system; stateless."""

    name: str = "postgres"
    order: int = 45
    labels: Mapping[str, tuple[str, str]] = field(default_factory=lambda: LABELS)

    def missing(self) -> str:
        """Why it cannot be served here."""
        return "" if available() else "no PostgreSQL server is installed (Debian: postgresql)"

    def plant(self, world: World) -> State:
        """Make roles, databases, rules and sessions, and write their truth."""
        return Planter(world, SERVER).plant()

    def bulk(self, size: int, seed: int, now: datetime) -> State:
        """A server of ``size`` roles in a hundred groups, in its one database; made by one block."""
        del seed, now
        return State(statements=[("postgres", block(size))])

    @contextlib.contextmanager
    def serve(self, state: State, folder: Path) -> Iterator[Served]:
        """Run it on loopback until the block ends, with its sessions open."""
        del folder
        settings = ("listen_addresses=127.0.0.1,db.nordholm.example",)  # the second resolves nowhere: a wish, and no socket
        with postgres_server(state.hba, settings) as server, contextlib.ExitStack() as open_sessions:
            for database, statement in state.statements:
                server.run(statement, dbname=database)
            for session in state.sessions:
                open_sessions.enter_context(_session(server, *session))
            source = {"target": "postgres", "dsn_env": DSN, "server": SERVER}
            yield Served((source,), {DSN: server.dsn()})


def _session(server: Postgres, role: str, password: str, database: str, program: str) -> Any:
    import psycopg

    return psycopg.connect(server.dsn(role, password, database, application_name=program))


SYSTEM = System()
