"""When a source is scanned by itself: ``every = "6h"``, or ``schedule = "0 */6 * * *"`` in cron's words, in UTC.

Cron fields as crontab(5) has them: minute, hour, day of month, month, day of week (0 and 7 are Sunday); ``*``, lists, ranges and
steps; a day matches when either restricted day field does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from keyrack.errors import UsageError

_EVERY = re.compile(r"([1-9]\d{0,3}) ?([mhd])")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
LEAST = timedelta(minutes=5)
"""More often than this is no schedule but a load test of somebody's API."""
_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day of month", 1, 31), ("month", 1, 12), ("day of week", 0, 7))
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
_HORIZON = 366 * 8 + 3
"""Days to look ahead: 29 February comes at the latest after eight years."""


@dataclass(frozen=True, slots=True)
class Every:
    """A fixed distance between two scans."""

    distance: timedelta

    def after(self, moment: datetime) -> datetime:
        """The next time due, when the last scan began at ``moment``."""
        return moment + self.distance


@dataclass(frozen=True, slots=True)
class Cron:
    """Moments that match five sets of numbers; ``either``: both day fields are restricted, and one of them is enough."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either: bool

    def after(self, moment: datetime) -> datetime:
        """The first matching minute after ``moment``.

        Raises:
            UsageError: there is none (30 February).
        """
        start = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
        day = start.replace(hour=0, minute=0)
        for _ in range(_HORIZON):
            if self._on(day):
                times = (day.replace(hour=hour, minute=minute) for hour in sorted(self.hours) for minute in sorted(self.minutes))
                found = next((time for time in times if time >= start), None)
                if found is not None:
                    return found
            day += timedelta(days=1)
        raise UsageError("schedule.never", "the schedule never comes round", hint="check day and month")

    def _on(self, day: datetime) -> bool:
        by_month_day, by_week_day = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return day.month in self.months and (by_month_day or by_week_day if self.either else by_month_day and by_week_day)


Timetable = Every | Cron


def timetable(every: str | None, schedule: str | None) -> Timetable | None:
    """The timetable of a source; ``None``: it is scanned when somebody asks.

    Raises:
        UsageError: both are given, one is malformed, it is too often, or it never comes round.
    """
    if every and schedule:
        raise UsageError("schedule.both", "a source has `every` or `schedule`, not both")
    if every:
        match = _EVERY.fullmatch(every.strip())
        if match is None:
            raise UsageError("schedule.every", f"`every = {every!r}` is no time", hint='write "30m", "6h" or "1d"')
        distance = int(match[1]) * _UNITS[match[2]]
        if distance < LEAST:
            raise UsageError("schedule.often", "less than five minutes between two scans", hint='at least "5m"')
        return Every(distance)
    return _cron(schedule) if schedule else None


def _cron(text: str) -> Cron:
    words = text.split()
    if len(words) != len(_FIELDS):
        raise UsageError("schedule.cron", f"{text!r} has {len(words)} fields, not five", hint='e.g. "0 */6 * * *", in UTC')
    minutes, hours, days, months, weekdays = (_field(word.lower(), *field) for word, field in zip(words, _FIELDS, strict=True))
    either = not words[2].startswith("*") and not words[4].startswith("*")
    return Cron(minutes, hours, days, months, frozenset(day % 7 for day in weekdays), either)


def _field(word: str, name: str, low: int, high: int) -> frozenset[int]:
    found: set[int] = set()
    for part in word.split(","):
        span, slash, step = part.partition("/")
        first, dash, last = span.partition("-")
        start, end = (low, high) if span == "*" else (_number(first, name), _number(last, name) if dash else None)
        stride = _number(step, name) if slash else 1
        end = end if end is not None else (high if slash else start)
        if not (low <= start <= end <= high and stride >= 1):
            raise UsageError("schedule.cron", f"{part!r} is no {name}", hint=f"{low} to {high}")
        found |= set(range(start, end + 1, stride))
    return frozenset(found)


def _number(word: str, name: str) -> int:
    names = _MONTHS if name == "month" else _DAYS if name == "day of week" else []
    if word in names:
        return names.index(word) + (1 if name == "month" else 0)
    if not (word.isascii() and word.isdigit() and len(word) <= 2):
        raise UsageError("schedule.cron", f"{word!r} is no {name}", hint='e.g. "0 */6 * * *", in UTC')
    return int(word)
