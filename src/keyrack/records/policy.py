"""Policy: one permission document as its system holds it, and what it is attached to. The access engines decide from these."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from keyrack.records.base import Attrs, Record, Uid

PolicyKind = Literal["identity", "boundary", "scp", "rcp", "resource", "trust", "session", "endpoint", "role", "binding", "deny"]


class Policy(Record, frozen=True, kw_only=True):
    """A document and its targets. A control policy attached at several organisation levels is one record for each level."""

    table: ClassVar[str] = "policies"

    uid: Annotated[Uid, Meta(description="Stable hash of scope, kind, name and level.")]
    language: Annotated[str, Meta(description="Permission language: aws-iam, kubernetes-rbac, gcp-iam, azure-rbac, openbao...")]
    kind: Annotated[PolicyKind, Meta(description="What it does to its targets.")]
    name: Annotated[str, Meta(description="ARN, uid or inline name, as its administrators know it.")]
    scope: Annotated[str, Meta(description="Account, project, tenant or cluster it lives in.")]
    document: Annotated[str, Meta(description="The document as JSON text.")]
    targets: Annotated[
        list[Uid],
        Meta(
            description="Identities and groups (identity, boundary), resources (resource, trust, endpoint), accounts (scp, rcp)."
        ),
    ]
    attrs: Attrs = {}
