"""Kingfisher: ``--format json`` (``findings`` of one object a line) and ``jsonl``. Pure.

Source: mongodb/kingfisher ``src/reporter/json_format.rs``; looked at in the output of 2.14. ``--redact`` writes
[REDACTED:<hash>].
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from keyrack.providers.reports.told import Facts, Told, masked, valued
from keyrack.sdk import Secret
from keyrack.sdk.fields import Raw, number, part, text, when

_LIVE: Final = {"verified_active": True, "verified_inactive": False, "active credential": True, "inactive credential": False}
"""By ``outcome`` (2.x), else by ``status`` (1.x)."""


def told(raw: Raw, facts: Facts) -> Iterator[Told]:
    """The finding of one entry; the audit and access map that follow findings are left out silently."""
    rule, finding = text(raw, "rule", "id"), part(raw, "finding")
    if rule is None or not finding:
        if "audit" not in raw and "access_map" not in raw:
            facts.leave("lines that are no findings")
        return
    facts.tool = "kingfisher"
    git = part(finding, "git_metadata")
    checked = part(finding, "validation")
    outcome = (text(checked, "outcome") or text(checked, "status") or "").lower()
    found = Told(
        tool="kingfisher",
        version=facts.version,
        rule=rule,
        where="commit" if git else "file",
        place=text(git, "repository_url"),
        path=text(git, "file", "path") or text(finding, "path") or "",
        line=number(finding, "line") or None,
        commit=text(git, "commit", "id"),
        author=text(git, "commit", "author", "email"),
        at=when(git, "commit", "date"),
        live=_LIVE.get(outcome),
        link=text(git, "file", "url"),
    )
    yield _valued(found, finding)


def _valued(found: Told, finding: Raw) -> Told:
    snippet = text(finding, "snippet")
    secret = text(finding, "dependent_captures", "AWS_SECRET_ACCESS_KEY")
    if snippet and snippet[:4] in ("AKIA", "ASIA") and len(snippet) == 20:
        known = secret is not None and not masked(secret)
        return replace(
            found, public_id=snippet, value=Secret(secret) if known and secret else None, hidden=None if known else "redacted"
        )
    return valued(found, snippet)
