"""Rows of a report: the records, with what the house found out about them. The JSON Schema derives from these."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from keyrack.lake import Unseen
from keyrack.posture import Summary
from keyrack.records import Credential, Finding, Gap, Grant, Identity, Placement, Trust


class IdentityRow(Identity, frozen=True, kw_only=True):
    """An identity with owner, graded use and risk."""

    sources: Annotated[list[str], Meta(description="Sources that saw it.")]
    owner: Annotated[str | None, Meta(description="Living owner the evidence names; null: we abstain.")] = None
    owner_status: Annotated[str, Meta(description="living, unverified (no people list), gone or none.")] = "none"
    environment_evidence: Annotated[
        str | None,
        Meta(description="stated, name, namespace or scope; `against another sign` when a weaker one says the opposite."),
    ] = None
    environment_confidence: Annotated[float | None, Meta(description="0 to 1; null: unknown environment.")] = None
    party_evidence: Annotated[str | None, Meta(description="Why it is taken for a third party's.")] = None
    agent_evidence: Annotated[str | None, Meta(description="Why it is taken for a software agent.")] = None
    privilege: Annotated[str | None, Meta(description="Highest privilege class of its grants.")] = None
    last_used_at: Annotated[datetime | None, Meta(description="Last observed or reported use.")] = None
    use_source: Annotated[str | None, Meta(description="Who says so.")] = None
    idle_days: Annotated[int | None, Meta(description="Days without use; null: unknown.")] = None
    never_used: Annotated[bool | None, Meta(description="Known never used; null: unknown.")] = None
    score: Annotated[float | None, Meta(description="Risk score, 0 to 100.")] = None


class CredentialRow(Credential, frozen=True, kw_only=True):
    """A credential with graded use and the number of places it lies in."""

    sources: Annotated[list[str], Meta(description="Sources that saw it.")]
    last_used_at: Annotated[datetime | None, Meta(description="Last observed or reported use.")] = None
    use_source: Annotated[str | None, Meta(description="Who says so.")] = None
    idle_days: Annotated[int | None, Meta(description="Days without use; null: unknown.")] = None
    never_used: Annotated[bool | None, Meta(description="Known never used; null: unknown.")] = None
    placements: Annotated[int, Meta(description="Places it was seen in.")] = 0


class GrantRow(Grant, frozen=True, kw_only=True):
    """A grant with its privilege class and escalation actions."""

    escalations: Annotated[list[str], Meta(description="Actions that let the holder raise its own rights.")] = []


class OwnerRow(msgspec.Struct, frozen=True, kw_only=True):
    """The resolver's answer for one identity."""

    identity: Annotated[str, Meta(description="Identity uid.")]
    owner: Annotated[str | None, Meta(description="Owner; null: abstained.")]
    status: Annotated[str, Meta(description="living, unverified, gone or none.")]
    confidence: Annotated[float | None, Meta(description="Weight of the best evidence, 0 to 1.")]
    evidence: Annotated[str | None, Meta(description="That evidence.")]
    departed: Annotated[str | None, Meta(description="A leaver the evidence names.")]


class MergeRow(msgspec.Struct, frozen=True, kw_only=True):
    """Two names taken for one thing, or linked; a person may refuse it (`keyrack merges --refuse`)."""

    kind: Annotated[str, Meta(description="same-credential (folded into one), or the kind of a link between two records.")]
    uid: Annotated[str, Meta(description="The name that stays, or the first of the two.")]
    other: Annotated[str, Meta(description="The other name.")]
    because: Annotated[str, Meta(description="The reason, in a sentence.")]
    confidence: Annotated[float, Meta(description="0 to 1.")]


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What one source's latest scan cost one system, and what that says is left."""

    source: Annotated[str, Meta(description="Source id.")]
    system: Annotated[str, Meta(description="Host of the API.")]
    calls: Annotated[int, Meta(description="Calls made, retries included.")]
    waited: Annotated[float, Meta(description="Seconds waited because the system asked for it.")]
    left: Annotated[int | None, Meta(description="Calls left in the system's budget, as it last said.")]
    limit: Annotated[int | None, Meta(description="Size of that budget.")]
    resets: Annotated[datetime | None, Meta(description="When it fills again.")]


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """Which scan this is."""

    id: Annotated[str, Meta(description="Run id (ULID).")]
    at: Annotated[datetime, Meta(description="The run's clock.")]
    version: Annotated[str, Meta(description="Keyrack's version.")]
    sources: Annotated[list[str], Meta(description="Sources the report covers.")]
    complete: Annotated[bool, Meta(description="No incomplete gap, and every target could be looked at.")]
    unseen: Annotated[list[Unseen], Meta(description="Targets that the run could not look at at all.")] = []
    costs: Annotated[list[Cost], Meta(description="What the latest scan of each source cost.")] = []


class ReportDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The object `keyrack scan --format json` prints."""

    run: Run
    summary: Summary
    identities: list[IdentityRow]
    credentials: list[CredentialRow]
    placements: list[Placement]
    grants: list[GrantRow]
    trusts: list[Trust]
    owners: list[OwnerRow]
    merges: list[MergeRow]
    findings: list[Finding]
    gaps: list[Gap]


def json_schema() -> dict[str, object]:
    """JSON Schema (2020-12) of the report; committed as docs/reference/report.schema.json."""
    schema = msgspec.json.schema(ReportDocument)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Keyrack report", **schema}
