"""From verdicts to findings with a life, and from findings to a risk score."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from keyrack.rules import Rule

if TYPE_CHECKING:
    import duckdb

Waiver = tuple[str, str, datetime]
"""Finding id, reason, until."""

_NO_PREVIOUS = """
CREATE OR REPLACE VIEW previous_findings AS
SELECT id, rule, title, owasp, severity, confidence, identity, credential, evidence, remediation,
  CAST(NULL AS TIMESTAMPTZ) AS first_seen, CAST(NULL AS TIMESTAMPTZ) AS last_seen, CAST(NULL AS VARCHAR) AS status,
  path, line, CAST(NULL AS VARCHAR) AS source, CAST(NULL AS VARCHAR) AS exception, CAST([] AS VARCHAR[]) AS sources
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
        connection.execute(f"CREATE OR REPLACE VIEW previous_findings AS SELECT * FROM read_parquet({quote(str(previous))})")
    else:
        connection.execute(_NO_PREVIOUS)
    inputs = [(rule.id, capability) for rule in rules for capability in rule.header.inputs]
    waived = list(exceptions)
    tables = {
        "rule_inputs": pa.table(
            {"rule": pa.array([i[0] for i in inputs], pa.string()), "capability": pa.array([i[1] for i in inputs], pa.string())}
        ),
        "known_exceptions": pa.table(
            {
                "finding": pa.array([e[0] for e in waived], pa.string()),
                "reason": pa.array([e[1] for e in waived], pa.string()),
                "until": pa.array([e[2] for e in waived], pa.timestamp("us", "UTC")),
            }
        ),
    }
    for name, table in tables.items():
        connection.register("_incoming", table)
        connection.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM _incoming")
        connection.unregister("_incoming")
    for script in sorted(files("keyrack.posture").joinpath("sql").iterdir(), key=lambda item: item.name):
        connection.execute(script.read_text("utf-8"))
