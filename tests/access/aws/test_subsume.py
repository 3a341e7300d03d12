"""Comparison of policies: what is claimed is true of every request, and plain cases are recognised."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from aws_policies import CONDITIONS, CONTEXTS, USER, policies_of, requests
from hypothesis import given, settings
from hypothesis import strategies as st

from keyrack.access.aws.decide import decide
from keyrack.access.aws.implication import weaker
from keyrack.access.aws.model import Policies, Policy, Request
from keyrack.access.aws.parse import parse
from keyrack.access.aws.subsume import subsumes


def relatives(policy: Policy) -> st.SearchStrategy[Policy]:
    """A policy and what comes of it by dropping statements or conditions, so that containment happens often."""

    def bare(keep: list[bool]) -> Policy:
        kept = [one for one, flag in zip(policy.statements, keep, strict=False) if flag]
        return Policy(tuple(replace(one, conditions=()) if one.allow else one for one in kept), policy.version)

    return st.lists(st.booleans(), min_size=3, max_size=3).map(bare)


@settings(max_examples=500, deadline=None)
@given(st.data(), policies_of(), st.lists(requests(), min_size=6, max_size=12))
def test_what_is_claimed_holds_for_every_request(data: st.DataObject, one: Policy, asked: list[Request]) -> None:
    other = data.draw(st.one_of(policies_of(), relatives(one)))
    for wide, narrow in ((one, other), (other, one)):
        if subsumes(wide, narrow):
            for request in asked:
                if decide(request, Policies(identity=(narrow,))).outcome == "allow":
                    assert decide(request, Policies(identity=(wide,))).outcome == "allow"


@settings(max_examples=100, deadline=None)
@given(policies_of())
def test_every_policy_subsumes_itself(policy: Policy) -> None:
    assert subsumes(policy, policy)


def policy(*statements: dict[str, object]) -> Policy:
    filled = [{"Effect": "Allow", **({} if "NotResource" in one else {"Resource": "*"}), **one} for one in statements]
    return parse({"Version": "2012-10-17", "Statement": filled})


MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
EVERYTHING = policy({"Action": "*"})


@pytest.mark.parametrize(
    ("wide", "narrow", "expected"),
    [
        (EVERYTHING, policy({"NotAction": "iam:*"}), True),
        (policy({"NotAction": "iam:*"}), EVERYTHING, False),
        (policy({"NotAction": "iam:*"}), policy({"Action": "s3:Get*"}), True),
        (policy({"NotAction": "iam:*"}), policy({"Action": "iam:GetUser"}), False),
        (policy({"NotAction": "iam:Get*"}), policy({"NotAction": "iam:*"}), True),
        (policy({"Action": "s3:Get*"}), policy({"Action": ["s3:GetObject", "S3:getobjectacl"]}), True),
        (
            policy({"Action": "s3:*", "Resource": "arn:aws:s3:::a*"}),
            policy({"Action": "s3:*", "Resource": ["arn:aws:s3:::ab/*", "arn:aws:s3:::a"]}),
            True,
        ),
        (
            policy({"Action": "s3:*", "NotResource": "arn:aws:s3:::a*"}),
            policy({"Action": "s3:*", "Resource": "arn:aws:s3:::b"}),
            True,
        ),
        (
            policy({"Action": "s3:*", "NotResource": "arn:aws:s3:::a*"}),
            policy({"Action": "s3:*", "Resource": "arn:aws:s3:::*b"}),
            False,
        ),
        (policy({"Action": "s3:*"}), policy({"Action": "s3:*", "Condition": MFA}), True),
        (policy({"Action": "s3:*", "Condition": MFA}), policy({"Action": "s3:*"}), False),
        (policy({"Action": "s3:*"}, {"Action": "s3:Put*", "Effect": "Deny"}), policy({"Action": "s3:Get*"}), True),
        (policy({"Action": "s3:*"}, {"Action": "s3:Put*", "Effect": "Deny"}), policy({"Action": "s3:*Object"}), False),
        (
            policy({"Action": "s3:*"}, {"Action": "s3:Put*", "Effect": "Deny"}),
            policy({"Action": "s3:*Object"}, {"Action": "s3:P*", "Effect": "Deny"}),
            True,
        ),
        (
            policy({"Action": "s3:*"}, {"Action": "*", "Effect": "Deny", "Condition": MFA}),
            policy({"Action": "s3:GetObject"}),
            False,
        ),
        (
            policy({"Action": "s3:*"}, {"Action": "*", "Effect": "Deny", "Condition": MFA}),
            policy({"Action": "s3:GetObject"}, {"Action": "s3:*", "Effect": "Deny", "Condition": MFA}),
            True,
        ),
        (
            policy({"Action": "s3:*", "Resource": "arn:aws:s3:::${aws:username}/*"}),
            policy({"Action": "s3:*", "Resource": "arn:aws:s3:::${aws:username}/*"}),
            True,
        ),
        (
            policy({"Action": "s3:*", "Resource": "arn:aws:s3:::h/*"}),
            policy({"Action": "s3:*", "Resource": "arn:aws:s3:::h/${aws:username}"}),
            True,
        ),
        (
            policy({"Action": "s3:*", "Resource": "arn:aws:s3:::h/${aws:username}"}),
            policy({"Action": "s3:*", "Resource": "arn:aws:s3:::h/ann"}),
            False,
        ),
    ],
)
def test_plain_cases(wide: Policy, narrow: Policy, expected: bool) -> None:
    assert subsumes(wide, narrow) is expected


def test_several_policies_together() -> None:
    halves = (policy({"Action": "s3:Get*"}), policy({"Action": "s3:Put*"}))
    both = policy({"Action": ["s3:GetObject", "s3:PutObject"]})
    assert subsumes(halves, both)
    assert not subsumes(halves[0], both)


def test_resource_policies_compare_principals() -> None:
    def trust(*names: str) -> Policy:
        who = [f"arn:aws:iam::111122223333:role/{name}" for name in names]
        return parse(
            {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": who}, "Action": "sts:AssumeRole"}}
        )

    assert subsumes(trust("a", "b"), trust("a"))
    assert not subsumes(trust("a"), trust("a", "b"))


def conditional(operator: str, key: str, values: list[str]) -> Policy:
    return policy({"Action": "*", "Condition": {operator: {key: values}}})


MORE = (
    ("NumericLessThan", "s3:max-keys", ["40"]),
    ("NumericLessThanEquals", "s3:max-keys", ["40"]),
    ("IpAddress", "aws:SourceIp", ["10.1.0.0/16", "10.1.2.3"]),
    ("NotIpAddress", "aws:SourceIp", ["10.1.0.0/16"]),
    ("StringLike", "aws:PrincipalTag/team", ["l*"]),
    ("StringNotLike", "aws:PrincipalTag/team", ["d*"]),
    ("StringNotEquals", "aws:PrincipalTag/team", ["data", "logs"]),
    ("StringEqualsIgnoreCase", "aws:PrincipalTag/team", ["LOGS"]),
    ("ArnLike", "aws:PrincipalArn", ["arn:aws:iam::*:user/*"]),
    ("ArnEquals", "aws:PrincipalArn", [USER]),
    ("StringLikeIfExists", "aws:RequestedRegion", ["eu-*"]),
)


def test_implication_agrees_with_the_engine_on_every_pair() -> None:
    contexts = [
        {key: (value,) for key, value in zip(CONTEXTS, values, strict=True) if value}
        for values in itertools.product(*(("", *values) for values in CONTEXTS.values()))
    ]
    policies = [conditional(*condition) for condition in (*CONDITIONS, *MORE)]
    requests_ = [Request(USER, "s3:GetObject", "*", context) for context in contexts]
    held = [[decide(request, Policies(identity=(one,))).outcome == "allow" for request in requests_] for one in policies]
    every = [one.statements[0].conditions[0] for one in policies]
    proven = 0
    for (wide, wide_held), (narrow, narrow_held) in itertools.product(zip(every, held, strict=True), repeat=2):
        if weaker(wide, narrow):
            proven += wide is not narrow
            assert not any(b and not a for a, b in zip(wide_held, narrow_held, strict=True)), (wide, narrow)
    assert proven >= 10
