"""Right-sizing from the log to the proposal: what stays, what goes, and when it refuses."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import hcl2
import pytest
from estate_scan import keyrack
from evidence_kit import IDLE, ROLE, USER, account, allow, document, event, held, identity, logged, quarter
from sample import ACCOUNT, NOW, Sample

from keyrack.access.aws import render
from keyrack.app.evidence import Period
from keyrack.app.rightsize import rightsize, single
from keyrack.app.rightsize_identity import Choices, RightSized
from keyrack.app.rightsize_plan import documents, plan
from keyrack.errors import KeyrackError
from keyrack.outputs.terraform_iam import Attached, change
from keyrack.records import Grant, Policy, Record
from keyrack.records.uids import row_uid

GROUP = f"aws:iam::{ACCOUNT}:group/ops"
ANYTHING = Choices()


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return logged(tmp_path_factory.mktemp("rightsize"))


def proposal(sample: Sample, uid: str, choices: Choices = ANYTHING, days: int = 90, stated: tuple[str, ...] = ()) -> RightSized:
    (found,) = rightsize(sample.home, sample.commit, uid, choices, Period(days, NOW, frozenset(stated)), NOW).results
    return found


def statements(found: RightSized) -> list[dict[str, Any]]:
    return [one for policy in found.after for one in render.document(policy)["Statement"]]


def test_a_role_keeps_what_it_did_and_what_the_log_could_not_have_shown(sample: Sample) -> None:
    found = proposal(sample, ROLE)
    assert statements(found) == [
        {"Sid": "IamList", "Effect": "Allow", "Action": "iam:ListRoles", "Resource": "*"},
        {
            "Sid": "IamPermissions",
            "Effect": "Allow",
            "Action": "iam:CreateRole",
            "Resource": [f"arn:aws:iam::{ACCOUNT}:role/app-*/app-1", f"arn:aws:iam::{ACCOUNT}:role/app-1"],
        },
        {"Sid": "S3List", "Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"},
        {"Sid": "SqsWrite", "Effect": "Allow", "Action": "sqs:*Message*", "Resource": "*"},
    ]
    assert [one.name for one in found.replaced] == ["work"]
    assert found.style == "inline"


def test_data_events_that_are_logged_let_go_of_what_was_not_seen(sample: Sample) -> None:
    found = proposal(sample, ROLE, stated=("sqs",))
    assert not any("sqs" in str(one["Action"]) for one in statements(found))
    assert found.kept == ()
    assert found.removed.share == 1.0


def test_an_administrator_shrinks_and_the_shares_are_told(sample: Sample) -> None:
    found = proposal(sample, USER, stated=("all",))
    assert statements(found) == [{"Sid": "IamList", "Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"}]
    assert found.removed.over == (found.removed.granted - 1, 0)
    assert found.removed.classes[0][-1] == "admin"
    assert found.removed.classes[1] == ("list",)


def test_margins_stay_within_the_services_in_use(sample: Sample) -> None:
    actions = {str(one["Action"]) for one in statements(proposal(sample, ROLE, Choices("service"), stated=("all",)))}
    assert actions == {"iam:ListRoles", "iam:CreateRole", "s3:ListAllMyBuckets"}
    wide = {name for one in proposal(sample, USER, Choices("read"), stated=("all",)).after[0].statements for name in one.actions}
    assert {"iam:Get*", "iam:List*"} <= wide
    assert not any(name.startswith("iam:Create") for name in wide)


def test_nobody_used_it(sample: Sample) -> None:
    found = proposal(sample, IDLE)
    assert found.after == ()
    assert "better disabled" in found.notes[0]


def test_everybody_at_once_is_each_alone(sample: Sample) -> None:
    together = rightsize(sample.home, sample.commit, None, ANYTHING, Period(90, NOW), NOW).results
    assert {one.uid: one.after for one in together} == {uid: proposal(sample, uid).after for uid in (ROLE, IDLE, USER)}


def test_thin_evidence_is_refused(sample: Sample, tmp_path: Path) -> None:
    assert "starts only on" in proposal(sample, ROLE, days=300).refused
    with pytest.raises(KeyrackError, match="no proposal"):
        single(rightsize(sample.home, sample.commit, ROLE, ANYTHING, Period(300, NOW), NOW).results)
    elsewhere = [
        {**one, "recipientAccountId": "444455556666", "userIdentity": {"type": "AWSAccount", "accountId": "444455556666"}}
        for one in quarter()[:5]
    ]
    strange = logged(tmp_path, events=elsewhere)
    assert f"no log of account {ACCOUNT}" in proposal(strange, ROLE).refused


def test_calls_whose_permission_is_not_known_keep_their_service(tmp_path: Path) -> None:
    rows = [identity(ROLE), *held(ROLE, "work", allow(["sqs:*", "iam:*"]))]
    unknown = [event(NOW - timedelta(days=2), "sqs", "BrandNewCall")]
    found = proposal(logged(tmp_path, [*quarter(), *unknown], rows), ROLE, stated=("all",))
    assert {"Sid": "SqsUse", "Effect": "Allow", "Action": "sqs:*", "Resource": "*"} in [
        {**one, "Sid": "SqsUse"} for one in statements(found) if one["Action"] == "sqs:*"
    ]
    assert any("not known" in one.why for one in found.kept)


def test_passing_a_role_stays_only_if_a_call_passed_one(tmp_path: Path) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/worker"
    rows = [
        identity(ROLE),
        *held(ROLE, "work", allow(["lambda:CreateFunction20150331", "lambda:*", "iam:PassRole", "iam:ListRoles"])),
    ]
    made = {"functionName": "f", "role": role, "runtime": "python3.13"}
    passing = event(NOW - timedelta(days=2), "lambda", "CreateFunction20150331", parameters=made)
    with_it = proposal(logged(tmp_path / "a", [*quarter(), passing], rows), ROLE, stated=("all",))
    assert {
        "Sid": "IamWrite",
        "Effect": "Allow",
        "Action": "iam:PassRole",
        "Resource": [f"arn:aws:iam::{ACCOUNT}:role/*/worker", role],
    } in [{**one, "Sid": "IamWrite"} for one in statements(with_it) if "PassRole" in str(one["Action"])]
    without = proposal(logged(tmp_path / "b", quarter(), rows), ROLE, stated=("all",))
    assert not any("PassRole" in str(one["Action"]) for one in statements(without))


def grouped(uid: str) -> list[Record]:
    """A user with an inline policy and one by a group."""
    by_group = Policy(
        uid=row_uid("policy", "g"), language="aws-iam", kind="identity", name=f"{GROUP}/all", scope=ACCOUNT,
        document=document(allow(["iam:*"])), targets=[GROUP, uid], attrs={"group": GROUP},
    )  # fmt: skip
    grant = Grant(
        uid="grant:g", identity_uid=uid, language="aws-iam", effect="allow", actions=["iam:*"], resources=["*"], via="group",
        policy=f"{GROUP}/all", attrs={"group": GROUP},
    )  # fmt: skip
    return [by_group, grant]


def test_what_comes_by_a_group_stays_unless_asked(tmp_path: Path) -> None:
    rows = [identity(USER), identity(ROLE), *held(USER, "own", allow(["sqs:*"])), *grouped(USER)]
    sample = logged(tmp_path, rows=rows)
    found = proposal(sample, USER, stated=("all",))
    assert (found.after, [one.name for one in found.replaced]) == ((), ["own"])
    assert any(GROUP in note for note in found.notes)
    direct = proposal(sample, USER, Choices(groups=True), stated=("all",))
    assert [one["Action"] for one in statements(direct)] == ["iam:ListUsers"]
    steps = plan(rightsize(sample.home, sample.commit, USER, Choices(groups=True), Period(90, NOW, frozenset({"all"})), NOW))
    assert "iam:RemoveUserFromGroup" in steps["identities"][0]["permissions"]
    only = [identity(USER), identity(ROLE), *grouped(USER)]
    assert "by groups" in proposal(logged(tmp_path / "only", rows=only), USER).refused


def test_a_plan_gives_before_it_takes_and_knows_the_way_back(sample: Sample) -> None:
    made = plan(rightsize(sample.home, sample.commit, ROLE, ANYTHING, Period(90, NOW), NOW))
    (one,) = made["identities"]
    assert [step["action"] for step in one["steps"]] == ["iam:PutRolePolicy", "iam:DeleteRolePolicy"]
    assert [step["undo"]["action"] for step in one["steps"]] == ["iam:DeleteRolePolicy", "iam:PutRolePolicy"]
    assert json.loads(one["steps"][1]["undo"]["parameters"]["PolicyDocument"])["Statement"]
    assert len(one["before"]["fingerprint"]) == 64
    assert one["permissions"] == ["iam:DeleteRolePolicy", "iam:PutRolePolicy"]


def test_terraform_reads_back_as_the_same_policies(sample: Sample) -> None:
    found = proposal(sample, ROLE)
    text = change(ROLE, documents(found.after), [Attached("work", "inline")], ["a note"], inline=True)
    resource = hcl2.loads(text)["resource"][0]
    assert "deploy-least" in str(resource)
    assert "iam:CreateRole" in str(resource)
    varying = {
        "x": {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::h/${aws:username}/%{a}"}],
        }
    }
    text = change(
        USER,
        varying,
        [Attached("p", "managed", "arn:aws:iam::aws:policy/P"), Attached("g", "group", None, GROUP)],
        ["two\nlines"],
        inline=False,
    )
    assert "$${aws:username}/%%{a}" in text
    assert "aws_iam_user_policy_attachment" in text
    assert "\nlines" not in text


def test_the_command_writes_what_rehearsal_reads(sample: Sample, tmp_path: Path) -> None:
    until = ("--until", NOW.isoformat())
    done = keyrack(sample.home.root, "rightsize", "--all", *until, "--format", "plan", "-o", str(tmp_path / "plan.json"))
    assert done.returncode == 0, done.stderr
    done = keyrack(sample.home.root, "rehearse", "--plan", str(tmp_path / "plan.json"), *until, "--format", "json")
    found = json.loads(done.stdout)["rehearsals"]
    assert {one["uid"] for one in found} == {ROLE, IDLE, USER}
    assert not any(one["kinds"]["breaks"] for one in found)
    shown = keyrack(sample.home.root, "rightsize", "role/deploy", *until)
    assert "65% go" in shown.stdout
    assert '"iam:CreateRole"' in shown.stdout
    assert keyrack(sample.home.root, "rightsize", *until).returncode == 2
    assert keyrack(sample.home.root, "rightsize", "--all", "--margin", "wide").returncode == 2
    thin = keyrack(sample.home.root, "rightsize", "role/deploy", *until, "--days", "300")
    assert (thin.returncode, "rightsize.refused" in thin.stderr) == (1, True)


def test_account_of_the_kit_is_what_the_others_rely_on() -> None:
    assert {record.uid for record in account() if type(record).__name__ == "Identity"} == {ROLE, IDLE, USER}
