"""A question that leaves things open: `always` and `never` are certain, whatever turns out to be the case."""

from __future__ import annotations

from aws_policies import ACCOUNT, ROLE, USER, attached, requests
from hypothesis import given, settings
from hypothesis import strategies as st

from keyrack.access.aws.decide import decide
from keyrack.access.aws.effective import Access, can
from keyrack.access.aws.globs import covers_resource
from keyrack.access.aws.model import Policies, Request
from keyrack.access.aws.parse import parse

SHAPES = ("*", "arn:aws:s3:::*", "arn:aws:s3:::logs/*", "arn:aws:s3:::logs/2026/a", "arn:aws:iam::*:role/*")


def facts(context: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {key.lower(): values for key, values in context.items()}


@settings(max_examples=300, deadline=None)
@given(attached(), requests(), st.sampled_from(SHAPES), st.data())
def test_always_and_never_hold_for_every_completion(
    policies: Policies, request: Request, shape: str, data: st.DataObject
) -> None:
    context = facts(dict(request.context))
    known = {key: context[key] for key in data.draw(st.sets(st.sampled_from(sorted(context))))} if context else {}
    answer = can(policies, request.action, shape, principal=request.principal, known=known)
    if not covers_resource(shape, request.resource):
        return
    outcome = decide(request, policies).outcome
    assert answer.certainty != "always" or outcome == "allow"
    assert answer.certainty != "never" or outcome != "allow"


@settings(max_examples=200, deadline=None)
@given(attached(), requests())
def test_a_question_that_leaves_nothing_open_is_decided(policies: Policies, request: Request) -> None:
    known = facts(dict(request.context))
    every = ("aws:multifactorauthpresent", "aws:sourceip", "aws:principaltag/team", "aws:requestedregion", "s3:max-keys")
    known = {key: known.get(key, ()) for key in every}
    answer = can(policies, request.action, request.resource, principal=request.principal, known=known)
    assert (answer.certainty == "always") == (decide(request, policies).outcome == "allow")
    assert answer.certainty != "conditional"


def allow(**more: object) -> dict[str, object]:
    return {"Effect": "Allow", "Action": "*", "Resource": "*", **more}


def access(*statements: dict[str, object], **others: object) -> Access:
    return Access(Policies(identity=(parse({"Version": "2012-10-17", "Statement": list(statements)}),), **others), ROLE)  # type: ignore[arg-type]


def test_unknown_conditions_leave_it_open_and_name_their_keys() -> None:
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    answer = access(allow(Condition=mfa)).can("iam:CreateUser")
    assert (answer.certainty, answer.conditions) == ("conditional", ("aws:multifactorauthpresent",))
    denied = {"Effect": "Deny", "Action": "iam:*", "Resource": "*", "Condition": {"BoolIfExists": {"aws:ViaAWSService": "false"}}}
    answer = access(allow(), denied).can("iam:CreateUser")
    assert (answer.certainty, answer.conditions) == ("conditional", ("aws:viaawsservice",))
    assert access(allow(), denied).can("s3:GetObject").certainty == "always"


def test_facts_about_the_principal_are_evaluated() -> None:
    mine = {"ArnEquals": {"aws:PrincipalArn": ROLE}}
    other = {"ArnEquals": {"aws:PrincipalArn": USER}}
    assert access(allow(Condition=mine)).can("iam:CreateUser").certainty == "always"
    assert access(allow(Condition=other)).can("iam:CreateUser").certainty == "never"
    denied = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"ArnNotLike": {"aws:PrincipalArn": ROLE}}}
    assert access(allow(), denied).can("iam:CreateUser").certainty == "always"


def test_a_boundary_that_leaves_it_out_makes_it_never() -> None:
    boundary = parse({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})
    limited = access(allow(), boundaries=(boundary,))
    assert limited.can("iam:CreateUser").certainty == "never"
    assert limited.can("s3:GetObject").certainty == "always"


def test_resources_of_a_shape_are_some_or_all() -> None:
    some = access(allow(Resource="arn:aws:iam::*:role/app-*"))
    assert some.can("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/app-web").certainty == "always"
    assert some.can("iam:PassRole", "*").certainty == "conditional"
    assert some.can("iam:PassRole", "*").conditions == ()
    assert some.can("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/ops").certainty == "never"


def test_without_resource_policies_only_the_principals_side_is_asked() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/ops"
    assert access(allow(Action="sts:AssumeRole", Resource=role)).can("sts:AssumeRole", role).certainty == "always"
    answer = access(allow(Sid="All")).can("sts:AssumeRole", "arn:aws:iam::444455556666:role/ops")
    assert (answer.certainty, answer.because) == ("always", ("identity", "All"))
