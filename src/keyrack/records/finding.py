"""Finding: one rule's verdict on one identity or credential, with evidence and a stable id."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from keyrack.records.base import Record, Uid

Severity = Literal["info", "low", "medium", "high", "critical"]
Confidence = Literal["low", "medium", "high"]
FindingStatus = Literal["open", "resolved", "excepted"]

SEVERITIES: tuple[Severity, ...] = ("info", "low", "medium", "high", "critical")


class Finding(Record, frozen=True, kw_only=True):
    """What is wrong, with whom, why we say so, and the exact change that ends it."""

    table: ClassVar[str] = "findings"
    key: ClassVar[tuple[str, ...]] = ("id",)

    id: Annotated[str, Meta(description="Stable id: hash of rule, identity and the rule's declared columns.")]
    rule: Annotated[str, Meta(description="Rule id, e.g. aws_access_key_unrotated.")]
    title: Annotated[str, Meta(description="The rule's title.")]
    owasp: Annotated[str, Meta(description="OWASP NHI id, e.g. NHI7:2025.")]
    severity: Annotated[Severity, Meta(description="info to critical.")]
    confidence: Annotated[Confidence, Meta(description="How sure the evidence makes us.")]
    identity: Annotated[Uid | None, Meta(description="Identity uid; null for a credential still without one.")]
    credential: Annotated[Uid | None, Meta(description="Credential uid, when the finding is about one.")]
    evidence: Annotated[dict[str, str | None], Meta(description="Named facts the verdict rests on.")]
    remediation: Annotated[str, Meta(description="The exact command or change, naming the identity.")]
    first_seen: Annotated[datetime, Meta(description="First run that found it.")]
    last_seen: Annotated[datetime, Meta(description="Latest run that found it.")]
    status: Annotated[FindingStatus, Meta(description="open, resolved, or excepted.")] = "open"
    path: Annotated[str | None, Meta(description="File it is located in, if any.")] = None
    line: Annotated[int | None, Meta(description="1-based line in that file.")] = None
    source: Annotated[str | None, Meta(description="Source whose records raised it.")] = None
    exception: Annotated[str | None, Meta(description="Reason and expiry, when excepted.")] = None
