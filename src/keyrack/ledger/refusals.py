"""Refused merges: two names that a person says are not one thing. Taken back, the merge comes back with the next scan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import DateTime, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from keyrack.ledger.base import Base, Store, aware


@dataclass(frozen=True, slots=True)
class Refusal:
    """``uid`` and ``other`` are kept apart; their order says nothing."""

    uid: str
    other: str
    reason: str
    by: str
    decided_at: datetime


class _Row(Base):
    __tablename__ = "refusals"

    uid: Mapped[str] = mapped_column(String(2000), primary_key=True)
    other: Mapped[str] = mapped_column(String(2000), primary_key=True)
    reason: Mapped[str] = mapped_column(String(2000))
    by: Mapped[str] = mapped_column(String(200))
    decided_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Refusals(Store):
    """The refusals of a ledger."""

    def refuse(self, refusal: Refusal) -> None:
        """Keep two names apart; a newer decision about the same two replaces the older."""
        uid, other = sorted((refusal.uid, refusal.other))
        with Session(self.engine) as session, session.begin():
            session.merge(_Row(uid=uid, other=other, reason=refusal.reason, by=refusal.by, decided_at=refusal.decided_at))

    def allow(self, uid: str, other: str) -> bool:
        """Take a refusal back; whether there was one."""
        first, second = sorted((uid, other))
        with Session(self.engine) as session, session.begin():
            gone = session.execute(delete(_Row).where(_Row.uid == first, _Row.other == second).returning(_Row.uid)).all()
        return bool(gone)

    def all(self) -> list[Refusal]:
        """Every refusal, by uid."""
        with Session(self.engine) as session:
            rows = session.scalars(select(_Row).order_by(_Row.uid, _Row.other)).all()
            return [Refusal(row.uid, row.other, row.reason, row.by, aware(row.decided_at)) for row in rows]
