"""From verdicts to findings with a life, and from findings to a risk score."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from keyrack.rules import Rule
from keyrack.rules.inputs import expanded
from keyrack.sdk import registry

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

Waiver = tuple[str, str, datetime]
"""Finding id, reason, until."""

_NO_PREVIOUS = """
CREATE OR REPLACE VIEW previous_findings AS
SELECT id, rule, title, owasp, severity, confidence, identity, credential, evidence, remediation,
  CAST(NULL AS TIMESTAMPTZ) AS first_seen, CAST(NULL AS TIMESTAMPTZ) AS last_seen, CAST(NULL AS VARCHAR) AS status,
  path, line, CAST(NULL AS VARCHAR) AS source, CAST(NULL AS VARCHAR) AS exception, CAST([] AS VARCHAR[]) AS sources,
  CAST(NULL AS VARCHAR) AS subject
FROM verdicts WHERE FALSE
"""


def judge(
    connection: duckdb.DuckDBPyConnection, rules: Iterable[Rule], exceptions: Iterable[Waiver], previous: Path | None
) -> None:
    """Create the tables ``findings``, ``rule_coverage``, ``risk_terms`` and ``risks``.

    ``previous`` is the findings file of the commit before; without it every finding is new.
    """
    import pyarrow as pa

    from keyrack.lake.engines.duckdb import quote

    if previous is not None and previous.exists():
        connection.execute(
            "CREATE OR REPLACE VIEW previous_findings AS "
            f"SELECT * FROM read_parquet({quote(str(previous))}, hive_partitioning = false)"
        )
    else:
        connection.execute(_NO_PREVIOUS)
    manifests = registry.manifests()
    inputs = [(rule.id, capability) for rule in rules for capability in expanded(rule.header.inputs, manifests)]
    _create(connection, "rule_inputs", {"rule": (pa.string(), 0), "capability": (pa.string(), 1)}, inputs)
    register_waivers(connection, exceptions)
    for script in sorted(files("keyrack.posture").joinpath("sql").iterdir(), key=lambda item: item.name):
        connection.execute(script.read_text("utf-8"))


def register_waivers(connection: duckdb.DuckDBPyConnection, exceptions: Iterable[Waiver]) -> None:
    """Create ``known_exceptions`` from decisions in force."""
    import pyarrow as pa

    columns = {"finding": (pa.string(), 0), "reason": (pa.string(), 1), "until": (pa.timestamp("us", "UTC"), 2)}
    _create(connection, "known_exceptions", columns, list(exceptions))


def _create(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    columns: Mapping[str, tuple[pa.DataType, int]],
    rows: Sequence[tuple[object, ...]],
) -> None:
    """A small table from Python tuples; each column names its type and its position in the tuple."""
    import pyarrow as pa

    table = pa.table({column: pa.array([row[at] for row in rows], kind) for column, (kind, at) in columns.items()})
    connection.register("_incoming", table)
    connection.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM _incoming")
    connection.unregister("_incoming")
