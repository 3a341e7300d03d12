"""Exceptions: a finding someone decided to live with, why, and until when. They end by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import DateTime, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from keyrack.ledger.base import Base, Store, aware


@dataclass(frozen=True, slots=True)
class FindingException:
    """A decision about one finding; ``until`` is exclusive."""

    finding: str
    reason: str
    until: datetime
    by: str
    decided_at: datetime


class _Row(Base):
    __tablename__ = "exceptions"

    finding: Mapped[str] = mapped_column(String(64), primary_key=True)
    reason: Mapped[str] = mapped_column(String(2000))
    until: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    by: Mapped[str] = mapped_column(String(200))
    decided_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Ledger(Store):
    """The exceptions of a ledger."""

    def except_finding(self, decision: FindingException) -> None:
        """Record a decision; a newer one about the same finding replaces it."""
        with Session(self.engine) as session, session.begin():
            session.merge(
                _Row(
                    finding=decision.finding,
                    reason=decision.reason,
                    until=decision.until,
                    by=decision.by,
                    decided_at=decision.decided_at,
                )
            )

    def exceptions(self, now: datetime) -> list[FindingException]:
        """Decisions still in force, soonest expiry first."""
        with Session(self.engine) as session:
            rows = session.scalars(select(_Row)).all()
            live = [_decision(row) for row in rows]
        return sorted((d for d in live if d.until > now), key=lambda d: (d.until, d.finding))


def _decision(row: _Row) -> FindingException:
    return FindingException(row.finding, row.reason, aware(row.until), row.by, aware(row.decided_at))
