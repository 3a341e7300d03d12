"""Writes definition files into a real directory tree, runs a discoverer over it, and looks things up in its records."""

from __future__ import annotations

import base64
import random
import string
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from tokens import checked

from keyrack.providers.repository.tree import DirectoryTree, Tree
from keyrack.records import Credential, Gap, Grant, Identity, Placement, Policy, Record, Resource, Trust, vocabulary
from keyrack.sdk import Context, Fingerprinter
from keyrack.sdk.testing import check_no_secret
from keyrack.sdk.testing.leaks import as_text
from keyrack.sdk.unique import row_key

CONTEXT = Context(now=datetime(2026, 11, 24, tzinfo=UTC), fingerprint=Fingerprinter(b"k" * 32))
SHA = "e3dd6a429d7300a6a4c196c26e071d42e0343502"

R = TypeVar("R", bound=Record)
Discover = Callable[[Tree, Context], Iterator[Record]]
_ATTRS: dict[type[Record], Mapping[str, str]] = {
    Identity: vocabulary.IDENTITY_ATTRS,
    Credential: vocabulary.CREDENTIAL_ATTRS,
    Placement: vocabulary.PLACEMENT_ATTRS,
    Grant: vocabulary.GRANT_ATTRS,
    Policy: vocabulary.POLICY_ATTRS,
    Trust: vocabulary.TRUST_ATTRS,
    Resource: vocabulary.RESOURCE_ATTRS,
}


class Values:
    """Made-up secrets, built at run time so that no scanner finds them in this repository."""

    def __init__(self, seed: int = 7) -> None:
        self._random = random.Random(seed)

    def text(self, length: int, alphabet: str = string.ascii_letters + string.digits) -> str:
        return "".join(self._random.choice(alphabet) for _ in range(length))

    def aws_id(self) -> str:
        return "AK" + "IA" + self.text(16, string.ascii_uppercase + "234567")

    def aws_secret(self) -> str:
        return self.text(40)

    def github(self) -> str:
        return checked("gh" + "p_", self.text(36))

    def password(self) -> str:
        return self.text(7) + "x9Q" + self.text(8)


def base64_of(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


@dataclass(frozen=True)
class Found:
    """Records of one run."""

    records: list[Record]

    def of(self, kind: type[R]) -> list[R]:
        return [record for record in self.records if isinstance(record, kind)]

    def identity(self, uid: str) -> Identity:
        return next(record for record in self.of(Identity) if record.uid == uid)

    def names(self, **attrs: str) -> set[str]:
        """Names of credentials that carry all these attributes."""
        return {c.name for c in self.of(Credential) if attrs.items() <= c.attrs.items()}

    def committed(self) -> dict[str, Placement]:
        """Placements of literal secrets by their field."""
        return {p.attrs["field"]: p for p in self.of(Placement) if p.exposure == "committed"}

    def trusts(self, mechanism: str) -> list[Trust]:
        return [trust for trust in self.of(Trust) if trust.mechanism == mechanism]

    def gaps(self) -> set[tuple[str, str]]:
        return {(gap.subject, gap.reason) for gap in self.of(Gap)}


def run(discover: Discover, root: Path, files: Mapping[str, str | bytes], *, planted: tuple[str, ...] = ()) -> Found:
    """Write the files, discover twice, and hold the house's promises: unique, repeatable, in vocabulary, without a value."""
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else textwrap.dedent(content).encode())
    first = list(discover(DirectoryTree(root, "acme/web"), CONTEXT))
    assert first == list(discover(DirectoryTree(root, "acme/web"), CONTEXT))
    assert not [key for key, count in Counter(map(row_key, first)).items() if count > 1]
    known = {record.uid for record in first if isinstance(record, Credential)}
    for record in first:
        check_no_secret(planted, as_text(record), type(record).__name__)
        assert set(getattr(record, "attrs", {})) <= set(_ATTRS.get(type(record), getattr(record, "attrs", {})))
        if isinstance(record, Placement):
            assert record.credential_uid in known
        if isinstance(record, Identity):
            assert record.type in vocabulary.IDENTITY_TYPES
        if isinstance(record, Trust):
            assert record.mechanism in vocabulary.MECHANISMS
    return Found(first)
