"""Identity: a principal that acts; people are recorded too so that the human to machine ratio is a count."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from keyrack.records.base import Attrs, Record, Uid

IdentityKind = Literal["service_account", "api_key", "oauth_app", "certificate", "cicd", "ai_agent", "human"]
IdentityStatus = Literal["active", "disabled", "deleted", "unknown"]
Environment = Literal["prod", "nonprod"]


class Identity(Record, frozen=True, kw_only=True):
    """A principal: service account, role, OAuth app, pipeline, agent, MCP server, host, or a human user."""

    table: ClassVar[str] = "identities"

    uid: Annotated[Uid, Meta(description="Canonical name, e.g. aws:iam::111122223333:role/deploy.")]
    kind: Annotated[IdentityKind, Meta(description="Row of the risk table in MISSION.md; `human` for people.")]
    type: Annotated[str, Meta(description="Native type, e.g. aws:iam-role, mcp:server, github:workflow.")]
    name: Annotated[str, Meta(description="The name its administrators use.")]
    provider: Annotated[str, Meta(description="Provider that saw it: aws, machine, repository.")]
    scope: Annotated[str, Meta(description="Account id, host name or repository name it lives in.")]
    status: Annotated[IdentityStatus, Meta(description="Whether it can act at all.")] = "active"
    created_at: Annotated[datetime | None, Meta(description="When it was created.")] = None
    created_by: Annotated[str | None, Meta(description="Who created it, as its system names them.")] = None
    environment: Annotated[Environment | None, Meta(description="Stated by a tag or its place; else inferred.")] = None
    third_party: Annotated[bool, Meta(description="Belongs to somebody outside the organisation.")] = False
    vendor: Annotated[str | None, Meta(description="Who supplies it, when third party.")] = None
    tags: Annotated[dict[str, str], Meta(description="Tags or labels, as set by its administrators.")] = {}
    attrs: Attrs = {}
