"""Turn raw records into one entry per identity and credential, with owner, environment and graded use."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from keyrack.inventory.facts import Facts
from keyrack.records import Person, Record, Vendor
from keyrack.records.arrow import batch

if TYPE_CHECKING:
    import duckdb


def build(connection: duckdb.DuckDBPyConnection, facts: Facts) -> None:
    """Create the tables and views that rules read, from the ``raw_*`` views.

    Set-wise SQL in ``sql/``, run in file order. Afterwards: identities, credentials, placements, trusts, resources,
    usage, people, vendors, gaps (``grants`` comes from the access room, which classifies privileges).
    """
    _register(connection, facts)
    for script in sorted(files("keyrack.inventory").joinpath("sql").iterdir(), key=lambda item: item.name):
        connection.execute(script.read_text("utf-8"))


def _register(connection: duckdb.DuckDBPyConnection, facts: Facts) -> None:
    connection.execute("CREATE OR REPLACE TABLE clock AS SELECT CAST(? AS TIMESTAMPTZ) AS now", [facts.now])
    _union(connection, "known_people", Person, facts.people)
    _union(connection, "known_vendors", Vendor, facts.vendors)
    connection.execute(
        "CREATE OR REPLACE TABLE told_accounts AS SELECT unnest(CAST(? AS VARCHAR[])) AS account", [list(facts.accounts)]
    )
    connection.execute(
        """
        CREATE OR REPLACE TABLE known_accounts AS
        SELECT account FROM told_accounts
        UNION SELECT scope FROM raw_identities WHERE provider = 'aws'
        UNION SELECT name FROM raw_resources WHERE type = 'aws:account'
        """
    )
    both_ways = [pair for a, b in facts.refused for pair in ((a, b), (b, a))]
    connection.execute("CREATE OR REPLACE TABLE refused_merges (uid VARCHAR, other VARCHAR)")
    if both_ways:
        connection.executemany("INSERT INTO refused_merges VALUES (?, ?)", both_ways)
    connection.execute(
        "CREATE OR REPLACE TABLE vendor_accounts AS SELECT name, status, unnest(accounts) AS account FROM known_vendors"
    )


def _union(
    connection: duckdb.DuckDBPyConnection, name: str, record: type[Record], told: tuple[Person, ...] | tuple[Vendor, ...]
) -> None:
    """Observed rows and told rows in one table; what people told us wins over what a source observed."""
    import pyarrow as pa

    connection.register("_told", pa.Table.from_batches([batch(record, told)]))
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE {name} AS
        SELECT * FROM _told
        UNION ALL BY NAME
        SELECT DISTINCT ON (uid) * EXCLUDE (source_id) FROM raw_{record.table} WHERE uid NOT IN (SELECT uid FROM _told)
        """
    )
    connection.unregister("_told")
