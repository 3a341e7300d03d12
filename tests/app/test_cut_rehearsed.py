"""What a cut would break, by the calls that were logged."""

from evidence_kit import ACCOUNT, DEPLOY, IDLE, NOW, ROLE, USER, allow, held, identity, logged, quarter

from keyrack.app.evidence import Period
from keyrack.app.graph import cuts
from keyrack.sdk import Silent

KEYS = allow(["iam:CreateAccessKey"], [f"arn:aws:iam::{ACCOUNT}:user/ci"])


def rows():
    return [
        *(identity(uid) for uid in (ROLE, IDLE, USER)),
        *held(USER, "all", allow(["*"])),
        *held(ROLE, "work", DEPLOY, KEYS, allow(["iam:CreateRole"], [f"arn:aws:iam::{ACCOUNT}:role/app-*"])),
        *held(IDLE, "old", KEYS, allow(["iam:DeleteUser"])),
    ]


def steps(sample):
    return {step["from"]: step for step in cuts(sample.home, sample.commit, "admin", 5, Period(90), NOW, Silent())}


def test_a_cut_of_what_is_in_use_breaks_and_of_the_rest_does_not(tmp_path):
    found = steps(logged(tmp_path, quarter(), rows()))
    assert set(found) == {ROLE, IDLE}
    assert found[ROLE]["rehearsal"]["verdict"] == "breaks"
    assert found[ROLE]["rehearsal"]["breaks"] == [ROLE]
    assert found[ROLE]["used"]["iam:ListRoles"] >= 90
    assert found[IDLE]["used"] == {}
    assert found[IDLE]["rehearsal"]["verdict"] == "safe"


def test_without_logs_nothing_is_said(tmp_path):
    from sample import build_sample

    found = steps(build_sample(tmp_path / "home", rows=rows()))
    assert {(step["used"], step["rehearsal"]) for step in found.values()} == {(None, None)}
