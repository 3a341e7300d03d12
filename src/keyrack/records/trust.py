"""Trust: an edge by which a subject may become, mint for, run as or read the credential of an identity."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from keyrack.records.base import Attrs, Record, Uid

SubjectKind = Literal["service", "same_account", "other_account", "federated", "anyone", "workload", "identity"]


class Trust(Record, frozen=True, kw_only=True):
    """Subject X may act as identity Y, by mechanism M, under conditions C."""

    table: ClassVar[str] = "trusts"

    uid: Annotated[Uid, Meta(description="Stable hash of identity, mechanism, subject and conditions.")]
    identity_uid: Annotated[Uid, Meta(description="Y: the identity that can be acted as.")]
    subject: Annotated[str, Meta(description="X: identity uid, account, service or issuer; `*` for anyone.")]
    subject_kind: Annotated[SubjectKind, Meta(description="Class of X.")]
    mechanism: Annotated[str, Meta(description="M: sts:AssumeRole, aws:execution-role, github:oidc, mcp:launch...")]
    issuer: Annotated[str | None, Meta(description="Token issuer host, for federated subjects.")] = None
    subs: Annotated[list[str], Meta(description="Accepted `sub` patterns; empty: no restriction stated.")] = []
    audiences: Annotated[list[str], Meta(description="Accepted `aud` values; empty: no restriction stated.")] = []
    external_id: Annotated[bool, Meta(description="A condition pins sts:ExternalId.")] = False
    conditions: Annotated[str | None, Meta(description="Whole condition block as canonical JSON.")] = None
    attrs: Attrs = {}
