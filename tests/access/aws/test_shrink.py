"""Right-sizing: what was seen stays allowed, nothing new is allowed, and the result is one a person can read."""

from __future__ import annotations

from dataclasses import replace

import pytest
from aws_policies import ACCOUNT, ROLE, USER, policies_of, requests
from hypothesis import given, settings
from hypothesis import strategies as st

from keyrack.access.aws import render
from keyrack.access.aws.decide import decide
from keyrack.access.aws.fit import Room, fitted
from keyrack.access.aws.model import Policies, Policy, Request
from keyrack.access.aws.parse import parse
from keyrack.access.aws.shrink import WIDTHS, Margin, Options, Used, shrink, trace
from keyrack.access.aws.subsume import subsumes


def allowed(request: Request, *policies: Policy) -> bool:
    return decide(request, Policies(identity=policies)).outcome == "allow"


def used(request: Request) -> Used:
    return Used(request.action, request.resource, request.context)


OPTIONS = st.builds(
    Options,
    margin=st.sampled_from(("none", "read", "service")),
    keep=st.sampled_from(((), ("s3:*Object*", "iam:PassRole"))),
    keep_actions=st.sampled_from(((), ("s3:GetObject", "ec2:RunInstances"))),
    width=st.integers(0, WIDTHS - 1),
)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(policies_of(), min_size=1, max_size=2),
    st.lists(requests((USER,)), min_size=1, max_size=8),
    st.lists(requests((USER,)), max_size=8),
    OPTIONS,
)
def test_what_was_seen_stays_and_nothing_is_added(
    policies: list[Policy], seen: list[Request], others: list[Request], options: Options
) -> None:
    calls = [request for request in seen if allowed(request, *policies)]
    chosen = replace(options, principal=USER)
    small = shrink(policies, map(used, calls), chosen)
    for request in calls:
        assert allowed(request, small)
    for request in [*seen, *others]:
        if allowed(request, small):
            assert allowed(request, *policies)
    assert subsumes(policies, small)
    if small.statements:
        assert parse(render.document(small)).statements == small.statements


@settings(max_examples=150, deadline=None)
@given(policies_of(), st.lists(requests((ROLE,)), min_size=1, max_size=6))
def test_calls_whose_resource_the_log_does_not_say_stay_allowed(policy: Policy, seen: list[Request]) -> None:
    calls = [request for request in seen if allowed(request, policy)]
    small = shrink(policy, [Used(one.action, "", {}) for one in calls], Options(principal=ROLE))
    assert all(allowed(request, small) for request in calls)
    assert subsumes(policy, small)


def policy(*statements: dict[str, object], version: str = "2012-10-17") -> Policy:
    filled = [{"Effect": "Allow", **({} if "NotResource" in one else {"Resource": "*"}), **one} for one in statements]
    return parse({"Version": version, "Statement": filled})


def statements(small: Policy) -> list[dict[str, object]]:
    return render.document(small)["Statement"]


QUEUE = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:jobs"
TABLE = f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/orders"


def test_an_administrator_shrinks_to_what_it_did() -> None:
    small = shrink(
        policy({"Action": "*"}),
        [
            Used("sqs:SendMessage", QUEUE),
            Used("sqs:ReceiveMessage", QUEUE),
            Used("s3:ListAllMyBuckets", "*"),
            Used("dynamodb:query", TABLE),
        ],
    )
    assert statements(small) == [
        {"Sid": "DynamodbRead", "Effect": "Allow", "Action": "dynamodb:Query", "Resource": [TABLE, f"{TABLE}/index/*"]},
        {"Sid": "S3List", "Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"},
        {"Sid": "SqsWrite", "Effect": "Allow", "Action": ["sqs:ReceiveMessage", "sqs:SendMessage"], "Resource": QUEUE},
    ]


def test_not_action_shrinks_too() -> None:
    small = shrink(policy({"NotAction": "iam:*"}), [Used("sqs:SendMessage", QUEUE)])
    assert statements(small) == [{"Sid": "SqsWrite", "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": QUEUE}]


