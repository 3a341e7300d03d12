"""Gitleaks 8 (and Betterleaks): JSON list and CSV. Pure.

Source: gitleaks/gitleaks ``report/finding.go``, ``report/csv.go``; looked at in the output of 8.30. ``--redact`` writes
REDACTED, or the beginning of the value and three dots.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from keyrack.providers.reports.told import Facts, Told, valued
from keyrack.sdk.fields import Raw, number, text, when

_BLOB: Final = "/blob/"


def told(raw: Raw, facts: Facts) -> Iterator[Told]:
    """The finding of one entry or row."""
    rule = text(raw, "RuleID")
    if rule is None:
        facts.leave("entries that are no findings")
        return
    facts.tool = "gitleaks"
    commit, link = text(raw, "Commit"), text(raw, "Link")
    found = Told(
        tool="gitleaks",
        rule=rule,
        where="commit" if commit else "tree",
        place=link.partition(_BLOB)[0] if link and _BLOB in link else None,
        path=text(raw, "File") or "",
        line=number(raw, "StartLine") or None,
        commit=commit,
        author=text(raw, "Email"),
        at=when(raw, "Date"),
        link=link,
    )
    yield valued(found, text(raw, "Secret"))
