"""Ownership: one piece of evidence that a person or team owns an identity."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from keyrack.records.base import Record, Uid

OwnerEvidence = Literal[
    "attested", "owner", "sponsor", "tag", "annotation", "codeowners", "backstage", "creator", "committer", "file_owner", "group"
]
"""``owner``, ``sponsor``: the system itself has such a field, and it is set. ``annotation``: a note beside the object."""


class Ownership(Record, frozen=True, kw_only=True):
    """Evidence only: the resolver in `inventory/` weighs it, names a living owner or abstains."""

    table: ClassVar[str] = "ownership"

    uid: Annotated[Uid, Meta(description="Stable hash of identity, owner and evidence.")]
    identity_uid: Annotated[Uid, Meta(description="What is owned.")]
    owner: Annotated[str, Meta(description="Lower-case e-mail, or team:<name>, or the handle as written.")]
    evidence: Annotated[OwnerEvidence, Meta(description="Kind of evidence.")]
    detail: Annotated[str, Meta(description="Where it was read, in one phrase.")]
    stated_at: Annotated[datetime | None, Meta(description="Age of the evidence.")] = None
