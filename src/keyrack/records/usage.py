"""Usage: an observed act, or its graded absence. Silence is never a record."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from keyrack.records.base import Attrs, Record, Uid

Grade = Literal["observed", "reported", "inferred", "absent"]


class Usage(Record, frozen=True, kw_only=True):
    """One statement about use. `absent` needs `since`: from when on the source would have told us."""

    table: ClassVar[str] = "usage"

    uid: Annotated[Uid, Meta(description="Stable hash of who, what and source.")]
    identity_uid: Annotated[Uid | None, Meta(description="Whose use.")] = None
    credential_uid: Annotated[Uid | None, Meta(description="With which credential; null: not known.")] = None
    grade: Annotated[Grade, Meta(description="observed event, reported last-used field, inferred, or absent.")]
    source: Annotated[str, Meta(description="Who says so, e.g. iam:credential-report.")]
    used_at: Annotated[datetime | None, Meta(description="Last use; null when absent.")] = None
    since: Annotated[datetime | None, Meta(description="Start of the period the source covers.")] = None
    service: Annotated[str | None, Meta(description="Service used, in its permission language's name.")] = None
    action: Annotated[str | None, Meta(description="Action used, where known.")] = None
    attrs: Attrs = {}
