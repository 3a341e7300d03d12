"""Exceptions: a finding someone decided to live with, why, and until when. They end by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import DateTime, Engine, String, create_engine, event, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


@dataclass(frozen=True, slots=True)
class FindingException:
    """A decision about one finding; ``until`` is exclusive."""

    finding: str
    reason: str
    until: datetime
    by: str
    decided_at: datetime


class _Base(DeclarativeBase):
    pass


class _Row(_Base):
    __tablename__ = "exceptions"

    finding: Mapped[str] = mapped_column(String(64), primary_key=True)
    reason: Mapped[str] = mapped_column(String(2000))
    until: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    by: Mapped[str] = mapped_column(String(200))
    decided_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Ledger:
    """The transactional store beside the lake: SQLite in WAL mode."""

    def __init__(self, file: Path) -> None:
        self._engine = _engine(file)

    def except_finding(self, decision: FindingException) -> None:
        """Record a decision; a newer one about the same finding replaces it."""
        with Session(self._engine) as session, session.begin():
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
        with Session(self._engine) as session:
            rows = session.scalars(select(_Row)).all()
            live = [_decision(row) for row in rows]
        return sorted((d for d in live if d.until > now), key=lambda d: (d.until, d.finding))


def _decision(row: _Row) -> FindingException:
    return FindingException(row.finding, row.reason, _aware(row.until), row.by, _aware(row.decided_at))


def _aware(moment: datetime) -> datetime:
    """SQLite drops the zone; everything is stored in UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _engine(file: Path) -> Engine:
    file.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{file}")

    @event.listens_for(engine, "connect")
    def _pragmas(connection: object, _record: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA busy_timeout=5000")
        cursor.close()

    _Base.metadata.create_all(engine)
    return engine
