"""Every rule's own examples, and the promises every rule makes: portable SQL, known words, filled placeholders."""

from __future__ import annotations

import re

import pytest
import sqlglot
from sqlglot import exp

from keyrack.records import SEVERITIES, vocabulary
from keyrack.rules import Rule, builtin
from keyrack.rules.examples import hits, records
from keyrack.sdk import registry

RULES = builtin()
BROUGHT = [manifest.words for manifest in registry.manifests().values()]
ATTRIBUTES = {
    name
    for kind in ("identity", "credential", "placement", "grant", "trust", "resource", "usage")
    for words in (getattr(vocabulary, f"{kind}_attrs".upper()), *(getattr(brought, f"{kind}_attrs") for brought in BROUGHT))
    for name in words
}
"""Words of the house and of the installed providers."""
TYPES = {
    name
    for words in (
        vocabulary.IDENTITY_TYPES,
        vocabulary.RESOURCE_TYPES,
        *({**w.identity_types, **w.resource_types} for w in BROUGHT),
    )
    for name in words
}
COLONED = {*TYPES, *vocabulary.MECHANISMS, *(name for words in BROUGHT for name in words.mechanisms)}


def _bad() -> list[object]:
    return [pytest.param(rule, i, id=f"{rule.id}-bad{i}") for rule in RULES for i in range(len(rule.header.bad))]


def _good() -> list[object]:
    return [pytest.param(rule, i, id=f"{rule.id}-good{i}") for rule in RULES for i in range(len(rule.header.good))]


@pytest.fixture(params=RULES, ids=lambda rule: rule.id)
def rule(request: pytest.FixtureRequest) -> Rule:
    found: Rule = request.param
    return found


@pytest.mark.parametrize(("rule", "index"), _bad())
def test_bad_examples_are_found(rule: Rule, index: int) -> None:
    found = hits(rule, rule.header.bad[index])
    assert found, f"{rule.id} misses its own bad example {index}"
    for row in found:
        assert row["severity"] in SEVERITIES
        assert row["confidence"] in {"low", "medium", "high"}
        assert row["remediation"]
        assert not re.search(r"\{\w+\}", str(row["remediation"])), "an unfilled placeholder"


@pytest.mark.parametrize(("rule", "index"), _good())
def test_good_examples_stay_clean(rule: Rule, index: int) -> None:
    assert hits(rule, rule.header.good[index]) == [], f"{rule.id} raises a false alarm on its own good example {index}"


def test_two_hard_negatives_or_more(rule: Rule) -> None:
    assert len(rule.header.bad) >= 1
    assert len(rule.header.good) >= 2


def test_runs_on_spark_too(rule: Rule) -> None:
    (spark,) = sqlglot.transpile(rule.sql, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
    assert spark


def test_is_one_select(rule: Rule) -> None:
    statements = sqlglot.parse(rule.sql, read="duckdb")
    assert len(statements) == 1
    assert isinstance(statements[0], exp.Select | exp.Union)


def test_reads_known_attributes(rule: Rule) -> None:
    unknown = set(re.findall(r"attrs\['([^']+)'\]", rule.sql)) - ATTRIBUTES
    assert not unknown, f"not in the vocabulary: {sorted(unknown)}"


def test_reads_known_types_and_mechanisms(rule: Rule) -> None:
    """Words with a colon in them, compared with a type or a mechanism."""
    words = set()
    for name in ("type", "mechanism"):
        for column in (rf"\b{name}\s*(?:=|<>)\s*('[^']+')", rf"\b{name}\s+(?:NOT\s+)?IN\s*\(([^)]*)\)"):
            for found in re.findall(column, rule.sql):
                words |= set(re.findall(r"'([^']+)'", found))
    unknown = {word for word in words if ":" in word} - COLONED
    assert not unknown, f"not in the vocabulary: {sorted(unknown)}"


def test_examples_use_known_words(rule: Rule) -> None:
    for example in (*rule.header.bad, *rule.header.good):
        for record in records(example):
            attrs: dict[str, str] = getattr(record, "attrs", {})
            assert set(attrs) <= ATTRIBUTES, f"not in the vocabulary: {sorted(set(attrs) - ATTRIBUTES)}"
            kind = getattr(record, "type", None)
            assert kind is None or kind in TYPES, f"not in the vocabulary: {kind}"


def test_frameworks_are_ids(rule: Rule) -> None:
    assert all(re.fullmatch(r"[A-Z][\w.-]+(?::[\w.()-]+)?", item) for item in rule.header.frameworks)


def test_titles_are_unique() -> None:
    assert len({rule.header.title for rule in RULES}) == len(RULES)
