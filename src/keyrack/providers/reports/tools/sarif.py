"""SARIF 2.1.0 of any secret scanner. Pure. Source: OASIS SARIF 2.1.0, sections 3.14 (run), 3.19 (toolComponent), 3.27 (result).

A snippet is the secret itself with Gitleaks and Kingfisher (looked at in the output of 8.30 and 2.14); with others a line of
code, of which only a value of a known form counts. TruffleHog's level ``error`` says verified (``pkg/output/sarif.go``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from urllib.parse import unquote

from keyrack.providers.reports.told import Facts, Told, valued
from keyrack.sdk.fields import Raw, number, part, rows, text, texts, when
from keyrack.sdk.shapes import inside

_SCANNERS: Final = re.compile(
    r"(?i)gitleaks|betterleaks|trufflehog|kingfisher|ggshield|gitguardian|detect-?secrets|nosey|titus|secretlint|talisman|whispers|secret"
)
_ABOUT: Final = re.compile(
    r"(?i)secret|credential|passw|api[-_ ]?key|private[-_ ]?key|access[-_ ]?key|hard-?coded|CWE-(?:798|259|321|312|522|540|615)\b"
)
_SNIPPET_IS_VALUE: Final = frozenset({"gitleaks", "kingfisher", "betterleaks"})
_LIVE: Final = {"verified_active": True, "verified_inactive": False}


@dataclass(frozen=True, slots=True)
class Run:
    """What a run says of itself: its tool, which of its rules are about credentials, where it ran and when it ended."""

    tool: str = "unknown"
    version: str | None = None
    every: bool = False
    """All its rules are about credentials."""
    rules: tuple[str, ...] = field(default=(), repr=False)
    about: frozenset[str] = frozenset()
    repository: str | None = None
    commit: str | None = None
    ended: datetime | None = None


def run(tool: Raw, provenance: Raw, invocations: Sequence[Raw]) -> Run:
    """A run from its ``tool``, the first ``versionControlProvenance`` and its ``invocations``."""
    driver = part(tool, "driver")
    components = [driver, *rows(tool, "extensions")]
    rules = [rule for component in components for rule in rows(component, "rules")]
    name = (text(driver, "name") or "unknown")[:80].lower()
    ends = [end for call in invocations if (end := when(call, "endTimeUtc")) is not None]
    return Run(
        tool=name,
        version=text(driver, "semanticVersion") or text(driver, "version"),
        every=_SCANNERS.search(name) is not None,
        rules=tuple(text(rule, "id") or "" for rule in rows(driver, "rules")),
        about=frozenset(text(rule, "id") or "" for rule in rules if _ABOUT.search(_words(rule))),
        repository=text(provenance, "repositoryUri"),
        commit=text(provenance, "revisionId"),
        ended=max(ends, default=None),
    )


def _words(rule: Raw) -> str:
    tags = [*texts(rule, "properties", "tags"), *texts(rule, "properties", "cwe")]
    return " ".join([text(rule, "id") or "", text(rule, "name") or "", text(rule, "shortDescription", "text") or "", *tags])


def told(raw: Raw, facts: Facts, run: Run) -> Iterator[Told]:
    """Findings of one result, one for each location."""
    facts.tool = run.tool
    rule = _rule(raw, run)
    if not run.every and rule not in run.about and not _ABOUT.search(rule):
        facts.leave("results of rules that are not about credentials")
        return
    if rows(raw, "suppressions") or text(raw, "baselineState") == "absent":
        facts.leave("results that a person suppressed, or that are over")
        return
    for location in rows(raw, "locations")[:1000] or [{}]:
        yield _located(Told(tool=run.tool, version=run.version, rule=rule), raw, location, run)


def _rule(raw: Raw, run: Run) -> str:
    index = number(raw, "ruleIndex")
    listed = run.rules[index] if index is not None and index < len(run.rules) else None
    return text(raw, "ruleId") or text(raw, "rule", "id") or listed or "unknown"


def _located(found: Told, raw: Raw, location: Raw, run: Run) -> Told:
    marks, git = part(raw, "partialFingerprints"), part(location, "properties", "git_metadata")
    region = part(location, "physicalLocation", "region")
    commit = text(marks, "commitSha") or text(git, "commit", "id")
    placed = replace(
        found,
        where="commit" if commit else "tree",
        place=text(git, "repository_url") or run.repository,
        path=_path(text(location, "physicalLocation", "artifactLocation", "uri") or ""),
        line=number(region, "startLine") or None,
        commit=commit,
        author=text(marks, "email") or text(git, "commit", "author", "email"),
        at=when(marks, "date") or when(git, "commit", "date"),
        live=_live(raw, location, run),
    )
    return _valued(placed, text(region, "snippet", "text"), run)


def _live(raw: Raw, location: Raw, run: Run) -> bool | None:
    if run.tool == "trufflehog":
        return True if text(raw, "level") == "error" else None
    return _LIVE.get(text(location, "properties", "validation_outcome") or "")


def _valued(found: Told, snippet: str | None, run: Run) -> Told:
    if run.tool in _SNIPPET_IS_VALUE:
        return valued(found, snippet)
    shapes = list(inside(snippet)) if snippet else []
    if len(shapes) != 1:
        return replace(found, hidden="redacted")
    return replace(found, value=shapes[0].secret if len(shapes[0].secret) else None, public_id=shapes[0].public_id)


def _path(uri: str) -> str:
    """Path of an artifact: a file URL's path, else the relative reference (RFC 3986), percent-decoded."""
    bare = uri[7:] if uri[:7].lower() == "file://" else uri
    return unquote(bare, errors="replace")
