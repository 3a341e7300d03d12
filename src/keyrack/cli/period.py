"""Options of the commands that look back over logs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from keyrack.errors import UsageError

if TYPE_CHECKING:
    from keyrack.app.evidence import Period

Days = Annotated[int, typer.Option("--days", help="How many days to look back.", min=1)]
Until = Annotated[
    str | None, typer.Option("--until", help="Look back from this ISO date or time, not from the last event.", show_default=False)
]
DataEvents = Annotated[
    list[str] | None,
    typer.Option(
        "--data-events",
        help="Service of which the logs have every data event (repeat; `all`): the trail's event selectors say.",
        show_default=False,
    ),
]


def period_of(days: int, until: str | None, data_events: list[str] | None) -> Period:
    """The period those options mean.

    Raises:
        UsageError: ``until`` is no moment.
    """
    from keyrack.app.evidence import Period

    moment = None
    if until is not None:
        try:
            moment = datetime.fromisoformat(until)
        except ValueError as error:
            raise UsageError("period.until", f"{until!r} is no ISO date or time", hint="for example 2026-11-01") from error
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return Period(days, moment, frozenset(name.lower() for name in data_events or ()))
