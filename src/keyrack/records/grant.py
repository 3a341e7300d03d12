"""Grant: one statement of permission an identity holds, as declared."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from keyrack.records.base import Attrs, Record, Uid

Effect = Literal["allow", "deny"]
Privilege = Literal["admin", "permissions", "write", "read", "list", "unknown"]
Via = Literal["inline", "managed", "group", "boundary", "organisation", "direct", "session", "role", "ownership", "consent"]


class Grant(Record, frozen=True, kw_only=True):
    """Actions on resources, by which policy, under which conditions."""

    table: ClassVar[str] = "grants"

    uid: Annotated[Uid, Meta(description="Stable hash of identity, policy and statement.")]
    identity_uid: Annotated[Uid, Meta(description="Who holds it.")]
    language: Annotated[str, Meta(description="Permission language: aws-iam, github, mcp...")]
    effect: Annotated[Effect, Meta(description="allow or deny.")]
    actions: Annotated[list[str], Meta(description="Action patterns as written.")]
    resources: Annotated[list[str], Meta(description="Resource patterns as written.")]
    not_actions: Annotated[bool, Meta(description="actions lists what is excluded (NotAction).")] = False
    not_resources: Annotated[bool, Meta(description="resources lists what is excluded (NotResource).")] = False
    conditions: Annotated[str | None, Meta(description="Condition block as canonical JSON.")] = None
    via: Annotated[Via, Meta(description="How it reaches the identity; boundary grants only limit.")] = "direct"
    policy: Annotated[str | None, Meta(description="Policy uid or inline name.")] = None
    privilege: Annotated[Privilege, Meta(description="Class; unknown until the access engine classifies.")] = "unknown"
    attrs: Attrs = {}
