"""Prepare the views rules read: the inventory's, and grants with the access room's privilege classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack.access import classify, parts
from keyrack.inventory import Facts, build

if TYPE_CHECKING:
    import duckdb

_Class = tuple[int, str, list[str], bool, list[str], list[str]]
"""Hash of a statement, its privilege class, escalations, whether it passes roles, to which partners, whole services."""

GRANTS = """
CREATE OR REPLACE VIEW grants AS
SELECT g.* REPLACE (CASE WHEN g.privilege = 'unknown' THEN coalesce(c.privilege, 'unknown') ELSE g.privilege END AS privilege),
  coalesce(c.escalations, CAST([] AS VARCHAR[])) AS escalations,
  coalesce(c.passes_role, FALSE) AS passes_role, coalesce(c.partners, CAST([] AS VARCHAR[])) AS partners,
  coalesce(c.services, CAST([] AS VARCHAR[])) AS whole_services,
  -- every resource, and no condition narrows it
  g.effect = 'allow' AND g.via NOT IN ('boundary', 'organisation')
    AND NOT g.not_resources AND list_contains(g.resources, '*') AND g.conditions IS NULL AS unlimited,
  list_contains(g.actions, '*') OR list_contains(g.actions, '*:*') AS all_actions
FROM raw_grants g
LEFT JOIN statement_classes c ON c.statement = hash(g.language, g.actions, g.not_actions);
"""

PRIVILEGES = """
-- One row per identity that holds allow statements: its highest class, and whether a boundary or an outright deny limits it.
CREATE OR REPLACE TABLE privileges AS
WITH held AS (
  SELECT identity_uid,
    bool_or(privilege = 'admin' AND unlimited) AS admin,
    bool_or(privilege = 'permissions' AND unlimited) AS permissions,
    -- role passing needs two permissions, which may stand in two statements
    bool_or(unlimited AND len(escalations) > 0)
      OR (bool_or(unlimited AND passes_role) AND bool_or(unlimited AND len(partners) > 0)) AS escalates,
    bool_or(privilege IN ('write', 'admin', 'permissions')) AS writes,
    count(*) AS statements
  FROM grants WHERE effect = 'allow' AND via NOT IN ('boundary', 'organisation') GROUP BY identity_uid
),
limits AS (
  SELECT identity_uid,
    count(*) FILTER (via = 'boundary') > 0 AND NOT bool_or(via = 'boundary' AND effect = 'allow' AND all_actions) AS bounded,
    coalesce(bool_or(effect = 'deny' AND all_actions AND conditions IS NULL AND list_contains(resources, '*')), FALSE) AS denied
  FROM grants WHERE via = 'boundary' OR effect = 'deny' GROUP BY identity_uid
)
SELECT h.identity_uid,
  CASE
    WHEN h.admin AND NOT coalesce(l.bounded, FALSE) AND NOT coalesce(l.denied, FALSE) THEN 'admin'
    WHEN (h.permissions OR h.escalates) AND NOT coalesce(l.bounded, FALSE) AND NOT coalesce(l.denied, FALSE) THEN 'permissions'
    WHEN h.writes THEN 'write' ELSE 'read' END AS privilege,
  h.statements, coalesce(l.bounded, FALSE) AS bounded, coalesce(l.denied, FALSE) AS denied
FROM held h LEFT JOIN limits l ON l.identity_uid = h.identity_uid;
"""


def prepare(connection: duckdb.DuckDBPyConnection, facts: Facts) -> None:
    """From ``raw_*`` views to everything a rule may read."""
    build(connection, facts)
    _classify_statements(connection)
    connection.execute(GRANTS)
    connection.execute(PRIVILEGES)


def _classify_statements(connection: duckdb.DuckDBPyConnection) -> None:
    """Classes of the distinct statements, keyed by their hash."""
    distinct = connection.execute(
        "SELECT DISTINCT hash(language, actions, not_actions), language, actions, not_actions FROM raw_grants"
    ).fetchall()
    rows: list[_Class] = []
    for key, language, actions, excluded in distinct:
        statement = (language, tuple(actions), excluded)
        privilege, found = classify(statement)
        part = parts(statement)
        rows.append((key, privilege, list(found), part.passes_role, list(part.partners), list(part.services)))
    _create_classes(connection, rows)


def _create_classes(connection: duckdb.DuckDBPyConnection, rows: list[_Class]) -> None:
    import pyarrow as pa

    table = pa.table(
        {
            "statement": pa.array([row[0] for row in rows], pa.uint64()),
            "privilege": pa.array([row[1] for row in rows], pa.string()),
            "escalations": pa.array([row[2] for row in rows], pa.list_(pa.string())),
            "passes_role": pa.array([row[3] for row in rows], pa.bool_()),
            "partners": pa.array([row[4] for row in rows], pa.list_(pa.string())),
            "services": pa.array([row[5] for row in rows], pa.list_(pa.string())),
        }
    )
    connection.register("_classes", table)
    connection.execute("CREATE OR REPLACE TABLE statement_classes AS SELECT * FROM _classes")
    connection.unregister("_classes")
