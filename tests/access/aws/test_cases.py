"""The JSON Lines contract: every line is answered, whatever is in it."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyrack.access.aws.cases import _Cache
from keyrack.access.cases import LANGUAGES, answerer
from keyrack.errors import UsageError

ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
CASE = {
    "id": "c1",
    "request": {
        "principal": "arn:aws:iam::111122223333:user/alice",
        "action": "s3:GetObject",
        "resource": "arn:aws:s3:::records/a",
        "context": {"s3:max-keys": 5, "aws:SecureTransport": True, "aws:TagKeys": ["a", 1, None], "aws:username": None},
    },
    "principal_account": "111122223333",
    "resource_account": "111122223333",
    "identity_policies": [ALLOW],
}
answer = answerer("aws-iam")


def asked(**changes):
    return json.loads(answer(json.dumps({**CASE, **changes}).encode()))


def test_an_answer():
    assert asked() == {"id": "c1", "decision": "allow", "because": ["identity", "1.1"], "assumed": []}
    assert asked(id=7, identity_policies=[]) == {"id": 7, "decision": "implicit_deny", "because": ["identity"], "assumed": []}


def test_because_names_the_kind_and_each_statement():
    deny = {"Statement": [{"Sid": "Stop", "Effect": "Deny", "Action": "s3:*", "Resource": "*"}] * 1}
    assert asked(identity_policies=[ALLOW, deny])["because"] == ["identity", "Stop"]
    assert asked(boundaries=[])["because"] == ["boundary"]
    assert asked(scps=[[ALLOW], []])["because"] == ["scp"]
    assert asked(scps=[[ALLOW], [deny]])["because"] == ["scp", "Stop"]


def test_keys_without_a_value_are_listed_as_written():
    conditions = {"StringEquals": {"aws:PrincipalTag/Team": "${aws:PrincipalTag/Unit}"}, "Null": {"aws:TokenIssueTime": "true"}}
    policy = {"Version": "2012-10-17", "Statement": [{**ALLOW["Statement"][0], "Condition": conditions}]}
    assert asked(identity_policies=[policy])["assumed"] == ["aws:PrincipalTag/Team", "aws:TokenIssueTime"]


@pytest.mark.parametrize(
    ("line", "id_", "mentions"),
    [
        (b"", None, "truncated"),
        (b"{", None, "truncated"),
        (b'{"id": 4, "request": {', 4, "truncated"),
        (b'{"id": "x\\"y", "request": ', 'x"y', "truncated"),
        (b"[]", None, "object"),
        (b'{"id": 4}', 4, "request"),
        (b'{"id": 4, "request": []}', 4, "request"),
        (b'{"id": [4], "request": []}', None, "request"),
        (b'{"id": 4, "x": "\xff"}', 4, ""),
        (b'{"id": 4, "request": ' + b"[" * 50_000 + b"]" * 50_000 + b"}", 4, ""),
        (b'{"id": 4, "identity_policies": ' + b"[" * 50_000 + b"]" * 50_000 + b"}", 4, "deep"),
    ],
)
def test_a_malformed_line_is_an_error(line, id_, mentions):
    found = json.loads(answer(line))
    assert found.keys() == {"id", "error"}
    assert found["id"] == id_
    assert mentions in found["error"]


@pytest.mark.parametrize(
    ("changes", "mentions"),
    [
        ({"identity_policies": ALLOW}, "array"),
        ({"identity_policies": [[ALLOW]]}, "identity_policies[0]"),
        ({"identity_policies": [ALLOW, {"Statement": {"Effect": "x"}}]}, "identity_policies[1].Statement.Effect"),
        ({"scps": [ALLOW]}, "array"),
        ({"scps": [[], [{}]]}, "scps[1][0]"),
        ({"resource_policies": [ALLOW]}, "resource_policies[0].Statement[0]"),
        ({"request": {**CASE["request"], "principal": "alice"}}, "request.principal"),
        ({"request": {**CASE["request"], "action": "s3:*"}}, "request.action"),
        ({"request": {**CASE["request"], "resource": "records"}}, "request.resource"),
        ({"request": {**CASE["request"], "context": {"a": {"b": "c"}}}}, "context"),
    ],
)
def test_a_case_that_makes_no_sense_is_an_error_with_its_place(changes, mentions):
    assert mentions in asked(**changes)["error"]


@pytest.mark.parametrize("place", ["Sid", "Resource", "\\ud83d"])
def test_half_a_surrogate_pair_is_an_error(place):
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*", place: "half"}
    line = json.dumps({**CASE, "resource_policies": [{"Statement": statement}]}).replace("half", "\\ud83d")
    assert json.loads(answer(line.encode())).keys() == {"id", "error"}
    line = json.dumps({**CASE, "request": {**CASE["request"], "resource": "arn:half"}}).replace("half", "\\ud83d")
    assert json.loads(answer(line.encode())).keys() == {"id", "error"}


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_answered(line):
    assert json.loads(answer(line)).keys() == {"id", "error"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda x: st.lists(x, max_size=3), max_leaves=5
)


@given(
    st.sampled_from([*CASE, "boundaries", "scps", "rcps", "resource_policies", "session_policies", "endpoint_policies"]),
    json_values,
)
@settings(max_examples=300, deadline=None)
def test_any_value_of_a_field_is_answered(field, value):
    found = asked(**{field: value})
    assert "decision" in found or "error" in found


def test_no_such_language():
    with pytest.raises(UsageError):
        answerer("cobol")
    assert "aws-iam" in LANGUAGES


def test_a_cache_keeps_within_its_bytes():
    made = []
    cache = _Cache(lambda text: made.append(text) or len(made), 10)
    assert [cache.get(text) for text in (b"aaaa", b"bbbb", b"aaaa", b"cccc", b"aaaa")] == [1, 2, 1, 3, 4]
