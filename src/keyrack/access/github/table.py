"""Which permission a REST endpoint needs, from the packaged list (data/SOURCES.md)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from keyrack.access.packaged import load

Needs = tuple[tuple[str, str], ...]
_CHOICES: Mapping[str, frozenset[str]] = {"{archive_format}": frozenset({"tarball", "zipball"})}
"""Placeholders that stand for a few words only ("Download a repository archive"); any other word is another endpoint."""


@cache
def _patterns() -> Mapping[tuple[str, int], list[tuple[tuple[str, ...], Needs]]]:
    """(method, number of segments) -> templates with what they need."""
    found: dict[tuple[str, int], list[tuple[tuple[str, ...], Needs]]] = {}
    for path, methods in load("github_permissions")["needs"].items():
        segments = tuple(path.strip("/").split("/"))
        for method, listed in methods.items():
            found.setdefault((method, len(segments)), []).append((segments, tuple((name, level) for name, level in listed)))
    return found


def needs(method: str, path: str) -> Needs:
    """(permission, level) pairs of which a REST call needs any one; none for a call the list does not hold: not known.

    A template with fewer placeholders wins; ``{path}`` and its like stand for one segment or more at the end. The ``/api/v3`` of
    GitHub Enterprise Server is left out.
    """
    bare = re.sub(r"^https?://[^/]+", "", path).partition("?")[0].strip("/").removeprefix("api/v3/")
    segments = tuple(bare.split("/"))
    for length in range(len(segments), 0, -1):
        fitting = [
            (sum(part.startswith("{") for part in template), need)
            for template, need in _patterns().get((method.upper(), length), ())
            if _fits(template, segments)
        ]
        if fitting:
            return min(fitting)[1]
    return ()


def _fits(template: tuple[str, ...], segments: tuple[str, ...]) -> bool:
    if len(template) < len(segments) and template[-1] not in {"{path}", "{ref}"}:
        return False
    return all(_stands(part, other) for part, other in zip(template, segments, strict=False))


def _stands(part: str, segment: str) -> bool:
    """Whether a segment is what a part of a template says: itself, one of a few words, a number, or anything."""
    if part in _CHOICES:
        return segment in _CHOICES[part]
    if part.endswith("_number}"):
        return segment.isdecimal()
    return part.startswith("{") or part == segment
