"""Evaluate a run: raw records in force -> inventory, rules, findings, risks; written beside the run, then read back."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from keyrack.app.config import Config, people, vendors
from keyrack.app.home import Home
from keyrack.errors import KeyrackError
from keyrack.inventory import Facts
from keyrack.lake import Commit, RunWriter
from keyrack.lake.engines.duckdb import attach, attach_commit, connect, quote
from keyrack.posture import Waiver, judge, register_waivers
from keyrack.rules import Rule, builtin, evaluate, from_folder, prepare
from keyrack.rules.prepare import STATEMENT
from keyrack.rules.reach import BECOME, TABLES
from keyrack.sdk import Progress

if TYPE_CHECKING:
    import duckdb

KEPT = (
    *TABLES,
    "clock", "identities", "credentials", "findings", "risks", "risk_terms", "privileges", "rule_coverage", "credential_alias",
    "statement_classes", "owner_evidence", "known_people", "known_vendors", "known_accounts", "vendor_accounts",
    "links", "consumer_environments",
)  # fmt: skip
"""Tables a reader needs; everything else is a view over these and the raw records."""

LATER = {
    **TABLES,
    "links": "kind VARCHAR, uid VARCHAR, other VARCHAR, because VARCHAR, confidence DOUBLE",
    "consumer_environments": "uid VARCHAR, environment VARCHAR",
}
"""Kept tables that came after the first lakes were written; an older commit has none of some."""


def rules_in_force(config: Config) -> tuple[Rule, ...]:
    """Built-in rules and the user's own, without the disabled ones.

    Raises:
        UsageError: the user's folder or a rule in it is broken.
    """
    own = from_folder(config.path(config.rules.folder)) if config.rules.folder else ()
    return tuple(rule for rule in (*builtin(), *own) if rule.id not in config.rules.disabled)


def evaluate_run(home: Home, config: Config, run: RunWriter, progress: Progress, unwatched: Sequence[str] = ()) -> None:
    """Judge everything in force after ``run`` and write the kept tables to its ``evaluated`` folder.

    ``unwatched`` are sources that nobody wants to look at any more: what was found there is neither open nor resolved.
    """
    with _engine(home) as connection:
        _judge(connection, home, config, run, progress)
        connection.execute(UNWATCHED, [list(unwatched)])
        _write(connection, run.evaluated)


UNWATCHED = """
DELETE FROM findings
WHERE list_has_any(sources, ?::VARCHAR[]) AND id IN (SELECT id FROM previous_findings WHERE status <> 'resolved')
  AND id NOT IN (SELECT id FROM verdicts)
"""


@contextlib.contextmanager
def _engine(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection for one evaluation; what the engine cannot do becomes an error with a next step."""
    import duckdb

    connection = connect(home.scratch)
    try:
        yield connection
    except duckdb.Error as error:
        raise KeyrackError(
            "engine.failed",
            f"evaluation failed: {type(error).__name__}: {str(error).splitlines()[0]}",
            hint="nothing was committed; free memory or disk (KEYRACK_MEMORY), else report this as a bug",
        ) from error
    finally:
        connection.close()


def _judge(connection: duckdb.DuckDBPyConnection, home: Home, config: Config, run: RunWriter, progress: Progress) -> None:
    attach(connection, home.lake, run.in_force().values())
    facts = Facts(
        now=run.now,
        people=people(config),
        vendors=vendors(config),
        accounts=config.organisation.accounts,
        refused=_refused(home),
    )
    prepare(connection, facts)
    rules = rules_in_force(config)
    evaluate(connection, rules, lambda done: progress.update("Evaluating rules", done, len(rules)))
    head = home.lake.head()
    previous = home.lake.root / head.evaluated / "findings.parquet" if head else None
    judge(connection, rules, _waivers(home, run.now), previous)


VIEWS = (
    ("keyrack.inventory", "05_words.sql"),
    ("keyrack.inventory", "26_merges.sql"),
    ("keyrack.inventory", "60_views.sql"),
    ("keyrack.rules", "10_grants.sql"),
)
"""Scripts that only define views over the raw records and the kept tables."""

OVERLAY = """
CREATE OR REPLACE VIEW findings AS
SELECT f.* REPLACE (
  CASE WHEN f.status = 'resolved' THEN 'resolved' WHEN e.finding IS NOT NULL THEN 'excepted' ELSE 'open' END AS status,
  CASE WHEN e.finding IS NOT NULL THEN e.reason || ' (until ' || strftime(e.until, '%Y-%m-%d') || ')' END AS exception)
FROM stored_findings f LEFT JOIN known_exceptions e ON e.finding = f.id
"""


def open_commit(home: Home, commit: Commit, now: datetime | None = None) -> duckdb.DuckDBPyConnection:
    """A connection with every table and view of a commit, as rules saw them.

    With ``now`` the exceptions in force at that moment are laid over the findings, so that a decision shows at once
    and an expired one is gone; without it the findings are as the run left them.
    """
    connection = connect(home.scratch)
    attach_commit(connection, home.lake, commit)
    for name, columns in LATER.items():
        if not (home.lake.root / commit.evaluated / f"{name}.parquet").exists():
            connection.execute(f"CREATE TABLE {name} ({columns})")
    if not (home.lake.root / commit.evaluated / "become.parquet").exists():  # commits of before kept it whole
        connection.execute(BECOME)
    if now is not None:
        connection.execute("ALTER VIEW findings RENAME TO stored_findings")
        register_waivers(connection, _waivers(home, now))
        connection.execute(OVERLAY)
    connection.execute("ALTER VIEW statement_classes RENAME TO stored_classes")
    connection.execute(f"CREATE TABLE statement_classes AS SELECT * REPLACE ({STATEMENT} AS statement) FROM stored_classes")
    for room, script in VIEWS:
        connection.execute(files(room).joinpath("sql", script).read_text("utf-8"))
    return connection


def _waivers(home: Home, now: datetime) -> list[Waiver]:
    if not home.ledger_file.exists():
        return []
    from keyrack.ledger import Ledger

    return [(e.finding, e.reason, e.until) for e in Ledger(home.ledger_file).exceptions(now)]


def _refused(home: Home) -> tuple[tuple[str, str], ...]:
    if not home.ledger_file.exists():
        return ()
    from keyrack.ledger import Refusals

    return tuple((refusal.uid, refusal.other) for refusal in Refusals(home.ledger_file).all())


def _write(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for table in KEPT:
        target = quote(str(folder / f"{table}.parquet"))
        connection.execute(f"COPY (SELECT * FROM {table}) TO {target} (FORMAT parquet, COMPRESSION zstd)")