def test_a_call_that_aws_checks_on_more_than_the_log_says_keeps_its_resources() -> None:
    instance = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/i-0123456789abcdef0"
    small = shrink(policy({"Action": "ec2:*"}), [Used("ec2:RunInstances", instance), Used("ec2:StopInstances", instance)])
    assert [one["Resource"] for one in statements(small)] == ["*", f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/*"]


def test_a_resource_of_a_type_the_action_does_not_have_limits_nothing() -> None:
    small = shrink(policy({"Action": "s3:*"}), [Used("s3:GetObject", "arn:aws:s3:::logs")])
    assert statements(small)[0]["Resource"] == "*"


def test_crowded_folders_become_the_folder_as_far_as_the_original_goes() -> None:
    objects = [f"arn:aws:s3:::logs/2026/{day:02}/a.gz" for day in range(1, 9)]
    small = shrink(policy({"Action": "s3:*"}), [Used("s3:GetObject", one) for one in objects])
    assert statements(small)[0]["Resource"] == "arn:aws:s3:::logs/2026/*"
    small = shrink(
        policy({"Action": "s3:*", "Resource": "arn:aws:s3:::logs/2026/0?/*"}), [Used("s3:GetObject", one) for one in objects]
    )
    assert statements(small)[0]["Resource"] == objects
    names = [f"arn:aws:s3:::bucket-{number}" for number in range(9)]
    small = shrink(policy({"Action": "s3:*"}), [Used("s3:ListBucket", one) for one in names])
    assert statements(small)[0]["Resource"] == names


def test_conditions_and_denies_of_the_original_stay() -> None:
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    deny = {"Sid": "Never", "Effect": "Deny", "Action": "sqs:DeleteQueue", "Resource": "*"}
    small = shrink(policy({"Action": "sqs:*", "Condition": mfa}, deny), [Used("sqs:SendMessage", QUEUE)])
    assert statements(small) == [
        {"Sid": "SqsWrite", "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": QUEUE, "Condition": mfa},
        deny,
    ]


def test_where_the_log_does_not_settle_a_condition_every_statement_that_may_have_allowed_it_stays() -> None:
    by_network = {"Action": "sqs:*", "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}
    by_region = {"Action": "sqs:*", "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}}
    both = policy(by_network, by_region)
    assert len(statements(shrink(both, [Used("sqs:SendMessage", QUEUE)]))) == 2
    settled = Used("sqs:SendMessage", QUEUE, {"aws:sourceip": ("10.1.1.1",)})
    assert len(statements(shrink(both, [settled]))) == 1


@pytest.mark.parametrize(
    ("margin", "expected", "not_expected"),
    [
        ("none", [], ["s3:Get*"]),
        ("read", ["s3:Get*", "s3:List*"], ["s3:PutObject", "s3:*", "sqs:*"]),
        ("service", ["s3:*"], ["sqs:*"]),
    ],
)
def test_margins(margin: Margin, expected: list[str], not_expected: list[str]) -> None:
    small = shrink(policy({"Action": ["s3:*", "sqs:*"]}), [Used("s3:GetObject", "arn:aws:s3:::logs/a")], Options(margin=margin))
    actions = {action for one in small.statements for action in one.actions}
    assert actions >= set(expected)
    assert not actions & set(not_expected)


def test_the_read_margin_names_actions_where_the_verb_is_not_all_reads() -> None:
    small = shrink(policy({"Action": "*"}), [Used("sts:AssumeRole", ROLE)], Options(margin="read"))
    actions = {action for one in small.statements for action in one.actions}
    assert "sts:GetCallerIdentity" in actions
    assert "sts:Get*" not in actions


def test_actions_no_log_shows_are_kept_as_granted() -> None:
    granted = policy(
        {"Action": ["s3:*", "sqs:SendMessage"], "Resource": "arn:aws:s3:::logs/*"}, {"NotAction": ["lambda:InvokeAsync", "s3:*"]}
    )
    small = shrink(granted, [], Options(keep=("s3:GetObject*", "lambda:Invoke*")))
    kept = [(one.actions, one.resources) for one in small.statements]
    assert (("s3:GetObject*",), ("arn:aws:s3:::logs/*",)) in kept
    assert not any("lambda:InvokeAsync" in actions for actions, _ in kept)
    assert any("lambda:InvokeFunction" in actions for actions, _ in kept)


def test_old_documents_keep_their_literal_dollars() -> None:
    old = policy({"Action": "s3:*", "Resource": "arn:aws:s3:::odd/${aws:username}/*"}, version="2008-10-17")
    request = Request(USER, "s3:GetObject", "arn:aws:s3:::odd/${aws:username}/x", {}, ACCOUNT, ACCOUNT)
    assert allowed(request, old)
    small = shrink(old, [Used("s3:GetObject", request.resource)])
    assert allowed(request, small)
    assert not allowed(Request(USER, "s3:GetObject", "arn:aws:s3:::odd/ann/x", {}, ACCOUNT, ACCOUNT), small)
    assert subsumes(old, small)


def test_a_policy_that_is_too_large_becomes_several_then_wider() -> None:
    tables = [f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/customer-{number:04}-orders" for number in range(400)]
    before = (policy({"Action": ["dynamodb:GetItem", "sqs:*"]}),)
    traced = trace(before, [Used("dynamodb:GetItem", one) for one in tables])
    several, width = fitted(before, traced, Options(), Room()) or ((), -1)
    assert (len(several) > 1, width) == (True, 0)
    assert all(render.size(one) <= render.MANAGED_LIMIT for one in several)
    assert {resource for one in several for part in one.statements for resource in part.resources} == set(tables)
    wider, width = fitted(before, traced, Options(), Room(count=1)) or ((), -1)
    assert (len(wider), width) == (1, 1)
    assert wider[0].statements[0].resources == (f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/*",)
    assert subsumes(before, wider)


def test_what_cannot_be_cut_small_enough_is_left_alone() -> None:
    deny = {"Effect": "Deny", "NotAction": [f"sqs:Action{number}" for number in range(400)], "Resource": "*"}
    before = (policy({"Action": "*"}, deny),)
    assert fitted(before, trace(before, [Used("sqs:SendMessage", QUEUE)]), Options(), Room()) is None
