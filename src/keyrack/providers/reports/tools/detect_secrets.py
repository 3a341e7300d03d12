"""detect-secrets baseline: ``results`` by file, each value as an unsalted SHA-1. Pure.

Source: Yelp/detect-secrets ``detect_secrets/core/potential_secret.py``; looked at in the output of 1.5.0.

The hash is never recorded: anybody could test guesses against it. It only tells values of one run apart, and finds a value that
another report of the same run states.
"""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.providers.reports.told import Facts, Told
from keyrack.sdk.fields import Raw, number, text


def told(raw: Raw, facts: Facts, file: str = "") -> Iterator[Told]:
    """The finding of one entry below ``results``; ``file`` is the name it stands under."""
    rule, digest = text(raw, "type"), text(raw, "hashed_secret")
    if rule is None or digest is None:
        facts.leave("entries that are no findings")
        return
    if raw.get("is_secret") is False:
        facts.leave("values that a person marked as no secret in the baseline")
        return
    facts.tool = "detect-secrets"
    yield Told(
        tool="detect-secrets",
        version=facts.version,
        rule=rule,
        hidden="sha1",
        mark=digest.lower(),
        where="tree",
        path=text(raw, "filename") or text({"file": file}, "file") or "",
        line=number(raw, "line_number") or None,
        live=True if raw.get("is_verified") is True else None,
    )
