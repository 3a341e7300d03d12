"""When a source is due: cron's words and plain distances, never a crash on nonsense."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyrack.app.timetable import Cron, timetable
from keyrack.errors import UsageError

AT = datetime(2026, 11, 25, 4, 7, 30, tzinfo=UTC)  # a Wednesday


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("* * * * *", "2026-11-25T04:08"), ("*/15 * * * *", "2026-11-25T04:15"), ("7 4 * * *", "2026-11-26T04:07"),
        ("0 */6 * * *", "2026-11-25T06:00"), ("30 2 * * mon-fri", "2026-11-26T02:30"), ("0 0 1 * *", "2026-12-01T00:00"),
        ("0 0 * * 0", "2026-11-29T00:00"), ("0 0 * * 7", "2026-11-29T00:00"), ("0 0 29 2 *", "2028-02-29T00:00"),
        ("0 0 13 * fri", "2026-11-27T00:00"), ("0 0 */2 * fri", "2026-11-27T00:00"), ("5,35 8-9 * jan *", "2027-01-01T08:05"), ("10/20 4 * * *", "2026-11-25T04:10"),
        ("0 0 31 4,12 *", "2026-12-31T00:00"),
    ],
)  # fmt: skip
def test_cron(schedule, expected):
    when = timetable(None, schedule)
    assert when is not None
    assert when.after(AT) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("every", "distance"), [("5m", timedelta(minutes=5)), ("6h", timedelta(hours=6)), ("1 d", timedelta(days=1))]
)
def test_every(every, distance):
    assert timetable(every, None).after(AT) == AT + distance


def test_nothing_is_no_timetable():
    assert timetable(None, None) is None
    assert timetable("", "") is None


@pytest.mark.parametrize("every", ["1m", "4m", "0h", "6", "h", "-6h", "6w", "99999d", "6h6h", "\u0666h"])
def test_every_that_is_none(every):
    with pytest.raises(UsageError):
        timetable(every, None)


@pytest.mark.parametrize(
    "schedule",
    [
        "",
        "* * * *",
        "* * * * * *",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * * 13 *",
        "* * * * 8",
        "5-1 * * * *",
        "*/0 * * * *",
        "a * * * *",
        "1,, * * * *",
        "@daily",
        "-1 * * * *",
        "\u0661 * * * *",
    ],
)
def test_cron_that_is_none(schedule):
    with pytest.raises(UsageError):
        timetable(None, schedule or " ")


def test_never_is_said():
    with pytest.raises(UsageError, match="never"):
        timetable(None, "0 0 30 2 *").after(AT)


def test_both_are_too_many():
    with pytest.raises(UsageError, match="not both"):
        timetable("6h", "* * * * *")


@given(st.text(max_size=30))
def test_any_text_is_a_timetable_or_a_usage_error(text):
    for words in ((text, None), (None, text)):
        try:
            timetable(*words)
        except UsageError:
            continue


_PART = st.sampled_from(["*", "*/7", "1", "2-5", "1,3", "3-20/4", "0"])


@given(_PART, _PART, st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)))  # noqa: DTZ001 - given its zone below
def test_the_next_time_is_later_matches_and_none_is_between(minute, hour, naive):
    moment = naive.replace(tzinfo=UTC)
    when = timetable(None, f"{minute} {hour} * * *")
    assert isinstance(when, Cron)
    found = when.after(moment)
    assert found > moment
    assert found.minute in when.minutes
    assert found.hour in when.hours
    step = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
    while step < found:
        assert not (step.minute in when.minutes and step.hour in when.hours)
        step += timedelta(minutes=1)
