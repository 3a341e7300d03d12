"""Which tool wrote a report, by its content and never by its name. Pure."""

from __future__ import annotations

import re
from typing import Final, Literal

from keyrack.providers.reports.splitting import decoded

Form = Literal[
    "trufflehog",
    "gitleaks",
    "detect-secrets",
    "ggshield",
    "kingfisher",
    "sarif",
    "ocsf",
    "rows",
    "csv",
    "gitleaks-csv",
    "none",
    "empty",
]
"""``rows``: a list of flat objects (Steampipe); ``none``: a list without findings; ``empty``: nothing at all."""
Layout = Literal["lines", "document"]

_NAME: Final = re.compile(rb'"((?:[^"\\]|\\.)*)"\s*:', re.DOTALL)
_MARKS: Final[tuple[tuple[Form, tuple[str, ...]], ...]] = (
    ("sarif", ("runs version", "runs $schema")),
    ("trufflehog", ("DetectorName SourceMetadata", "DetectorName Raw")),
    ("gitleaks", ("RuleID StartLine File",)),
    ("detect-secrets", ("plugins_used results", "hashed_secret")),
    ("ggshield", ("entities_with_incidents", "secrets_engine_version", "total_incidents total_occurrences")),
    ("kingfisher", ("rule finding snippet", "findings audit", "findings rule")),
    ("ocsf", ("finding_info metadata", "class_uid finding_info")),
)
"""A head that shows all names of one group is of that form. Sources: output code and documentation named in tools/*.py."""
_WINDOW: Final = 1 << 20


def recognise(head: bytes) -> tuple[Form | None, Layout]:
    """Form and layout of a report that begins so (UTF-8, a megabyte at most); ``None``: no report we read."""
    text = head[:_WINDOW].lstrip(b" \t\r\n")
    if not text:
        return "empty", "document"
    if text[:1] in b"[{":
        return _json(text)
    first = text.partition(b"\n")[0].strip()
    if first.startswith((b"RuleID,Commit,File", b'"RuleID","Commit","File"')):
        return "gitleaks-csv", "document"
    separated = any(first.count(mark) >= 1 for mark in (b",", b";", b"\t"))
    return ("csv" if separated and b"\0" not in first and _texts(first) else None), "document"


def _json(text: bytes) -> tuple[Form | None, Layout]:
    layout = _layout(text)
    names = {match[1] for match in _NAME.finditer(text)}
    for form, groups in _MARKS:
        if any(names >= set(group.encode().split()) for group in groups):
            return form, layout
    if re.match(rb"\[\s*\]\s*\Z", text):
        return "none", "document"
    if text[:1] == b"[" or names >= {b"rows"}:
        return ("rows" if names else None), "document"
    return ("rows" if layout == "lines" and names else None), layout


def _layout(text: bytes) -> Layout:
    """JSON Lines: the first line is an object by itself and another follows, or the text ends behind it."""
    first, _, rest = text.partition(b"\n")
    if first[:1] != b"{" or decoded(first) is None:
        return "document"
    names = {match[1] for match in _NAME.finditer(first[:4096])}
    whole = names & {b"runs", b"findings", b"plugins_used", b"entities_with_incidents", b"scans", b"rows"}
    return "lines" if rest.strip() or not whole else "document"


def _texts(line: bytes) -> bool:
    try:
        return line.decode("utf-8").isprintable() or b"\t" in line
    except UnicodeDecodeError:
        return False
