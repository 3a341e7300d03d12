"""Laws of replaying logged AWS calls against changed policies."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from aws_policies import ACCOUNT, attached, policies_of, requests
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from keyrack.access.aws.decide import decide
from keyrack.access.aws.model import Policies, Policy, Request
from keyrack.access.aws.parse import parse
from keyrack.access.aws.replay import AwsReplay, Setting, keys_asked
from keyrack.access.rehearse import Call, Fate, Gone, replay

MOMENT = datetime(2026, 11, 1, tzinfo=UTC)
BROAD: tuple[dict[str, object], ...] = (
    {},
    {"StringLike": {"aws:RequestedRegion": ["eu-*"]}},
    {"BoolIfExists": {"aws:MultiFactorAuthPresent": ["true"]}},
)
ROLE = f"aws:iam::{ACCOUNT}:role/deploy"


def call_of(request: Request, resource: str | None = None) -> Call:
    context = tuple(sorted((key.lower(), values[0]) for key, values in request.context.items()))
    where = request.resource if resource is None else resource
    return Call((request.principal or "").removeprefix("arn:"), request.action, where, context, 3, 2, MOMENT, MOMENT)


def setting(policies: Policies) -> Setting:
    return Setting(policies, {}, {})


def fate(before: Policies, after: Policies, call: Call) -> Fate:
    return AwsReplay(setting(before), setting(after)).fate(call)


def one(action: str, resource: str = "*", **context: str) -> Call:
    return Call(ROLE, action, resource, tuple(sorted(context.items())), 1, 1, MOMENT, MOMENT)


def policy(*statements: dict[str, object]) -> Policy:
    return parse({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: str, resource: str = "*", **condition: object) -> dict[str, object]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **({"Condition": condition} if condition else {})}


@settings(max_examples=20)
@given(attached(), requests())
def test_no_change_breaks_nothing(policies: Policies, request: Request) -> None:
    same = Policies(
        tuple(replace(one) for one in policies.identity), policies.boundaries, policies.scps, None, None, policies.session
    )
    assert fate(policies, policies, call_of(request)).outcome == "kept"
    assert fate(policies, same, call_of(request)).outcome == "kept"


@st.composite
def permissive(draw: st.DrawFn) -> Policies:
    """Identity policies that allow much, so that few examples are thrown away."""
    broad = policy(allow("*", **draw(st.sampled_from(BROAD))))
    return Policies((draw(policies_of()), broad))


@settings(max_examples=40)
@given(permissive(), requests())
def test_taking_everything_away_breaks_every_call_that_policies_explain(policies: Policies, request: Request) -> None:
    assume(decide(request, policies).outcome == "allow")
    assert fate(policies, replace(policies, identity=()), call_of(request)).outcome == "breaks"


@settings(max_examples=20)
@given(attached(), policies_of(effects=("Allow",)), requests(), st.sampled_from((None, "")))
def test_widening_never_breaks(policies: Policies, more: Policy, request: Request, resource: str | None) -> None:
    wider = replace(policies, identity=(*policies.identity, more))
    assert fate(policies, wider, call_of(request, resource)).outcome == "kept"


@settings(max_examples=60)
@given(permissive(), st.lists(policies_of(), max_size=2), requests(), st.data())
def test_what_the_log_does_not_tell_never_makes_a_wrong_verdict(
    policies: Policies, changed: list[Policy], request: Request, data: st.DataObject
) -> None:
    """The call really had a context and was allowed; the log tells part of it. A certain fate is the true one."""
    assume(decide(request, policies).outcome == "allow")
    after = replace(policies, identity=tuple(changed))
    told = data.draw(st.sets(st.sampled_from(sorted(request.context)))) if request.context else set()
    hidden = replace(request, context={key: values for key, values in request.context.items() if key in told})
    resource = data.draw(st.sampled_from((None, "")))
    outcome = fate(policies, after, call_of(hidden, resource)).outcome
    truth = decide(request, after).outcome
    assert outcome != "unexplained" or resource == ""
    if outcome == "kept":
        assert truth == "allow"
    if outcome == "breaks":
        assert truth != "allow"


def test_a_missing_key_that_decides_leaves_the_call_undecided() -> None:
    before = Policies((policy(allow("s3:*")),))
    after = Policies((policy(allow("s3:*", StringEquals={"aws:SourceVpce": "vpce-1"})),))
    found = fate(before, after, one("s3:ListAllMyBuckets"))
    assert (found.outcome, found.assumed) == ("undecided", ("aws:sourcevpce",))


def test_a_condition_that_must_have_held_still_holds() -> None:
    """The only statement that explains the call hangs on a key the log does not tell; it stays, so the call does."""
    condition = {"StringEquals": {"aws:SourceVpce": "vpce-1"}}
    before = Policies((policy(allow("s3:*", **condition), allow("sqs:*")),))
    after = Policies((policy(allow("s3:ListAllMyBuckets", **condition)),))
    assert fate(before, after, one("s3:ListAllMyBuckets")).outcome == "kept"


def test_a_call_that_no_policy_explains_is_said_to_be_unexplained_only_where_the_change_touches_it() -> None:
    before = Policies((policy(allow("sqs:*"), allow("iam:ListRoles", f"arn:aws:iam::{ACCOUNT}:role/x")),))
    after = Policies((policy(allow("iam:ListRoles", f"arn:aws:iam::{ACCOUNT}:role/y")),))
    assert fate(before, after, one("iam:ListRoles", f"arn:aws:iam::{ACCOUNT}:role/z")).outcome == "unexplained"
    assert fate(before, after, one("ec2:DescribeInstances")).outcome == "kept"


def test_an_unnamed_resource_leaves_open_which_statement_allowed_the_call() -> None:
    before = Policies((policy(allow("sqs:SendMessage", "arn:aws:sqs:*:*:a"), allow("sqs:SendMessage", "arn:aws:sqs:*:*:b")),))
    after = Policies((policy(allow("sqs:SendMessage", "arn:aws:sqs:*:*:a")),))
    found = fate(before, after, one("sqs:SendMessage", ""))
    assert (found.outcome, found.assumed) == ("undecided", ("resource",))
    assert fate(before, Policies(), one("sqs:SendMessage", "")).outcome == "breaks"


def test_a_resource_policy_that_names_the_role_keeps_the_call() -> None:
    bucket = "arn:aws:s3:::logs"
    grant = {**allow("s3:GetObject", f"{bucket}/*"), "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/deploy"}}
    standing = {bucket: (policy(grant),)}
    before = Setting(Policies((policy(allow("s3:GetObject")),)), standing, {bucket: ACCOUNT})
    after = Setting(Policies(()), standing, {bucket: ACCOUNT})
    assert AwsReplay(before, after).fate(one("s3:GetObject", f"{bucket}/a")).outcome == "kept"
    assert AwsReplay(before, after).fate(one("s3:GetObject", "arn:aws:s3:::other/a")).outcome == "breaks"


def test_too_much_left_open_is_undecided() -> None:
    before = Policies((policy(allow("s3:*")),))
    many = [allow("s3:*", StringEquals={f"aws:PrincipalTag/{number}": "x"}) for number in range(7)]
    assert fate(before, Policies((policy(*many),)), one("s3:ListAllMyBuckets")).outcome == "undecided"


def test_keys_asked_are_those_of_conditions_and_variables() -> None:
    asked = policy(allow("s3:*", "arn:aws:s3:::${aws:username}/*", StringEquals={"aws:SourceVpc": "${aws:PrincipalTag/vpc}"}))
    assert keys_asked((asked,)) == {"aws:username", "aws:sourcevpc", "aws:principaltag/vpc"}


def test_nothing_of_what_is_gone_works() -> None:
    assert [found.fate.outcome for found in replay([one("s3:ListAllMyBuckets")], Gone("deleted"))] == ["breaks"]
