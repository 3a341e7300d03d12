"""Placement: one place where a credential's material (or a reference to it) was seen."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from keyrack.records.base import Attrs, Record, Uid
from keyrack.records.identity import Environment

Exposure = Literal["sanctioned", "config", "ci", "committed", "public"]
PlacementSystem = Literal[
    "file", "env", "agent_config", "git_head", "git_history", "ci_file", "iac", "workload_env", "vault", "state_file",
    "ci_variable", "cluster_secret", "cluster_config", "app_setting", "chat", "log", "image",
]  # fmt: skip
"""``vault``: a store made for secrets. ``ci_variable``: a pipeline's secret or variable store. ``cluster_secret``,
``cluster_config``: Kubernetes Secret and ConfigMap. ``app_setting``: settings of a hosted app, runbook or function."""
Readers = Literal["owner", "group", "world"]
Liveness = Literal["live", "dead", "unknown"]


class Placement(Record, frozen=True, kw_only=True):
    """Where a secret lies, who could read it there, and which identity uses it from there."""

    table: ClassVar[str] = "placements"

    uid: Annotated[Uid, Meta(description="Stable hash of scope, system, path, line, commit and credential.")]
    credential_uid: Annotated[Uid, Meta(description="The credential seen here.")]
    system: Annotated[PlacementSystem, Meta(description="Kind of place.")]
    exposure: Annotated[Exposure, Meta(description="How far it leaked: sanctioned store to public.")]
    scope: Annotated[str, Meta(description="Host, repository or account the place belongs to.")]
    path: Annotated[str, Meta(description="File path, ARN or variable path.")]
    line: Annotated[int | None, Meta(description="1-based line.")] = None
    consumer_uid: Annotated[Uid | None, Meta(description="Identity that uses the credential from here.")] = None
    commit: Annotated[str | None, Meta(description="Commit that first holds it here.")] = None
    author: Annotated[str | None, Meta(description="E-mail of the commit's author.")] = None
    seen_at: Annotated[datetime | None, Meta(description="Commit time or file modification time.")] = None
    environment: Annotated[Environment | None, Meta(description="Environment stated by the place.")] = None
    mode: Annotated[str | None, Meta(description="POSIX permission bits, e.g. 0644.")] = None
    readers: Annotated[Readers | None, Meta(description="Widest class that may read the file.")] = None
    state: Annotated[Liveness, Meta(description="Outcome of an opted-in live check.")] = "unknown"
    detector: Annotated[str, Meta(description="What recognised it: parser or scanner rule.")] = ""
    attrs: Attrs = {}
