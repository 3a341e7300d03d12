"""One match of the engine with its surroundings, and which matches stand when several speak of the same text."""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from keyrack.sdk.detection import naming

if TYPE_CHECKING:
    from kingfisher_sdk import Finding

_NAME: Final = re.compile(
    r"([A-Za-z_][\w.\-]{0,80})[\"'\]>)]*\s*(?:value=|:=|=>|=|:|,|>)?\s*[\"'`]?(?:bearer |basic |token )?$", re.IGNORECASE
)
_ELEMENT: Final = re.compile(r"<([A-Za-z][\w.:-]{0,80})>$")
_SETTING: Final = re.compile(r"(?:key|name)=[\"']([^\"']{1,80})[\"'][ \t]+value=[\"']$", re.IGNORECASE)
_CONTEXT: Final = 300
_NEAR: Final = 1000
"""Bytes between an AWS key id and its secret beyond which they are not taken for a pair."""

AWS_IDS: Final = ("aws-access-token", "aws-access-key-id")
AWS_SECRET: Final = "aws-secret-access-key"  # noqa: S105 - the name of a rule


@dataclass(frozen=True, slots=True, repr=False)
class Hit:
    """One match of the engine with what is needed to judge it. ``value`` is secret, so a hit has no repr.

    ``start`` and ``end`` are byte offsets, ``before`` and ``after`` the rest of the line (cut to a few hundred bytes),
    ``name`` what the value is assigned to. ``encoded``: found inside base64, and the offsets are those of the base64 text.
    """

    rule: str
    confidence: str
    value: str
    start: int
    end: int
    line: int
    name: str
    before: str
    after: str
    encoded: bool
    visible: bool
    finding: Finding

    @property
    def text(self) -> str:
        """The line the value stands in."""
        return self.before + self.value[:_CONTEXT] + self.after

    @property
    def rank(self) -> int:
        """How much its rule says; see :func:`keyrack.sdk.detection.naming.rank`."""
        return naming.rank(self.rule, self.confidence)

    def by(self, *rules: str) -> bool:
        """Whether one of these rules (without name space) found it."""
        return naming.bare(self.rule) in rules


def hit_of(finding: Finding, data: bytes) -> Hit:
    """The match with its surroundings."""
    place = finding.location
    start, end = place["start_offset"], place["end_offset"]
    before, after = _around(data, start, end)
    found = _ELEMENT.search(before) or _SETTING.search(before) or _NAME.search(before)
    return Hit(
        rule=finding.rule_id,
        confidence=finding.confidence,
        value=finding.secret,
        start=start,
        end=end,
        line=place["line"],
        name=found[1] if found else "",
        before=before,
        after=after,
        encoded=finding.is_base64_encoded,
        visible=finding.visible,
        finding=finding,
    )


def assigned(before: str) -> str:
    """The name that text before a value assigns to; empty when there is none."""
    found = _NAME.search(before)
    return found[1] if found else ""


def _around(data: bytes, start: int, end: int) -> tuple[str, str]:
    left = data.rfind(b"\n", max(0, start - _CONTEXT), start)
    left = left + 1 if left >= 0 else max(0, start - _CONTEXT)
    right = data.find(b"\n", end, end + _CONTEXT)
    right = right if right >= 0 else end + _CONTEXT
    return data[left:start].decode("utf-8", "replace"), data[end:right].decode("utf-8", "replace")


def aws_pairs(hits: list[Hit]) -> tuple[list[tuple[Hit, Hit | None]], list[Hit]]:
    """Key ids with the nearest secret each, and all other hits; each secret serves one id, nearest pairs first."""
    known = [hit for hit in hits if hit.by("aws-access-key-id")] + [hit for hit in hits if hit.by("aws-access-token")]
    ids = {(hit.start, hit.value): hit for hit in known}  # of the two rules the engine's own wins: only it can be checked live
    secrets = {(hit.start, hit.value): hit for hit in hits if hit.by(AWS_SECRET)}
    partner: dict[tuple[int, str], Hit] = {}
    used: set[tuple[int, str]] = set()
    for _, key, secret in sorted(_near(ids, secrets)):
        if key not in partner and secret not in used:
            partner[key] = secrets[secret]
            used.add(secret)
    pairs = [(hit, partner.get(key)) for key, hit in ids.items()]
    taken = {(hit.start, hit.value) for pair in pairs for hit in pair if hit is not None}
    return pairs, [hit for hit in hits if (hit.start, hit.value) not in taken]


def _near(
    ids: dict[tuple[int, str], Hit], secrets: dict[tuple[int, str], Hit]
) -> Iterator[tuple[int, tuple[int, str], tuple[int, str]]]:
    """Distances of ids and secrets close to each other; a secret behind its id is nearer than one before it."""
    order = sorted(secrets)
    for key, hit in ids.items():
        for at in range(bisect_left(order, (hit.start - _NEAR, "")), len(order)):
            secret = secrets[order[at]]
            if secret.start > hit.end + _NEAR:
                break
            gap = secret.start - hit.end if secret.start >= hit.start else 2 * (hit.start - secret.end)
            yield gap, key, order[at]


@dataclass(slots=True)
class _Taken:
    """Stretches of text already spoken for: disjoint, sorted; base64 texts with the values found inside."""

    spans: list[tuple[int, int]] = field(default_factory=list)
    inside: dict[tuple[int, int], list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, hit: Hit) -> bool:
        """Take the hit's stretch unless another has (part of) it."""
        span = (hit.start, hit.end)
        if hit.encoded and span in self.inside:
            if any(hit.value in other or other in hit.value for other in self.inside[span]):
                return False
            self.inside[span].append(hit.value)
            return True
        at = bisect_left(self.spans, span)
        if any(start < hit.end and hit.start < end for start, end in self.spans[max(0, at - 1) : at + 1]):
            return False
        insort(self.spans, span)
        if hit.encoded:
            self.inside[span].append(hit.value)
        return True


def best(hits: Iterable[Hit]) -> list[Hit]:
    """Of overlapping hits the one whose rule says most."""
    taken = _Taken()
    order = sorted(hits, key=lambda h: (-h.rank, not h.visible, h.end - h.start, h.start, h.rule))
    return [hit for hit in order if taken.add(hit)]
