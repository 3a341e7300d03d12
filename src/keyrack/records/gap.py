"""Gap: something we could not look at, why, and what would fix it. Not looked at is not clean."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from keyrack.records.base import Record, Uid

GapReason = Literal[
    "denied",
    "throttled",
    "truncated",
    "malformed",
    "unreachable",
    "unreadable",
    "too_large",
    "unsupported",
    "not_configured",
    "encrypted",
    "missing",
]


class Gap(Record, frozen=True, kw_only=True):
    """A blind spot of this run."""

    table: ClassVar[str] = "gaps"

    uid: Annotated[Uid, Meta(description="Stable hash of capability, subject and reason.")]
    capability: Annotated[str, Meta(description="Declared capability that is incomplete, e.g. aws.credential_report.")]
    subject: Annotated[str, Meta(description="What was not seen: path, API call, region.")]
    reason: Annotated[GapReason, Meta(description="Why.")]
    detail: Annotated[str, Meta(description="One plain sentence; never contains a secret.")]
    permission: Annotated[str | None, Meta(description="Permission that would close it.")] = None
    hint: Annotated[str, Meta(description="The next step.")] = ""
    incomplete: Annotated[bool, Meta(description="False: by design or optional; does not fail --strict.")] = True
