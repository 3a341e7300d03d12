"""Prepare the views rules read: the inventory's, and (``sql/``) grants with the access room's privilege classes.

Afterwards there are also: ``grants``, ``limits``, ``escalation_paths`` and ``privileges`` (one row per identity).
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from keyrack.access import classify, parts
from keyrack.inventory import Facts, build

if TYPE_CHECKING:
    import duckdb

_Class = tuple[int, str, list[str], bool, list[str], list[str], list[str]]
"""Hash of a statement, its privilege class, escalations, whether it passes roles, to which partners, take-overs, services."""


def prepare(connection: duckdb.DuckDBPyConnection, facts: Facts) -> None:
    """From ``raw_*`` views to everything a rule may read."""
    build(connection, facts)
    _classify_statements(connection)
    for script in sorted(files("keyrack.rules").joinpath("sql").iterdir(), key=lambda item: item.name):
        connection.execute(script.read_text("utf-8"))


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
        lists = (list(part.partners), list(part.takeovers), list(part.services))
        rows.append((key, privilege, list(found), part.passes_role, *lists))
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
            "takeovers": pa.array([row[5] for row in rows], pa.list_(pa.string())),
            "services": pa.array([row[6] for row in rows], pa.list_(pa.string())),
        }
    )
    connection.register("_classes", table)
    connection.execute("CREATE OR REPLACE TABLE statement_classes AS SELECT * FROM _classes")
    connection.unregister("_classes")
