"""The graph as tables that rules and the risk score read: who becomes whom, who reaches administrator rights, how far.

Afterwards there are ``steps``, ``become``, ``admins``, ``admin_paths`` and ``blast_radius``; empty, with a row in ``house_gaps``,
where an estate has more AWS principals than a scan should wait for.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

import msgspec

from keyrack.graph.blast import everybody
from keyrack.graph.build import build
from keyrack.graph.model import Estate, Graph, everybody_node, shown
from keyrack.graph.paths import paths_to
from keyrack.records import Credential, Gap, Grant, Identity, Placement, Policy, Record, Resource, Trust
from keyrack.rules.model import GRAPH

if TYPE_CHECKING:
    import duckdb

R = TypeVar("R", bound=Record)

MOST = 10_000
"""AWS principals whose paths a scan evaluates, about three milliseconds each; and forty times as many identities of any kind."""

TABLES: dict[str, str] = {
    "steps": "source VARCHAR, target VARCHAR, mechanism VARCHAR, via VARCHAR, conditional BOOLEAN",
    "admins": "uid VARCHAR",
    "admin_paths": "identity_uid VARCHAR, target VARCHAR, hops BIGINT, mechanism VARCHAR, via VARCHAR, route VARCHAR",
    "blast_radius": "identity_uid VARCHAR, identities BIGINT, resources BIGINT, crown BIGINT",
    "house_gaps": "capability VARCHAR, source_id VARCHAR, detail VARCHAR",
}

BECOME = f"""
CREATE OR REPLACE VIEW become AS
SELECT * FROM steps WHERE NOT starts_with(source, '{everybody_node("")}') AND NOT starts_with(target, '{everybody_node("")}')
UNION ALL
SELECT s.source, m.target, s.mechanism, s.via, s.conditional
FROM steps s
JOIN steps m ON m.source = s.target
WHERE starts_with(s.target, '{everybody_node("")}') AND s.source <> m.target
"""
"""Who becomes whom, with everybody in a sphere written out; rules narrow it before it is joined."""

_TOO_MANY = f"""
SELECT count(*) FILTER (provider = 'aws') > {MOST} OR count(*) > {40 * MOST} FROM raw_identities
"""

GRANTS = """
SELECT {fields} FROM grants
WHERE language <> 'aws-iam' OR identity_uid NOT IN (
  SELECT unnest(targets) FROM raw_policies WHERE language = 'aws-iam' AND kind = 'identity')
"""
"""AWS grants only of identities whose policies no source keeps whole."""


BLIND = """
WITH seen AS (SELECT DISTINCT scope, source_id FROM raw_identities WHERE provider = 'aws'),
counted AS (SELECT scope, count(*) AS sources FROM seen GROUP BY scope)
SELECT s.scope, g.uid
FROM seen s
JOIN counted c ON c.scope = s.scope
JOIN (SELECT DISTINCT uid, source_id FROM raw_gaps) g ON g.source_id = s.source_id
GROUP BY s.scope, g.uid, c.sources HAVING count(*) = c.sources
"""


def reach_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create and fill the tables; the inventory's views must be there."""
    for name, columns in TABLES.items():
        connection.execute(f"CREATE OR REPLACE TABLE {name} ({columns})")
    connection.execute(BECOME)
    if connection.execute(_TOO_MANY).fetchall()[0][0]:
        connection.execute(
            f"INSERT INTO house_gaps SELECT '{GRAPH}', CAST(source_id AS VARCHAR), "
            f"'more than {MOST:,} AWS principals: a scan does not wait for paths; run keyrack paths' "
            "FROM raw_identities GROUP BY source_id"
        )
        return
    graph = build(estate_of(connection))
    _fill(connection, "steps", _edges(graph))
    _fill(connection, "admins", [(uid,) for uid in sorted(graph.admins)])
    _fill(connection, "admin_paths", _paths(graph))
    _fill(connection, "blast_radius", [(r.uid, r.identities, r.resources, r.crown) for r in everybody(graph)])


def estate_of(connection: duckdb.DuckDBPyConnection) -> Estate:
    """The records in force, as the inventory merged them, at the moment of the run."""
    now = connection.execute("SELECT now FROM clock").fetchall()[0][0]
    return Estate(
        now=now,
        identities=_records(connection, Identity, "identities"),
        policies=_records(connection, Policy, "raw_policies"),
        trusts=_records(connection, Trust, "trusts"),
        resources=_records(connection, Resource, "resources"),
        placements=_records(connection, Placement, "placements"),
        credentials=_records(connection, Credential, "credentials"),
        grants=_records(connection, Grant, "raw_grants", GRANTS),
        gaps=_records(connection, Gap, "raw_gaps"),
        blind=_blind(connection),
    )


def _blind(connection: duckdb.DuckDBPyConnection) -> dict[str, frozenset[str]]:
    """What nobody looked at in each account: uids of the gaps that all its sources share."""
    found: dict[str, set[str]] = {}
    for account, uid in connection.execute(BLIND).fetchall():
        found.setdefault(account, set()).add(uid)
    return {account: frozenset(uids) for account, uids in found.items()}


def _records(
    connection: duckdb.DuckDBPyConnection, record: type[R], view: str, sql: str = "SELECT {fields} FROM {view}"
) -> tuple[R, ...]:
    names = [field.name for field in msgspec.structs.fields(record)]
    columns = ", ".join(f'"{name}"' for name in names)
    rows = connection.execute(f"{sql.format(fields=columns, view=view)} ORDER BY uid").fetchall()
    return tuple(msgspec.convert(dict(zip(names, row, strict=True)), record) for row in rows)


def _edges(graph: Graph) -> list[tuple[object, ...]]:
    return [(e.source, e.target, e.mechanism, e.via, e.conditional) for e in graph.edges]


def _paths(graph: Graph) -> list[tuple[object, ...]]:
    return [
        (
            path.source,
            shown(path.target),
            len(path.hops),
            path.hops[0].mechanism,
            path.hops[0].via,
            " -> ".join([path.source, *(f"{hop.target} ({hop.mechanism})" for hop in path.hops)]),
        )
        for path in paths_to(graph, "admin")
    ]


def _fill(connection: duckdb.DuckDBPyConnection, table: str, rows: Iterable[tuple[object, ...]]) -> None:
    import pyarrow as pa

    listed = list(rows)
    if not listed:
        return
    names = [row[0] for row in connection.execute(f"DESCRIBE {table}").fetchall()]
    connection.register("_rows", pa.table({name: [row[i] for row in listed] for i, name in enumerate(names)}))
    connection.execute(f"INSERT INTO {table} SELECT * FROM _rows")
    connection.unregister("_rows")
