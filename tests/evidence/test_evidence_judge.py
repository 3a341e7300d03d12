"""When a change may be called safe, and when not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from keyrack.evidence.calls import Sample
from keyrack.evidence.judge import Blind, Count, Picture, judge
from keyrack.evidence.used import Window, classes

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SAMPLE = Sample(times=180, days=90, once=0, action_days=180, kinds=2)
WHOLE = Picture(Window(NOW - timedelta(days=90), NOW), NOW - timedelta(days=400), SAMPLE, log_end=NOW, now=NOW)


def test_a_whole_picture_is_safe() -> None:
    assert judge(WHOLE, Count(kept=2)).verdict == "safe"


def test_one_breaking_call_is_enough_however_little_is_known() -> None:
    assert judge(replace(WHOLE, gaps=("no log.",)), Count(kept=9, breaks=1)).verdict == "breaks"


@pytest.mark.parametrize(
    ("picture", "says"),
    [
        (replace(WHOLE, window=Window(NOW - timedelta(days=30), NOW)), "31 are the least"),
        (replace(WHOLE, gaps=("the log ends early.",)), "the log ends early"),
        (replace(WHOLE, holes=("a policy could not be read.",)), "could not be read"),
        (
            replace(WHOLE, blind=(Blind("s3", 3, "s3:GetObject", "no data events", "data events would settle it"),)),
            "s3:GetObject",
        ),
        (replace(WHOLE, created_at=NOW - timedelta(days=20)), "younger than 31 days"),
        (replace(WHOLE, now=NOW + timedelta(days=9)), "the logs end 9 days ago"),
        (replace(WHOLE, sample=Sample(4, 4, 0, 8, 2)), "seen on 4 days only"),
        (replace(WHOLE, sample=Sample(40, 9, 4, 40, 6)), "is 10% (at most 5%)"),
        (replace(WHOLE, sample=Sample(), window=Window(NOW - timedelta(days=60), NOW)), "silence counts only over 90 days"),
    ],
)
def test_each_thinness_forbids_to_say_safe(picture: Picture, says: str) -> None:
    found = judge(picture, Count(kept=2))
    assert found.verdict == "not_enough_evidence"
    assert says in found.reasons[0]


@pytest.mark.parametrize("count", [Count(kept=2, unexplained=1), Count(kept=2, undecided=1)])
def test_calls_that_cannot_be_told_count_against_safety(count: Count) -> None:
    assert judge(WHOLE, count).verdict == "not_enough_evidence"


def test_silence_in_a_whole_log_of_ninety_days_is_safe() -> None:
    assert judge(replace(WHOLE, sample=Sample()), Count()).verdict == "safe"


def test_a_change_that_alters_nothing_is_safe_whatever_the_logs() -> None:
    assert judge(replace(WHOLE, gaps=("no log.",)), Count(kept=2, touches=False)).verdict == "safe"


def test_event_classes_follow_a_logs_patterns() -> None:
    names = ("s3:GetObject", "iam:PassRole", "iam:GetRole")
    assert classes(names, ("S3:Get*",), ("iam:PassRole",)) == {
        "s3:GetObject": "optional", "iam:PassRole": "never", "iam:GetRole": "always",
    }  # fmt: skip
    assert set(classes(names, (), ()).values()) == {"always"}


def test_days_of_a_long_window_share_bits() -> None:
    assert Window(NOW - timedelta(days=90), NOW).stride == 1
    assert Window(NOW - timedelta(days=400), NOW).stride == 4
