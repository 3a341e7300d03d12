"""What a scan needs besides its sources, tried before it starts: a broken rule ends it at once, not after hours of collecting."""

from __future__ import annotations

from datetime import datetime

from keyrack.app.config import Config, people, vendors
from keyrack.app.evaluation import rules_in_force
from keyrack.app.home import Home
from keyrack.errors import KeyrackError
from keyrack.inventory import Facts
from keyrack.lake.engines.duckdb import attach, connect
from keyrack.rules import Rule, evaluate, prepare


def ready(home: Home, config: Config, now: datetime) -> None:
    """Read the rules, people and vendors of the configuration, and run the user's own rules on an empty estate.

    Raises:
        UsageError: a file is missing or malformed; says which.
        KeyrackError: a rule's statement cannot run; says which rule, and why.
    """
    facts = Facts(now=now, people=people(config), vendors=vendors(config), accounts=config.organisation.accounts)
    own = [rule for rule in rules_in_force(config) if rule.origin == "user"]
    if own:
        _try(home, facts, own)


def _try(home: Home, facts: Facts, rules: list[Rule]) -> None:
    """Every view a rule may read, with no row in any."""
    import duckdb

    connection = connect(home.scratch)
    try:
        attach(connection, home.lake, [])
        prepare(connection, facts)
        evaluate(connection, rules)
    except duckdb.Error as error:
        raise KeyrackError(
            "engine.failed", f"the engine cannot start: {type(error).__name__}", hint="free memory or disk (KEYRACK_MEMORY)"
        ) from error
    finally:
        connection.close()
