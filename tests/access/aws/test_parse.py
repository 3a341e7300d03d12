"""Documents that are no policies: the place and the reason; and how a policy that is one is read."""

import json
import pickle

import pytest

from keyrack.access.aws.grammar import Problem
from keyrack.access.aws.parse import PolicyError, check, parse
from keyrack.access.aws.rules import rules_for

GOOD = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}


def document(**changes):
    return json.dumps({"Version": "2012-10-17", "Statement": [{**GOOD, **changes}]})


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ('{"Statement": [\n {"Effect": "Allow",}]}', "2:21"),
        ('{"Statement": []} {}', "1:19"),
        ("[]", ""),
        ("{}", ""),
        ('{"Statement": {}, "statement": {}}', "statement"),
        ('{"Version": "2012-10-18", "Statement": []}', "Version"),
        ('{"Id": 3, "Statement": []}', "Id"),
        ('{"Statement": [3]}', "Statement[0]"),
        ('{"Statement": {"Effect": "Allow", "Effect": "Deny", "Action": "*"}}', "Statement.Effect"),
        (document(Effect="allow"), "Statement[0].Effect"),
        (document(NotAction="iam:*"), "Statement[0]"),
        (document(Action=["s3:*", "GetObject"]), "Statement[0].Action[1]"),
        (document(Action="s3:Get:Object"), "Statement[0].Action"),
        (document(Action="s*:GetObject"), "Statement[0].Action"),
        (document(Action=[3]), "Statement[0].Action[0]"),
        (document(Resource="records"), "Statement[0].Resource"),
        (document(Resource="arn:aws:s3:records"), "Statement[0].Resource"),
        (document(Principal="*"), "Statement[0].Principal"),
        (document(Sid="has space"), "Statement[0].Sid"),
        (document(Condition={"StringMatches": {"aws:username": "a"}}), "Statement[0].Condition.StringMatches"),
        (document(Condition={"NullIfExists": {"aws:username": "true"}}), "Statement[0].Condition.NullIfExists"),
        (document(Condition={"ForSome:StringLike": {"a:b": "c"}}), "Statement[0].Condition.ForSome:StringLike"),
        (document(Condition={"StringLike": {"a:b": ["c", None]}}), "Statement[0].Condition.StringLike.a:b[1]"),
        (document(Condition={"StringLike": {"a:b": "c", "A:B": "d"}}), "Statement[0].Condition.StringLike.A:B"),
        (document(Condition={"StringLike": "c"}), "Statement[0].Condition.StringLike"),
        (document(Condition=[]), "Statement[0].Condition"),
    ],
)
def test_position_of_an_error(text, position):
    with pytest.raises(PolicyError) as caught:
        parse(text, kind="identity")
    assert caught.value.position == position
    assert caught.value.problem


@pytest.mark.parametrize("text", [b"\xff", '{"Statement": ' + "[" * 100_000, '{"Statement": NaN}', b"", "3"])
def test_no_json_is_an_error_and_no_crash(text):
    with pytest.raises(PolicyError):
        parse(text)
    assert check(text)


@pytest.mark.parametrize(
    "changes",
    [
        {"Action": []},
        {"Resource": []},
        {"Condition": {}},
        {"Condition": {"StringEquals": {}}},
        {"Condition": {"stringequals": {"aws:username": []}}},
        {"Condition": {"NumericLessThan": {"s3:max-keys": 10}, "Bool": {"aws:SecureTransport": True}}},
        {"Action": "newservice:NewAction"},
        {"Sid": ""},
    ],
)
def test_what_aws_takes_is_taken(changes):
    assert parse(document(**changes), kind="identity").statements


def test_numbers_and_booleans_are_read_as_they_are_written():
    text = document(Condition={"NumericLessThan": {"s3:max-keys": [10, 1.50]}, "Bool": {"aws:SecureTransport": True}})
    conditions = parse(text.replace("1.5", "1.50")).statements[0].conditions
    assert [condition.values for condition in conditions] == [("10", "1.50"), ("true",)]


def test_check_lists_everything_with_warnings():
    found = check(
        document(Effect="allow", Action="GetObject", Resource="arn:aws:*:::records"), kind="identity", attached_to="managed"
    )
    assert [problem.level for problem in found] == ["error", "error", "warning"]
    assert check(document(Action=["s3:" + "a" * 6144]), attached_to="managed")[0].message.endswith("6144 are allowed (managed)")
    assert check("{", kind="identity") == [Problem("1:2", found_message("{"))]


def found_message(text):
    with pytest.raises(PolicyError) as caught:
        parse(text)
    return caught.value.problem


def test_a_long_policy_of_aws_is_taken_and_a_customers_is_not():
    many = [f"service{number}:Describe{'x' * 200}" for number in range(100)]
    assert parse(document(Action=many), kind="identity")
    with pytest.raises(PolicyError, match="characters"):
        parse(document(Action=[f"s3:Describe{'x' * 200}{number}" for number in range(100)]), kind="identity")


def test_a_policy_travels_between_processes():
    policy = parse(document(), name="p")
    rules_for(policy, "s3:getobject")
    assert policy.memo
    copy = pickle.loads(pickle.dumps(policy))  # noqa: S301 - bytes made one call ago
    assert copy == policy
    assert copy.memo == {}
