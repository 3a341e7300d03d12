"""What a policy statement amounts to: classes, escalations, both halves of role passing, take-overs, whole services."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyrack.access import Parts, classify, parts
from keyrack.access.aws.actions import classify_action, escalations, highest

PATTERNS = st.lists(
    st.sampled_from(
        [
            "*",
            "iam:*",
            "iam:PassRole",
            "iam:Attach*",
            "lambda:*",
            "lambda:CreateFunction",
            "s3:GetObject",
            "s3:*",
            "ec2:Describe*",
            "nope:*",
            "",
        ]
    ),
    max_size=5,
).map(tuple)


@pytest.mark.parametrize(
    ("actions", "privilege"),
    [
        (("*",), "admin"),
        (("*:*",), "admin"),
        (("iam:*",), "admin"),
        (("s3:GetObject",), "read"),
        (("s3:ListBucket",), "list"),
        (("s3:PutObject",), "write"),
        (("s3:PutBucketPolicy",), "permissions"),
        (("made-up:Thing",), "unknown"),
        ((), "unknown"),
    ],
)
def test_classes(actions, privilege):
    assert classify(("aws-iam", actions, False))[0] == privilege


def test_not_action_is_admin_unless_it_leaves_iam_out():
    assert classify(("aws-iam", ("s3:*",), True)) == ("admin", ())
    assert classify(("aws-iam", ("iam:*", "organizations:*"), True)) == ("write", ())


def test_role_passing_needs_its_partner():
    assert classify(("aws-iam", ("iam:PassRole",), False))[1] == ()
    assert classify(("aws-iam", ("iam:PassRole", "ec2:RunInstances"), False))[1] == ("iam:passrole+ec2:runinstances",)
    assert parts(("aws-iam", ("iam:PassRole",), False)) == Parts(passes_role=True)
    assert parts(("aws-iam", ("ecs:Run*",), False)).partners == ("ecs:runtask",)


def test_take_overs_and_whole_services():
    found = parts(("aws-iam", ("lambda:Update*", "s3:*", "ssm:SendCommand"), False))
    assert found.takeovers == ("lambda:updatefunctioncode", "ssm:sendcommand")
    assert found.services == ("s3",)
    assert parts(("aws-iam", ("*", "*:*"), False)).services == ()


def test_a_service_that_can_only_read_is_no_whole_service():
    assert parts(("aws-iam", ("nope:*",), False)).services == ()


def test_other_languages_and_not_action_have_no_parts():
    assert parts(("github", ("contents:write",), False)) == Parts()
    assert parts(("aws-iam", ("s3:*",), True)) == Parts()


@given(PATTERNS, PATTERNS)
def test_more_patterns_never_allow_less(some, more):
    assert set(escalations(some)) <= set(escalations(some + more))
    small, large = parts(("aws-iam", some, False)), parts(("aws-iam", some + more, False))
    assert set(small.partners) <= set(large.partners)
    assert set(small.takeovers) <= set(large.takeovers)
    assert small.passes_role <= large.passes_role
    together = highest([classify(("aws-iam", some, False))[0], classify(("aws-iam", more, False))[0]])
    assert classify(("aws-iam", some + more, False))[0] == together


@given(st.text(max_size=40))
def test_any_pattern_gets_a_class(pattern):
    assert classify_action(pattern) in {"admin", "permissions", "write", "read", "list", "unknown"}
