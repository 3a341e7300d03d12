"""Joins what a definition's parser said of a secret with what the scan of the history knows of it.

A pipeline's or agent's parser knows who uses a secret; the scan knows who committed it, when, and since which commit. When
both speak of one credential at one path and line, one placement carries both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

from keyrack.providers.repository.provenance import Commit
from keyrack.records import Credential, Placement, Record
from keyrack.sdk import Fingerprinter, Material, Place, observe


@dataclass(slots=True)
class Joiner:
    """Placements of parsers, waiting for their history."""

    fingerprint: Fingerprinter
    waiting: dict[tuple[str, str], list[Placement]] = field(default_factory=lambda: defaultdict(list))
    lines: set[tuple[str, int | None]] = field(default_factory=set)

    def hold(self, placement: Placement) -> None:
        """Keep a parser's placement back."""
        self.waiting[placement.credential_uid, placement.path].append(placement)
        self.lines.add((placement.path, placement.line))

    def paths(self) -> set[str]:
        """Paths of the placements kept back."""
        return {path for _, path in self.waiting}

    def seen(self, material: Material, places: Iterable[Place]) -> Iterator[Record]:
        """Records of one credential the scan saw at these places, less what a parser already said better."""
        guess = "entropy" in material.attrs
        for place in places:
            credential, placement = observe(material, place, self.fingerprint)
            stated = self._take(credential, placement)
            if stated is not None:
                yield credential
                yield _enriched(stated, place.commit, place)
            elif not (guess and placement.line is not None and (placement.path, placement.line) in self.lines):
                yield credential
                yield placement

    def _take(self, credential: Credential, placement: Placement) -> Placement | None:
        if placement.system == "git_history":
            return None
        held = self.waiting.get((credential.uid, placement.path), [])
        for index, stated in enumerate(held):
            if stated.line is None or placement.line is None or stated.line == placement.line:
                return held.pop(index)
        return None

    def rest(self, writers: dict[str, Commit]) -> Iterator[Placement]:
        """Placements only parsers saw, with the commit that wrote the file as it is at HEAD."""
        for held in self.waiting.values():
            for stated in held:
                commit = writers.get(stated.path)
                yield _dated(stated, commit) if commit is not None and stated.commit is None else stated


def _enriched(stated: Placement, commit: str | None, place: Place) -> Placement:
    attrs = {**place.attrs, **stated.attrs}
    line = stated.line if stated.line is not None else place.line
    return msgspec.structs.replace(
        stated, line=line, commit=commit, author=place.author, seen_at=place.seen_at, state=place.state, attrs=attrs
    )


def _dated(stated: Placement, commit: Commit) -> Placement:
    attrs = {"at_head": "true", **stated.attrs}
    return msgspec.structs.replace(stated, commit=commit.id, author=commit.author, seen_at=commit.at, attrs=attrs)
