"""Resource: a thing reached, or a workload that runs as an identity."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from keyrack.records.base import Attrs, Record, Uid
from keyrack.records.identity import Environment


class Resource(Record, frozen=True, kw_only=True):
    """Bucket, key, secret store entry, function, task definition; `tier` marks crown jewels."""

    table: ClassVar[str] = "resources"

    uid: Annotated[Uid, Meta(description="Canonical name.")]
    type: Annotated[str, Meta(description="Native type, e.g. aws:lambda-function.")]
    name: Annotated[str, Meta(description="Short name.")]
    provider: Annotated[str, Meta(description="Provider that saw it.")]
    scope: Annotated[str, Meta(description="Account, host or repository.")]
    environment: Annotated[Environment | None, Meta(description="Stated environment.")] = None
    tier: Annotated[Literal["crown", "normal"], Meta(description="crown: a jewel.")] = "normal"
    tags: Annotated[dict[str, str], Meta(description="Tags or labels.")] = {}
    attrs: Attrs = {}
