"""Evaluate rules set-wise: each rule's SELECT becomes rows of one findings table, without a row passing through Python."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from keyrack.errors import KeyrackError
from keyrack.lake.engines.duckdb import quote
from keyrack.rules.model import RESERVED, Rule

if TYPE_CHECKING:
    import duckdb

_TABLE = """
CREATE OR REPLACE TABLE verdicts (
  id VARCHAR, rule VARCHAR, title VARCHAR, owasp VARCHAR, severity VARCHAR, confidence VARCHAR,
  identity VARCHAR, credential VARCHAR, evidence MAP(VARCHAR, VARCHAR), remediation VARCHAR, path VARCHAR, line BIGINT,
  source_id VARCHAR
)
"""
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def evaluate(
    connection: duckdb.DuckDBPyConnection, rules: Iterable[Rule], progress: Callable[[int], None] = lambda _done: None
) -> None:
    """Fill the table ``verdicts``; :func:`keyrack.rules.prepare.prepare` must have run.

    Raises:
        KeyrackError: a rule's statement fails; names the rule.
    """
    connection.execute(_TABLE)
    ran = []
    for done, rule in enumerate(rules, start=1):
        run_rule(connection, rule)
        ran.append(rule)
        progress(done)
    keep_one(connection)
    for rule in ran:
        _yield(connection, rule)


_KEEP_ONE = """
CREATE OR REPLACE TABLE repeated_verdicts AS
SELECT v.* FROM verdicts v SEMI JOIN (SELECT id FROM verdicts GROUP BY id HAVING count(*) > 1) r ON r.id = v.id;
DELETE FROM verdicts WHERE id IN (SELECT id FROM repeated_verdicts);
INSERT INTO verdicts
SELECT * FROM repeated_verdicts
QUALIFY row_number() OVER (PARTITION BY id ORDER BY severity, path, line, CAST(evidence AS VARCHAR)) = 1;
DROP TABLE repeated_verdicts;
"""


def keep_one(connection: duckdb.DuckDBPyConnection) -> None:
    """One verdict per finding id: of several rows of one id the first in a fixed order, so that runs never differ by chance."""
    connection.execute(_KEEP_ONE)


_RANK = "list_position(['info', 'low', 'medium', 'high', 'critical'], {0}.severity)"
_YIELD = f"""
DELETE FROM verdicts WHERE id IN (
  SELECT v.id FROM verdicts v
  JOIN verdicts w ON w.identity = v.identity AND {_RANK.format("w")} >= {_RANK.format("v")}
  WHERE v.rule = ? AND list_contains(?, w.rule)
)
"""


def _yield(connection: duckdb.DuckDBPyConnection, rule: Rule) -> None:
    """Leave to rules of one system what they report too."""
    if rule.header.yields_to:
        connection.execute(_YIELD, [rule.id, list(rule.header.yields_to)])


def run_rule(connection: duckdb.DuckDBPyConnection, rule: Rule) -> None:
    """Append one rule's verdicts."""
    import duckdb

    try:
        columns = [row[0] for row in connection.execute(f"DESCRIBE {rule.sql}").fetchall()]
        connection.execute(statement(rule, columns))
    except duckdb.Error as error:
        raise KeyrackError("rules.sql", f"rule {rule.id} cannot run: {error}", hint=f"fix {rule.file}") from error


def statement(rule: Rule, columns: list[str]) -> str:
    """The INSERT that turns the rule's rows into verdicts."""
    header = rule.header
    missing = {"identity", *header.key, *_PLACEHOLDER.findall(header.remediation)} - set(columns)
    if missing:
        raise KeyrackError(
            "rules.columns", f"rule {rule.id} does not select {', '.join(sorted(missing))}", hint=f"fix {rule.file}"
        )
    credential = "credential" if "credential" in columns else "CAST(NULL AS VARCHAR)"
    # concat_ws skips NULLs, which would let two different keys collide; a marker keeps the positions
    key = ", ".join(f"""coalesce(CAST("{name}" AS VARCHAR), '-')""" for name in ["identity", *header.key])
    evidence = [name for name in columns if name not in RESERVED]
    names = ", ".join(quote(name) for name in evidence)
    values = ", ".join(f'CAST("{name}" AS VARCHAR)' for name in evidence)
    facts = f"MAP([{names}], [{values}])" if evidence else "MAP([]::VARCHAR[], []::VARCHAR[])"
    return f"""
        INSERT INTO verdicts
          SELECT 'KR-' || substr(sha256(concat_ws(chr(31), {quote(rule.id)}, {key})), 1, 16) AS id,
            {quote(rule.id)}, {quote(header.title)}, {quote(header.owasp)},
            {_either("severity", header.severity, columns)}, {_either("confidence", header.confidence, columns)},
            identity, {credential}, {facts}, {_filled(rule, columns)},
            {"path" if "path" in columns else "CAST(NULL AS VARCHAR)"}, {"line" if "line" in columns else "CAST(NULL AS BIGINT)"},
            {"CAST(source_id AS VARCHAR)" if "source_id" in columns else "CAST(NULL AS VARCHAR)"}
          FROM ({rule.sql}) AS hit
    """


def remediation(template: str) -> str:
    """SQL expression that fills ``{column}`` placeholders of a remediation text.

    Inside backticks stands a command that somebody may paste into a shell, so values that are not plain words are
    quoted for POSIX shells there: names come from outside and may be hostile.
    """
    pieces, in_command = [], False
    for index, piece in enumerate(_PLACEHOLDER.split(template.strip())):
        if index % 2:
            pieces.append(_shell_word(piece) if in_command else f"coalesce(CAST(\"{piece}\" AS VARCHAR), '?')")
        else:
            pieces.append(quote(piece))
            in_command ^= piece.count("`") % 2 == 1
    return " || ".join(pieces)


def _filled(rule: Rule, columns: list[str]) -> str:
    """The remediation; commands that a rule composes by CASE name their ``{column}`` too and are filled the same way."""
    text = remediation(rule.header.remediation)
    for column in sorted(set(_PLACEHOLDER.findall(rule.sql)) & set(columns)):
        text = f"replace({text}, {quote('{' + column + '}')}, {_shell_word(column)})"
    return text


def _shell_word(column: str) -> str:
    """SQL twin of :func:`shlex.quote`."""
    value = f"coalesce(CAST(\"{column}\" AS VARCHAR), '?')"
    quoted = f"chr(39) || replace({value}, chr(39), chr(39) || '\"' || chr(39) || '\"' || chr(39)) || chr(39)"
    return f"CASE WHEN regexp_full_match({value}, '[A-Za-z0-9_@%+=:,./?-]+') THEN {value} ELSE {quoted} END"


def _either(column: str, default: str, columns: list[str]) -> str:
    return f"coalesce({column}, {quote(default)})" if column in columns else quote(default)
