"""Granted against used, on a real log read by the real ingest."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from evidence_kit import ACCOUNT, IDLE, NOW, ROLE, USER, account, allow, event, held, identity, logged, quarter
from sample import Sample

from keyrack.app.evidence import Period
from keyrack.app.privilege import privilege_of, privileged
from keyrack.errors import KeyrackError
from keyrack.records import Record, Resource, Usage

PERIOD = Period(90)
TABLE = "dynamodb:GetItem"


def verdicts(sample: Sample, uid: str, period: Period = PERIOD) -> dict[str, dict[str, Any]]:
    return {row["action"]: row for row in privilege_of(sample.home, sample.commit, period, NOW, uid)["actions"]}


def with_rows(*more: Record) -> list[Record]:
    return [*account(), *more]


def test_each_action_has_a_verdict_and_its_reason(tmp_path: Path) -> None:
    sample = logged(tmp_path)
    found = verdicts(sample, ROLE)
    assert {name: row["verdict"] for name, row in found.items() if row["times"]} == {
        "iam:CreateRole": "used", "iam:ListRoles": "used", "s3:ListAllMyBuckets": "used",
    }  # fmt: skip
    assert found["iam:CreateRole"]["resources"] == [f"arn:aws:iam::{ACCOUNT}:role/app-1"]
    assert found["iam:CreateRole"]["source"] == "aws:cloudtrail"
    assert found["sqs:CreateQueue"]["verdict"] == "unused"
    assert (found["sqs:SendMessage"]["verdict"], found["sqs:SendMessage"]["settles"]) == (
        "unknown", "data events would settle it (--data-events)",
    )  # fmt: skip


def test_a_refused_call_is_no_use_and_a_report_of_silence_settles_what_the_log_cannot(tmp_path: Path) -> None:
    found = verdicts(logged(tmp_path), IDLE)
    assert (found["iam:DeleteUser"]["verdict"], found["iam:DeleteUser"]["denied"]) == ("unused", 1)
    sent = found["sqs:SendMessage"]
    assert (sent["verdict"], sent["grade"], sent["source"]) == ("unused", "reported", "iam:service-last-accessed")


def test_a_call_that_was_allowed_and_failed_is_use(tmp_path: Path) -> None:
    events = [*quarter(), event(NOW - timedelta(days=9), "iam", "DeleteUser", who=IDLE, error="NoSuchEntityException")]
    assert verdicts(logged(tmp_path, events), IDLE)["iam:DeleteUser"]["verdict"] == "used"


def test_data_events_that_somebody_states_are_complete_make_silence_count(tmp_path: Path) -> None:
    stated = Period(90, stated=frozenset({"sqs"}))
    assert verdicts(logged(tmp_path), ROLE, stated)["sqs:SendMessage"]["verdict"] == "unused"


@pytest.mark.parametrize(
    ("events", "why"),
    [
        (quarter(days=50), "the log of its account starts within the window"),
        ([one for one in quarter() if one["eventName"] == "CreateRole"], "the account's log never shows a read"),
    ],
)
def test_silence_is_unknown_where_the_log_falls_short(tmp_path: Path, events: list[dict[str, Any]], why: str) -> None:
    rows = with_rows(*held(USER, "more", allow(["sqs:ListQueues"])), *held(ROLE, "reads", allow(["sqs:ListQueues"])))
    found = verdicts(logged(tmp_path, events, rows), ROLE)["sqs:ListQueues"]
    assert (found["verdict"], found["why"]) == ("unknown", why)


def test_a_region_without_a_log_file_makes_silence_unknown(tmp_path: Path) -> None:
    far = Resource(
        uid=f"aws:sqs:ap-southeast-2:{ACCOUNT}:q", type="aws:queue", name="q", provider="aws", scope=ACCOUNT,
    )  # fmt: skip
    found = verdicts(logged(tmp_path, rows=with_rows(far)), ROLE)
    assert found["sqs:CreateQueue"]["why"] == "no log file of some regions of its account was read"


def test_a_day_without_events_in_a_busy_account_is_a_hole(tmp_path: Path) -> None:
    busy = [event(NOW - timedelta(days=number, hours=hour), "s3", "ListBuckets") for number in range(95) for hour in range(1, 13)]
    kept = [one for one in [*quarter(), *busy] if not one["eventTime"].startswith("2026-09-15")]
    assert verdicts(logged(tmp_path, kept), ROLE)["sqs:CreateQueue"]["why"] == "days without any event in a busy account's log"


def test_a_reported_use_that_the_log_does_not_show_contradicts_it(tmp_path: Path) -> None:
    reported = Usage(
        uid="use:kms", identity_uid=ROLE, grade="reported", source="iam:service-last-accessed", used_at=NOW - timedelta(days=5),
        service="kms",
    )  # fmt: skip
    rows = with_rows(*held(ROLE, "keys", allow(["kms:CreateKey"])), reported)
    found = verdicts(logged(tmp_path, rows=rows), ROLE)["kms:CreateKey"]
    assert (found["verdict"], found["why"]) == ("unknown", "the provider reports a use of the service that the log does not show")


def test_denies_and_boundaries_take_actions_out_of_what_is_granted(tmp_path: Path) -> None:
    uid = f"aws:iam::{ACCOUNT}:role/limited"
    deny = {"Effect": "Deny", "Action": ["sqs:Delete*"], "Resource": ["*"]}
    narrow = {"Effect": "Deny", "Action": ["sqs:PurgeQueue"], "Resource": ["arn:aws:sqs:*:*:a"]}
    rows = with_rows(identity(uid), *held(uid, "p", allow(["SQS:*"]), deny, narrow))
    granted = {name for name, row in verdicts(logged(tmp_path, rows=rows), uid).items() if row["granted"]}
    assert "sqs:DeleteQueue" not in granted
    assert {"sqs:CreateQueue", "sqs:PurgeQueue"} <= granted


def test_the_most_privileged_come_first_and_counts_add_up(tmp_path: Path) -> None:
    sample = logged(tmp_path)
    found = privileged(sample.home, sample.commit, PERIOD, NOW, limit=50, people=False)["identities"]
    assert [row["identity_uid"] for row in found] == [USER, ROLE, IDLE]
    assert (found[0]["privilege"], found[0]["unlimited"]) == ("admin", 1)
    assert all(row["granted"] == row["used"] + row["unused"] + row["unknown"] for row in found)
    assert len(privileged(sample.home, sample.commit, PERIOD, NOW, limit=1, people=True)["identities"]) == 1


def test_resource_patterns_say_where_calls_went(tmp_path: Path) -> None:
    places = {
        "plain": f"arn:aws:iam::{ACCOUNT}:role/app-*",
        "other": f"arn:aws:iam::{ACCOUNT}:role/db-*",
    }
    sample = logged(tmp_path, rows=with_rows(*held(ROLE, "roles", allow(["iam:CreateRole"], list(places.values())))))
    found = {row["resource"]: row["verdict"] for row in privilege_of(sample.home, sample.commit, PERIOD, NOW, ROLE)["places"]}
    assert (found[places["plain"]], found[places["other"]] in {"unused", "unknown"}) == ("used", True)


def test_the_order_of_events_changes_nothing(tmp_path: Path) -> None:
    events = quarter()
    random.Random(1).shuffle(events)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, other = logged(tmp_path / "a"), logged(tmp_path / "b", events)
    assert privilege_of(one.home, one.commit, PERIOD, NOW, ROLE) == privilege_of(other.home, other.commit, PERIOD, NOW, ROLE)


def test_without_a_log_there_is_nothing_to_compare(sample: Sample) -> None:
    with pytest.raises(KeyrackError, match="no log was ingested"):
        privileged(sample.home, sample.commit, PERIOD, NOW, limit=1, people=False)
