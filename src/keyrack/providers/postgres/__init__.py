"""PostgreSQL, one server with all its databases. Cheap to import; psycopg loads when it is used."""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.providers.postgres.capabilities import MANIFEST
from keyrack.records import Record
from keyrack.sdk import Context, Manifest, Source, Target
from keyrack.sdk.provider import Probe
from keyrack.sdk.unique import unique


class Postgres:
    """The provider; stateless, so one object serves all scans."""

    @property
    def manifest(self) -> Manifest:
        """What it sees and needs."""
        return MANIFEST

    def source(self, target: Target, ctx: Context) -> Source:
        """Name the server; signs in once.

        Raises:
            KeyrackError: psycopg is missing, the options contradict each other, or the server lets nobody in.
        """
        del ctx
        from keyrack.providers.postgres.connect import open_server

        with open_server(target) as server:
            return Source(f"postgres:{server.name}", f"PostgreSQL server {server.name}")

    def discover(self, target: Target, ctx: Context) -> Iterator[Record]:
        """Records and Gaps of the server and of every database that lets us connect.

        Raises:
            KeyrackError: as for :meth:`source`.
        """
        from keyrack.providers.postgres.connect import open_server
        from keyrack.providers.postgres.discover import discover

        with open_server(target) as server:
            yield from unique(discover(server, target.options, ctx))

    def probe(self, target: Target, ctx: Context) -> Iterator[Probe]:
        """One cheap query for each capability.

        Raises:
            KeyrackError: as for :meth:`source`.
        """
        del ctx
        from keyrack.providers.postgres.connect import open_server
        from keyrack.providers.postgres.probe import probe

        with open_server(target) as server:
            yield from probe(server)


provider = Postgres()
