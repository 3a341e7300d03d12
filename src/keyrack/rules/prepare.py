"""Prepare the views rules read: the inventory's, and (``sql/``) grants with the access room's privilege classes.

Afterwards there are also: ``grants``, ``limits``, ``escalation_paths``, ``privileges`` (one row per identity), and the graph's
tables (:mod:`keyrack.rules.reach`).
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from keyrack.access import classify, parts
from keyrack.inventory import Facts, build
from keyrack.rules.reach import reach_tables

if TYPE_CHECKING:
    import duckdb

_Class = tuple[str, list[str], bool, str, list[str], bool, list[str], list[str], list[str]]
"""A statement (language, actions, NotAction); its class, escalations, role passing, partners, take-overs and services."""

STATEMENT = "hash(language, actions, not_actions)"
"""Key of a statement; the engine's hash, so it is recomputed by readers and never compared across versions."""


def prepare(connection: duckdb.DuckDBPyConnection, facts: Facts) -> None:
    """From ``raw_*`` views to everything a rule may read."""
    build(connection, facts)
    _classify_statements(connection)
    for script in sorted(files("keyrack.rules").joinpath("sql").iterdir(), key=lambda item: item.name):
        connection.execute(script.read_text("utf-8"))
    reach_tables(connection)


def _classify_statements(connection: duckdb.DuckDBPyConnection) -> None:
    """Classes of the distinct statements, keyed by their hash."""
    # grouping by the hash alone is far cheaper than by lists of text
    distinct = connection.execute(
        f"SELECT any_value(language), any_value(actions), any_value(not_actions) FROM raw_grants GROUP BY {STATEMENT}"
    ).fetchall()
    rows: list[_Class] = []
    for language, actions, excluded in distinct:
        statement = (language, tuple(actions), excluded)
        privilege, found = classify(statement)
        part = parts(statement)
        lists = (list(part.partners), list(part.takeovers), list(part.services))
        rows.append((language, actions, excluded, privilege, list(found), part.passes_role, *lists))
    _create_classes(connection, rows)


def _create_classes(connection: duckdb.DuckDBPyConnection, rows: list[_Class]) -> None:
    import pyarrow as pa

    texts = pa.list_(pa.string())
    columns: dict[str, pa.DataType] = {
        "language": pa.string(), "actions": texts, "not_actions": pa.bool_(), "privilege": pa.string(), "escalations": texts,
        "passes_role": pa.bool_(), "partners": texts, "takeovers": texts, "services": texts,
    }  # fmt: skip
    table = pa.table({name: pa.array([row[i] for row in rows], kind) for i, (name, kind) in enumerate(columns.items())})
    connection.register("_classes", table)
    connection.execute(f"CREATE OR REPLACE TABLE statement_classes AS SELECT {STATEMENT} AS statement, * FROM _classes")
    connection.unregister("_classes")
