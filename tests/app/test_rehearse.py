"""Rehearsals through the real lake, ingest and engine."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from evidence_kit import (
    ACCOUNT,
    DEPLOY,
    IDLE,
    KEY,
    NOW,
    ROLE,
    USER,
    WRITE,
    account,
    allow,
    document,
    event,
    identity,
    logged,
    quarter,
)
from sample import Sample

from keyrack.app.evidence import Period
from keyrack.app.rehearse import Rehearsal, rehearsed
from keyrack.app.wishes import Wish
from keyrack.errors import UsageError
from keyrack.records import Record


def run(sample: Sample, wish: Wish, period: Period | None = None) -> list[Rehearsal]:
    return rehearsed(sample.home, sample.commit, wish, period or Period(90), NOW)


def policy_file(tmp_path: Path, *statements: dict[str, Any]) -> Path:
    path = tmp_path / "policy.json"
    path.write_text(document(*statements))
    return path


def test_a_policy_that_forgets_a_weekly_job_breaks_it_and_says_who_runs_it(tmp_path: Path) -> None:
    sample = logged(tmp_path)
    (found,) = run(sample, Wish(uid=ROLE, policy=policy_file(tmp_path, DEPLOY)))
    assert (found.verdict, found.reasons) == ("breaks", ("1 of 3 kinds of call it makes would fail.",))
    (lost,) = found.calls
    assert (lost.call.action, lost.call.resource, lost.call.times) == ("iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/app-1", 13)
    assert lost.call.last_at == NOW - timedelta(hours=1)
    (who,) = found.consumers
    assert (who.user_agent, who.network, who.session, who.times) == ("Boto3/1.34", "10.1.2.3", "s1", 13)
    assert found.workloads == ("sts:AssumeRoleWithWebIdentity by token.actions.githubusercontent.com (repo:acme/web:*)",)


def test_one_named_policy_can_be_replaced_and_the_rest_stays(tmp_path: Path) -> None:
    sample = logged(tmp_path)
    path = policy_file(tmp_path, DEPLOY, WRITE)
    assert run(sample, Wish(uid=ROLE, policy=path, named="work"))[0].verdict == "safe"
    with pytest.raises(UsageError, match="no policy called"):
        run(sample, Wish(uid=ROLE, policy=path, named="nonesuch"))


@pytest.mark.parametrize(
    ("wish", "verdict"),
    [
        (Wish(uid=ROLE, remove="work"), "breaks"),
        (Wish(remove="work"), "breaks"),
        (Wish(remove="grant:deploy:work:1"), "breaks"),
        (Wish(remove="grant:idle:old:0"), "safe"),
        (Wish(delete=ROLE), "breaks"),
        (Wish(delete=IDLE), "safe"),
        (Wish(revoke=KEY), "breaks"),
        (Wish(rotate=KEY), "breaks"),
        (Wish(rightsize=ROLE), "safe"),
        (Wish(rightsize=USER), "not_enough_evidence"),  # takes iam:PassRole, which is no call of its own
    ],
)
def test_every_kind_of_change(tmp_path: Path, wish: Wish, verdict: str) -> None:
    assert [found.verdict for found in run(logged(tmp_path), wish)] == [verdict]


def test_deleting_takes_calls_that_need_no_permission_too(tmp_path: Path) -> None:
    (found,) = run(logged(tmp_path), Wish(revoke=KEY))
    assert {one.call.action.rpartition(":")[2] for one in found.calls} == {"ListUsers", "GetCallerIdentity"}
    assert found.consumers[0].credential == f"cred:aws:{KEY}"


def test_taking_away_what_data_events_would_show_is_not_called_safe(tmp_path: Path) -> None:
    path = policy_file(tmp_path, allow(["s3:ListAllMyBuckets", "iam:ListRoles"]), WRITE)
    sample = logged(tmp_path)
    (found,) = run(sample, Wish(uid=ROLE, policy=path))
    assert found.verdict == "not_enough_evidence"
    assert "permissions of sqs" in found.reasons[0]
    assert run(sample, Wish(uid=ROLE, policy=path), Period(90, stated=frozenset({"sqs"})))[0].verdict == "safe"


def test_taking_away_what_was_unused_looks_at_all_logs_not_only_the_window(tmp_path: Path) -> None:
    """A job that ran seventy days ago is unused for thirty, and would break all the same."""
    events = [*quarter(), event(NOW - timedelta(days=70), "sqs", "ListQueues")]
    found = {one.uid: one for one in run(logged(tmp_path, events), Wish(unused=30), Period(30))}
    assert (found[ROLE].verdict, found[ROLE].calls[0].call.action) == ("breaks", "sqs:ListQueues")
    assert found[IDLE].verdict == "safe"


def test_a_plan_covers_several_identities(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    policies = {ROLE: {"least": json.loads(document(DEPLOY, WRITE))}, USER: {"least": json.loads(document(allow(["sqs:*"])))}}
    plan.write_text(json.dumps({"identities": [{"uid": uid, "policies": named} for uid, named in policies.items()]}))
    assert [(one.uid, one.verdict) for one in run(logged(tmp_path), Wish(plan=plan))] == [(USER, "breaks"), (ROLE, "safe")]


def test_an_unmapped_call_counts_against_safety(tmp_path: Path) -> None:
    events = [*quarter(), event(NOW - timedelta(days=2), "nosuchservice", "FrobnicateThing")]
    path = policy_file(tmp_path, allow(["s3:ListAllMyBuckets", "iam:ListRoles"]), WRITE)
    period = Period(90, stated=frozenset({"sqs"}))
    (found,) = run(logged(tmp_path, events), Wish(uid=ROLE, policy=path), period)
    assert found.verdict == "not_enough_evidence"
    assert "could not be replayed" in found.reasons[0]


def test_a_young_identity_and_an_account_without_logs(tmp_path: Path) -> None:
    young, far = f"aws:iam::{ACCOUNT}:role/young", "aws:iam::444455556666:role/far"
    other = identity(far)
    rows: list[Record] = [
        *account(),
        identity(young, NOW - timedelta(days=9)),
        type(other)(**{**_fields(other), "scope": "444455556666"}),
    ]
    sample = logged(tmp_path, rows=rows)
    assert "younger than 31 days" in run(sample, Wish(delete=young))[0].reasons[0]
    assert "no log of 444455556666" in run(sample, Wish(delete=far))[0].reasons[0]


def _fields(record: Record) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__struct_fields__}


def test_the_order_of_events_changes_no_verdict(tmp_path: Path) -> None:
    events = quarter()
    random.Random(7).shuffle(events)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    wish = Wish(uid=ROLE, policy=policy_file(tmp_path, DEPLOY))
    assert run(logged(tmp_path / "a"), wish) == run(logged(tmp_path / "b", events), wish)
