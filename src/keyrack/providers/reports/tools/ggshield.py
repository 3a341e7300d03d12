"""GitGuardian ggshield, ``secret scan --json``. Pure.

Source: GitGuardian/ggshield, ``ggshield/verticals/secret/output/``; looked at in the output of 1.56 (a stand-in for its API).
Values are censored with stars unless the scan ran with ``--show-secrets``. Each match of a secret is an entry of ``occurrences``:
a secret of two parts has two in a row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from keyrack.providers.reports.told import Facts, Told, masked, valued
from keyrack.sdk.fields import Raw, number, part, rows, text, when

_LIVE: Final = {"valid": True, "invalid": False}
_IDS: Final = ("client_id", "access_key", "key_id", "username", "login", "host", "port", "database", "scheme", "uri", "url")
_DEEPEST: Final = 20


def scan(raw: Raw, facts: Facts, depth: int = 0) -> Iterator[Told]:
    """Findings of one scan (a commit, a set of files) and of the scans within it."""
    facts.tool = "ggshield"
    if depth > _DEEPEST:
        facts.leave("scans nested deeper than is read")
        return
    for entity in rows(raw, "entities_with_incidents"):
        for found in told(entity, facts):
            yield _committed(found, raw)
    for inner in rows(raw, "scans"):
        yield from scan(inner, facts, depth + 1)


def _committed(found: Told, raw: Raw) -> Told:
    name = text(raw, "id") or ""
    if text(raw, "type") != "commit" and not (len(name) == 40 and name.isalnum()):
        return found
    about = part(raw, "extra_info")
    return replace(found, where="commit", commit=name or None, author=text(about, "email"), at=_when(about))


def _when(about: Raw) -> datetime | None:
    """Git's own date (``Wed Nov 25 09:03:45 2026 +0000``), or ISO 8601."""
    try:
        return datetime.strptime(text(about, "date") or "", "%a %b %d %H:%M:%S %Y %z").astimezone(UTC)
    except (ValueError, OverflowError):
        return when(about, "date")


def told(raw: Raw, facts: Facts) -> Iterator[Told]:
    """Findings of one file."""
    facts.tool = "ggshield"
    path = text(raw, "filename") or ""
    for incident in rows(raw, "incidents"):
        if text(incident, "ignore_reason", "kind") or text(incident, "ignore_reason"):
            facts.leave("incidents that a person ignored")
            continue
        found = Told(
            tool="ggshield",
            version=facts.version,
            rule=text(incident, "type") or text(incident, "break_type") or "secret",
            where="tree",
            path=path,
            live=_LIVE.get(text(incident, "validity") or ""),
            link=text(incident, "incident_url"),
        )
        yield from _secrets(found, incident)


def _secrets(found: Told, incident: Raw) -> Iterator[Told]:
    matches = rows(incident, "occurrences")
    total = number(incident, "total_occurrences") or len(matches) or 1
    size = max(1, len(matches) // total)
    for start in range(0, len(matches), size):
        yield _secret(found, matches[start : start + size], text(incident, "ignore_sha") or "")


def _secret(found: Told, matches: list[Raw], mark: str) -> Told:
    """One secret of one or more matches: the value is the match that is no id, user or address."""
    values = [match for match in matches if (text(match, "type") or text(match, "match_type") or "") not in _IDS] or matches
    value = text(values[-1], "match")
    ids = (text(match, "match") or "" for match in matches)
    key_id = next((i for i in ids if i[:4] in ("AKIA", "ASIA") and len(i) == 20 and not masked(i)), None)
    line = number(values[-1], "line_start") or number(values[-1], "post_line_start") or number(values[-1], "pre_line_start")
    placed = replace(found, line=line or None, public_id=key_id, mark=mark)
    if key_id is not None and value == key_id:
        return replace(placed, hidden="redacted")
    return replace(valued(placed, value), mark=mark)
