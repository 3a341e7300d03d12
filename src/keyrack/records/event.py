"""Event: one logged call, resolved to who, with what, doing what. The lake keeps events by log and day, apart from scans."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from keyrack.records.base import Record, Uid

EventOutcome = Literal["allowed", "denied", "failed"]


class Event(Record, frozen=True, kw_only=True):
    """One call as its log tells it. ``actions`` and ``resources`` run in parallel: the i-th permission on the i-th resource."""

    table: ClassVar[str] = "events"
    key: ClassVar[tuple[str, ...]] = ("id",)

    id: Annotated[str, Meta(description="The log's own event id, else a stable hash of the event; repeats are dropped by it.")]
    at: Annotated[datetime, Meta(description="When the call was made.")]
    source: Annotated[str, Meta(description="Which log: aws:cloudtrail, kubernetes:audit, openbao:audit...")]
    scope: Annotated[str | None, Meta(description="Account, cluster, tenant or organisation whose log it is.")] = None
    region: Annotated[str | None, Meta(description="Region, where the system has any.")] = None
    identity_uid: Annotated[Uid | None, Meta(description="Who acted; for a role session the role.")] = None
    credential_uid: Annotated[Uid | None, Meta(description="With which credential.")] = None
    caller: Annotated[str | None, Meta(description="Who stands behind a session: uid or name of the issuer's caller.")] = None
    session: Annotated[str | None, Meta(description="Session name or id.")] = None
    api: Annotated[str, Meta(description="The call as logged: service and event name.")]
    service: Annotated[str | None, Meta(description="Service, in its permission language's name.")] = None
    actions: Annotated[list[str], Meta(description="Permissions the call needs, in the language's names; empty: unmapped.")] = []
    resources: Annotated[list[str], Meta(description="Resource of each action; empty text: the log does not say.")] = []
    source_ip: Annotated[str | None, Meta(description="Source address, or the service that called on somebody's behalf.")] = None
    user_agent: Annotated[str | None, Meta(description="Caller's program, as it names itself.")] = None
    outcome: Annotated[EventOutcome, Meta(description="denied calls are not use; failed ones were allowed and went wrong.")]
    context: Annotated[
        dict[str, str], Meta(description="Facts a replay needs, by condition key in lower case: aws:multifactorauthpresent...")
    ] = {}
