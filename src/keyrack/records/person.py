"""Person and Vendor: who may own or supply an identity."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from keyrack.records.base import Record, Uid


class Person(Record, frozen=True, kw_only=True):
    """A human known to HR, the IdP or a people file."""

    table: ClassVar[str] = "people"

    uid: Annotated[Uid, Meta(description="Lower-case e-mail address.")]
    name: Annotated[str, Meta(description="Display name.")]
    status: Annotated[Literal["active", "gone"], Meta(description="Still with us?")] = "active"
    ended_at: Annotated[datetime | None, Meta(description="When they left.")] = None
    manager: Annotated[str | None, Meta(description="E-mail of the manager.")] = None
    team: Annotated[str | None, Meta(description="Team name.")] = None


class Vendor(Record, frozen=True, kw_only=True):
    """A supplier whose accounts, apps or actions we trust."""

    table: ClassVar[str] = "vendors"

    uid: Annotated[Uid, Meta(description="vendor:<slug>.")]
    name: Annotated[str, Meta(description="Display name.")]
    accounts: Annotated[list[str], Meta(description="Cloud account ids it is known to use.")] = []
    status: Annotated[Literal["active", "ended"], Meta(description="Contract state.")] = "active"
