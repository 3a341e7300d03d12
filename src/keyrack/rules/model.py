"""A rule: one SQL file whose leading comment is its page, its contract and its first test."""

from __future__ import annotations

from typing import Literal

import msgspec

from keyrack.records.finding import Confidence, Severity

OWASP: dict[str, str] = {
    "NHI1:2025": "Improper Offboarding",
    "NHI2:2025": "Secret Leakage",
    "NHI3:2025": "Vulnerable Third-Party NHI",
    "NHI4:2025": "Insecure Authentication",
    "NHI5:2025": "Overprivileged NHI",
    "NHI6:2025": "Insecure Cloud Deployment Configurations",
    "NHI7:2025": "Long-Lived Secrets",
    "NHI8:2025": "Environment Isolation",
    "NHI9:2025": "NHI Reuse",
    "NHI10:2025": "Human Use of NHI",
}
"""OWASP Non-Human Identities Top 10, 2025: ids and names."""

GRAPH = "keyrack.graph"
HOUSE: dict[str, str] = {GRAPH: "who can become whom, evaluated from the policies of a scan"}
"""Inputs of rules that the house itself makes, beside the capabilities of providers."""

Row = dict[str, object]
Example = dict[str, list[Row]]
"""Table name to rows; omitted columns take defaults, times may be written ``now-100d``."""

RESERVED: frozenset[str] = frozenset({"identity", "credential", "severity", "confidence", "path", "line", "source_id", "how"})
"""Columns of a rule's SELECT that are not evidence. ``source_id`` is for findings about neither identity nor credential;
``how`` is a step of the remediation that depends on the row, with ``{column}`` of its own."""


class Header(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a rule says about itself; YAML in the file's leading comment.

    ``key`` names the columns that, with rule and identity, make a finding's id. ``inputs`` names provider
    capabilities, or ``any.<table>`` (:mod:`keyrack.rules.inputs`): while one of them is gapped in a source, the rule answers
    ``unknown`` there, never ``clean``.
    ``remediation`` may use ``{column}`` of the SELECT. ``yields_to`` names rules of one system that say the same with better
    advice: an identity that one of them reports, no less severely, is not reported twice.
    """

    id: str
    title: str
    severity: Severity
    confidence: Confidence
    owasp: str
    detects: str
    why: str
    remediation: str
    blind_spots: str
    false_positives: str
    inputs: list[str]
    bad: list[Example]
    good: list[Example]
    key: tuple[str, ...] = ("credential",)
    frameworks: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    yields_to: tuple[str, ...] = ()


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """Header and statement of one rule file."""

    header: Header
    sql: str
    file: str
    origin: Literal["built-in", "user"] = "built-in"

    @property
    def id(self) -> str:
        """The rule's id, which is its file name."""
        return self.header.id
