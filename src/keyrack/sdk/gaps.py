"""One way to say "we did not look at this"."""

from __future__ import annotations

from keyrack.records import Gap
from keyrack.records.gap import GapReason
from keyrack.records.uids import row_uid


def gap(
    capability: str,
    subject: str,
    reason: GapReason,
    detail: str,
    *,
    permission: str | None = None,
    hint: str = "",
    incomplete: bool = True,
) -> Gap:
    """A Gap with its stable uid. ``detail`` is a sentence of ours, never a vendor's raw message (it may quote secrets)."""
    return Gap(
        uid=row_uid("gap", capability, subject, reason),
        capability=capability,
        subject=subject,
        reason=reason,
        detail=detail,
        permission=permission,
        hint=hint,
        incomplete=incomplete,
    )
