"""Evaluation: ids that do not move when nothing that matters changed, errors that name their rule, remediations safe to paste."""

from __future__ import annotations

import random
import shlex
from collections.abc import Iterable
from datetime import timedelta

import duckdb
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyrack.errors import KeyrackError
from keyrack.inventory import Facts
from keyrack.lake.engines.duckdb import connect, load_rows
from keyrack.records import Record
from keyrack.rules import Rule, builtin, evaluate, prepare
from keyrack.rules.evaluate import remediation
from keyrack.rules.examples import NOW, records
from keyrack.rules.load import parse

RULES = builtin()


def _verdicts(
    rules: Iterable[Rule], rows: Iterable[tuple[Record, str]], *, later: timedelta = timedelta()
) -> list[tuple[object, ...]]:
    connection = connect()
    load_rows(connection, rows)
    prepare(connection, Facts(now=NOW + later))
    evaluate(connection, rules)
    return connection.execute("SELECT id, identity, severity, confidence FROM verdicts ORDER BY id").fetchall()


def _ids(rows: list[tuple[object, ...]]) -> list[object]:
    return [row[0] for row in rows]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_verdicts_depend_on_the_set_of_rows_only(rule: Rule) -> None:
    """Neither the order of rows, nor a second source that saw the same, nor an hour more changes a finding."""
    rows = list(records(rule.header.bad[0]))
    base = _verdicts([rule], [(row, "one") for row in rows])
    shuffled = list(rows)
    random.Random(7).shuffle(shuffled)
    assert _verdicts([rule], [(row, "one") for row in shuffled]) == base
    assert _verdicts([rule], [(row, source) for row in rows for source in ("one", "two")]) == base
    assert _ids(_verdicts([rule], [(row, "one") for row in rows], later=timedelta(hours=1))) == _ids(base)
    assert len(set(_ids(base))) == len(base)


def _example(name: str) -> tuple[Rule, list[Record]]:
    (rule,) = (rule for rule in RULES if rule.id == name)
    return rule, list(records(rule.header.bad[0]))


def test_ids_survive_what_changes_every_day() -> None:
    rule, rows = _example("credential_idle_90_days")
    base = _verdicts([rule], [(row, "one") for row in rows])
    assert _ids(_verdicts([rule], [(row, "one") for row in rows], later=timedelta(days=30))) == _ids(base)


def test_ids_survive_a_new_line_number_and_another_name() -> None:
    rule, rows = _example("secret_in_code")
    moved = [msgspec.structs.replace(row, line=99) if hasattr(row, "line") else row for row in rows]
    assert _ids(_verdicts([rule], [(row, "one") for row in moved])) == _ids(_verdicts([rule], [(row, "one") for row in rows]))


def test_each_rule_and_each_credential_has_its_own_id() -> None:
    rule, rows = _example("secret_in_code")
    other = [msgspec.structs.replace(row, path="other.py", uid="place:other") if hasattr(row, "path") else row for row in rows]
    both = _ids(_verdicts([rule], [(row, "one") for row in {row.uid: row for row in [*rows, *other]}.values()]))  # type: ignore[attr-defined]
    assert len(both) == 2


def test_progress_counts_rules() -> None:
    seen: list[int] = []
    connection = connect()
    load_rows(connection, [])
    prepare(connection, Facts(now=NOW))
    evaluate(connection, RULES[:3], seen.append)
    assert seen == [1, 2, 3]
    assert connection.execute("SELECT count(*) FROM verdicts").fetchone() == (0,)


def test_no_rule_finds_anything_in_an_empty_estate() -> None:
    assert _verdicts(RULES, []) == []


HEADER = """/*
id: mine
title: T
severity: low
confidence: low
owasp: NHI1:2025
key: []
inputs: [aws.iam]
detects: d
why: w
remediation: {remediation}
blind_spots: b
false_positives: f
bad: []
good: []
*/
{sql}
"""


def _rule(sql: str, text: str = "do it") -> Rule:
    return parse(HEADER.replace("{remediation}", f'"{text}"').replace("{sql}", sql), "mine.sql")


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT nope FROM identities", "rules.sql"),
        ("SELECT i.uid AS identity FROM nowhere i", "rules.sql"),
        ("SELEKT", "rules.sql"),
        ("SELECT i.uid AS identity, 1/0 AS x FROM identities i WHERE error('boom') IS NULL", "rules.sql"),
        ("SELECT i.uid FROM identities i", "rules.columns"),
    ],
)
def test_a_failing_statement_names_the_rule_and_its_file(sql: str, code: str) -> None:
    rows = [(row, "one") for row in _example("secret_in_ci_file")[1] + _example("admin_grant")[1]]
    with pytest.raises(KeyrackError) as caught:
        _verdicts([_rule(sql)], rows)
    assert caught.value.code == code
    assert "mine" in str(caught.value)
    assert "mine.sql" in caught.value.hint


def test_a_placeholder_without_a_column_is_refused() -> None:
    with pytest.raises(KeyrackError, match="name") as caught:
        _verdicts([_rule("SELECT i.uid AS identity FROM identities i", "ask {name}")], [])
    assert caught.value.code == "rules.columns"


def _fill(template: str, value: str | None) -> str:
    with duckdb.connect() as connection:
        row = connection.execute(f"SELECT {remediation(template)} FROM (SELECT $value AS name)", {"value": value}).fetchone()
    assert row is not None
    return str(row[0])


VALUES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=40)


@settings(max_examples=60, deadline=None)
@given(VALUES)
def test_prose_keeps_the_value_as_it_is(value: str) -> None:
    assert _fill("Ask {name}'s owner.", value) == f"Ask {value}'s owner."


@settings(max_examples=60, deadline=None)
@given(VALUES)
def test_commands_hold_the_value_as_one_shell_word(value: str) -> None:
    filled = _fill("Run `aws iam delete-user --user-name {name} --x`, then tell {name}.", value)
    command = filled.removeprefix("Run `").removesuffix(f"`, then tell {value}.")
    assert shlex.split(command) == ["aws", "iam", "delete-user", "--user-name", value, "--x"]


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00{}`"), max_size=60))
def test_templates_without_placeholders_come_out_verbatim(text: str) -> None:
    assert _fill(text, "x") == text.strip()


def test_unknown_values_show_as_a_question_mark() -> None:
    assert _fill("ask {name}", None) == "ask ?"


def _both(name: str, severity: str) -> list[tuple[object, ...]]:
    """Verdicts of a general rule and of the one it yields to, where the second says this severity."""
    general, records_ = _example("path_to_admin")
    special = msgspec.structs.replace(
        general,
        header=msgspec.structs.replace(general.header, id=name, severity=severity, yields_to=()),
    )
    connection = connect()
    load_rows(connection, [(row, "one") for row in records_])
    prepare(connection, Facts(now=NOW))
    evaluate(connection, [general, special])
    return connection.execute("SELECT rule FROM verdicts ORDER BY rule").fetchall()


def test_a_general_rule_yields_to_one_that_says_the_same_no_less_severely() -> None:
    assert _both("k8s_becomes_others", "high") == [("k8s_becomes_others",)]
    assert _both("k8s_becomes_others", "medium") == [("k8s_becomes_others",), ("path_to_admin",)]
    assert _both("another_rule", "high") == [("another_rule",), ("path_to_admin",)]


def test_rules_yield_to_rules_that_exist() -> None:
    known = {rule.id for rule in RULES}
    assert {name for rule in RULES for name in rule.header.yields_to} <= known
