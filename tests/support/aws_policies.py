"""Random AWS policies and requests over a small world, in which every part of the language meets every other often."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from keyrack.access.aws.model import Policies, Policy, Request
from keyrack.access.aws.parse import parse

ACCOUNT = "111122223333"
USER = f"arn:aws:iam::{ACCOUNT}:user/ann"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/deploy"
ACTIONS = (
    "s3:GetObject",
    "s3:PutObject",
    "s3:GetBucketAcl",
    "ec2:RunInstances",
    "iam:PassRole",
    "dynamodb:Query",
    "s3:ListAllMyBuckets",
)
ACTION_PATTERNS = (*ACTIONS, "*", "s3:*", "s3:Get*", "s3:*Object", "s3:?etObject", "iam:*", "ec2:Run*", "S3:getobject")
RESOURCES = (
    "arn:aws:s3:::logs/2026/a", "arn:aws:s3:::logs/2026/b", "arn:aws:s3:::data/ann/x", "arn:aws:s3:::logs", "arn:aws:s3:::data",
    f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/i-1", f"arn:aws:iam::{ACCOUNT}:role/deploy",
    f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/t",
)  # fmt: skip
RESOURCE_PATTERNS = (
    *RESOURCES, "*", "arn:aws:s3:::*", "arn:aws:s3:::logs/*", "arn:aws:s3:::*/a", "arn:aws:s3:::data/${aws:username}/*",
    "arn:aws:s3:::lo?s/*", f"arn:aws:*:*:{ACCOUNT}:*", "arn:aws:s3:::${aws:PrincipalTag/team, 'logs'}/*",
)  # fmt: skip
CONTEXTS: dict[str, tuple[str, ...]] = {
    "aws:MultiFactorAuthPresent": ("true", "false"),
    "aws:SourceIp": ("10.1.2.3", "192.0.2.7"),
    "aws:PrincipalTag/team": ("logs", "data"),
    "aws:RequestedRegion": ("eu-west-1", "us-east-1"),
    "s3:max-keys": ("5", "50"),
}
CONDITIONS: tuple[tuple[str, str, list[str]], ...] = (
    ("Bool", "aws:MultiFactorAuthPresent", ["true"]),
    ("BoolIfExists", "aws:MultiFactorAuthPresent", ["false"]),
    ("IpAddress", "aws:SourceIp", ["10.0.0.0/8"]),
    ("NotIpAddress", "aws:SourceIp", ["10.0.0.0/8"]),
    ("StringEquals", "aws:PrincipalTag/team", ["logs"]),
    ("StringEquals", "aws:PrincipalTag/team", ["logs", "data"]),
    ("StringNotEquals", "aws:PrincipalTag/team", ["data"]),
    ("StringLike", "aws:PrincipalArn", [f"arn:aws:iam::{ACCOUNT}:role/*"]),
    ("StringLike", "aws:RequestedRegion", ["eu-*"]),
    ("StringEqualsIfExists", "aws:RequestedRegion", ["eu-west-1"]),
    ("ForAnyValue:StringEquals", "aws:RequestedRegion", ["us-east-1"]),
    ("ForAllValues:StringLike", "aws:RequestedRegion", ["eu-*", "us-*"]),
    ("Null", "aws:SourceIp", ["true"]),
    ("NumericLessThan", "s3:max-keys", ["10"]),
    ("StringEquals", "aws:PrincipalTag/team", ["${aws:username}"]),
)


def some(values: tuple[str, ...], size: int = 3) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=size, unique=True)


@st.composite
def statements(draw: st.DrawFn, *, effects: tuple[str, ...] = ("Allow", "Allow", "Allow", "Deny")) -> dict[str, Any]:
    chosen = draw(st.lists(st.sampled_from(CONDITIONS), max_size=2))
    conditions: dict[str, dict[str, list[str]]] = {}
    for operator, key, values in chosen:
        conditions.setdefault(operator, {})[key] = values
    return {
        "Effect": draw(st.sampled_from(effects)),
        draw(st.sampled_from(("Action", "Action", "Action", "NotAction"))): draw(some(ACTION_PATTERNS)),
        draw(st.sampled_from(("Resource", "Resource", "Resource", "NotResource"))): draw(some(RESOURCE_PATTERNS)),
        **({"Condition": conditions} if conditions else {}),
    }


@st.composite
def policies_of(draw: st.DrawFn, *, effects: tuple[str, ...] = ("Allow", "Allow", "Allow", "Deny")) -> Policy:
    version = draw(st.sampled_from(("2012-10-17", "2012-10-17", "2008-10-17")))
    return parse({"Version": version, "Statement": draw(st.lists(statements(effects=effects), min_size=1, max_size=3))})


def lists_of(policy: st.SearchStrategy[Policy]) -> st.SearchStrategy[tuple[Policy, ...]]:
    return st.lists(policy, min_size=1, max_size=2).map(tuple)


@st.composite
def attached(draw: st.DrawFn) -> Policies:
    """Identity policies, and sometimes a boundary, control policies by level and session policies."""
    limiting = st.one_of(st.none(), lists_of(policies_of()))
    return Policies(
        identity=draw(lists_of(policies_of())),
        boundaries=draw(limiting),
        scps=draw(st.one_of(st.none(), st.lists(lists_of(policies_of()), min_size=1, max_size=2).map(tuple))),
        session=draw(limiting),
    )


@st.composite
def requests(draw: st.DrawFn, principals: tuple[str, ...] = (USER, ROLE)) -> Request:
    keys = draw(st.sets(st.sampled_from(sorted(CONTEXTS))))
    context = {key: (draw(st.sampled_from(CONTEXTS[key])),) for key in sorted(keys)}
    return Request(
        draw(st.sampled_from(principals)),
        draw(st.sampled_from(ACTIONS)),
        draw(st.sampled_from(RESOURCES)),
        context,
        ACCOUNT,
        ACCOUNT,
    )
