"""Classify the distinct statements of an estate once, in memory; the join back to millions of grants is SQL."""

from __future__ import annotations

from dataclasses import dataclass

from keyrack.access.aws.actions import classify_statement, escalations, halves, takeovers, whole_services
from keyrack.access.grants import classify_grant
from keyrack.records.grant import Privilege

Statement = tuple[str, tuple[str, ...], bool]
"""language, action patterns, NotAction."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a statement says beside its class: both halves of a role-passing pair, take-overs, services allowed as a whole."""

    passes_role: bool = False
    partners: tuple[str, ...] = ()
    takeovers: tuple[str, ...] = ()
    services: tuple[str, ...] = ()


def parts(statement: Statement) -> Parts:
    """Parts of an AWS statement; empty for other languages and for NotAction."""
    language, actions, excluded = statement
    if language != "aws-iam" or excluded:
        return Parts()
    passes, partners = halves(actions)
    return Parts(passes, partners, takeovers(actions), whole_services(actions))


def classify(statement: Statement) -> tuple[Privilege, tuple[str, ...]]:
    """Privilege class and escalation actions of one statement; languages without an engine stay ``unknown``."""
    language, actions, excluded = statement
    if language == "aws-iam":
        return classify_statement(actions, excluded=excluded), () if excluded else escalations(actions)
    return classify_grant(language, actions), ()
