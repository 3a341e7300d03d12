"""A real PostgreSQL for tests: the estate's own runner, found by tests under the name of the thing."""

from keyrack_estate.systems.postgres.server import Postgres, available, postgres_server

__all__ = ["Postgres", "available", "postgres_server"]
