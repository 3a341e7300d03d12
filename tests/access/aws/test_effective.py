"""Effective grants: everything that can be allowed is among them, and what they state without condition is allowed."""

from __future__ import annotations

from aws_policies import ACCOUNT, ROLE, attached, requests
from hypothesis import given, settings

from keyrack.access.aws.decide import decide
from keyrack.access.aws.effective import EffectiveGrant, effective, granted
from keyrack.access.aws.globs import covers_resource
from keyrack.access.aws.model import Policies, Policy, Request
from keyrack.access.aws.parse import parse


def holds(grant: EffectiveGrant, request: Request) -> bool:
    inside = any(covers_resource(pattern, request.resource) for pattern in grant.region.resources)
    outside = any(covers_resource(pattern, request.resource) for pattern in grant.region.excluded)
    return bool(grant.mask & grant.table.mask(request.action)) and inside and not outside


@settings(max_examples=400, deadline=None)
@given(attached(), requests())
def test_grants_are_all_there_is_and_the_unconditional_ones_are_certain(policies: Policies, request: Request) -> None:
    known = {"aws:username": ()} if request.principal == ROLE else {}
    fitting = [one for one in effective(policies, request.principal, known) if holds(one, request)]
    if decide(request, policies).outcome == "allow":
        assert fitting
    elif fitting:
        assert not any(one.unconditional for one in fitting)


def policy(*statements: dict[str, object]) -> Policy:
    return parse({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", **one} for one in statements]})


def test_a_deny_takes_away_exactly_what_it_names() -> None:
    (rest, cut) = effective(
        Policies(
            identity=(
                policy(
                    {"Action": "s3:*Object"}, {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::secret/*"}
                ),
            )
        )
    )
    assert (
        rest.actions == ("s3:DeleteObject", "s3:PutObject", "s3:ReplicateObject", "s3:RestoreObject")
        or "s3:GetObject" not in rest.actions
    )
    assert cut.actions == ("s3:GetObject",)
    assert cut.region.excluded == ("arn:aws:s3:::secret/*",)
    assert cut.unconditional


def test_conditions_stay_and_say_what_they_need() -> None:
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    (one,) = effective(Policies(identity=(policy({"Sid": "Keys", "Action": "iam:CreateAccessKey", "Condition": mfa}),)), ROLE)
    assert [condition.key for condition in one.conditions] == ["aws:multifactorauthpresent"]
    assert one.because == ("identity Keys",)
    assert (one.privilege, one.unconditional) == ("permissions", False)
    denied = policy(
        {"Action": "ec2:RunInstances"},
        {"Effect": "Deny", "Action": "*", "Condition": {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}},
    )
    (one,) = effective(Policies(identity=(denied,)))
    assert [limit.because for limit in one.limits] == ["identity 1.2"]


def test_a_boundary_and_every_level_narrow_actions_and_resources() -> None:
    limits = policy(
        {"Action": ["s3:*", "ec2:*"], "Resource": f"arn:aws:*:*:{ACCOUNT}:*"},
        {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::*-prod/*"},
    )
    grants = effective(
        Policies(
            identity=(policy({"Action": "s3:GetObject", "Resource": "arn:aws:s3:::logs-*"}),),
            boundaries=(limits,),
            scps=((policy({"Action": "*"}),),),
        )
    )
    assert {pattern for one in grants for pattern in one.region.resources} == {
        "arn:aws:s3:::logs-prod/*",
        "arn:aws:s3:::logs-*-prod/*",
    }
    nothing = Policies(identity=(policy({"Action": "*"}),), scps=((policy({"Action": "*"}),), (policy({"Action": "ec2:*"}),)))
    assert {name.partition(":")[0] for one in effective(nothing) for name in one.actions} == {"ec2"}


def test_privilege_classes() -> None:
    def classes(*statements: dict[str, object]) -> list[str]:
        return [one.privilege for one in effective(Policies(identity=(policy(*statements),)))]

    assert classes({"Action": "*"}) == ["admin"]
    assert classes({"NotAction": "ec2:*"}) == ["admin"]
    assert classes({"Action": "*"}, {"Effect": "Deny", "Action": "iam:*"}) == ["permissions"]
    assert classes({"Action": "iam:*", "Resource": f"arn:aws:iam::{ACCOUNT}:user/ann"}) == ["permissions"]
    assert classes({"Action": "s3:PutObject"}) == ["write"]
    assert classes({"Action": "newservice:DoThing"}) == ["unknown"]


def test_listing_by_action_keeps_actions_that_no_reference_knows() -> None:
    rows = list(granted(effective(Policies(identity=(policy({"Action": ["s3:GetObject", "newservice:Do*"]}),)))))
    assert [(row.action, row.resources, row.conditional) for row in rows] == [
        ("s3:GetObject", ("*",), False),
        ("newservice:do*", ("*",), False),
    ]


def test_known_facts_settle_variables() -> None:
    home = policy({"Action": "s3:GetObject", "Resource": "arn:aws:s3:::home/${aws:username}/*"})
    (one,) = effective(Policies(identity=(home,)), f"arn:aws:iam::{ACCOUNT}:user/ann")
    assert (one.region.resources, one.approximate) == (("arn:aws:s3:::home/ann/*",), False)
    (one,) = effective(Policies(identity=(home,)))
    assert (one.region.resources, one.approximate) == (("arn:aws:s3:::home/*/*",), True)
