"""CloudTrail records resolved: who, with what, on whose behalf, which permission, on what, and whether it was let through."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trail import ACCOUNT, document, record, role, user

from keyrack.providers.aws.api_map import data, lookup
from keyrack.providers.aws.cloudtrail_plans import Plan
from keyrack.providers.aws.cloudtrail_resources import Where, effects
from keyrack.providers.aws.cloudtrail_shapes import Lessons
from keyrack.sdk.usage import NotALogError, Rows, load, microseconds

LOG = load("aws:cloudtrail")


def read(*records: dict, raw: bytes | None = None) -> tuple[list[dict], Rows]:
    """Events as dictionaries."""
    rows = Rows()
    LOG.read(raw if raw is not None else document(list(records)), rows)
    coded = rows.coded
    columns = {"id": coded.id, "at": coded.at}
    for group in coded.groups:
        columns |= {name: [flags[n] for n in group.numbers] for name, flags in group.flags.items()}
        for name, values in group.columns.items():
            known = list(coded.codes[name])
            columns[name] = [known[values[n]] for n in group.numbers]
    assert len({len(column) for column in columns.values()}) == 1
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)], rows


def one(**more: object) -> dict:
    return read(record(**more))[0][0]


WHO = {
    "role session, role with a path": (role(path="ci/"), f"aws:iam::{ACCOUNT}:role/ci/deploy", "build-1", None),
    "role session without an issuer": (
        {"type": "AssumedRole", "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/s"}, f"aws:iam::{ACCOUNT}:role/deploy", "s", None),
    "user": (user(), f"aws:iam::{ACCOUNT}:user/ci", None, None),
    "root": ({"type": "Root", "arn": f"arn:aws:iam::{ACCOUNT}:root"}, f"aws:iam::{ACCOUNT}:root", None, None),
    "federated user": (
        {"type": "FederatedUser", "arn": f"arn:aws:sts::{ACCOUNT}:federated-user/bob",
         "sessionContext": {"sessionIssuer": {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/ci"}}},
        f"aws:iam::{ACCOUNT}:user/ci", "bob", None),
    "web identity": (
        {"type": "WebIdentityUser", "userName": "repo:acme/web:ref:refs/heads/main",
         "identityProvider": f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"},
        None, None, "token.actions.githubusercontent.com:repo:acme/web:ref:refs/heads/main"),
    "saml": ({"type": "SAMLUser", "userName": "ann@acme.io", "identityProvider": "okta"}, None, None, "okta:ann@acme.io"),
    "service": ({"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}, None, None, "ec2.amazonaws.com"),
    "other account": ({"type": "AWSAccount", "accountId": "444455556666", "principalId": "AROA:x"}, None, None, None),
    "identity centre": ({"type": "IdentityCenterUser", "onBehalfOf": {"userId": "u-1"}}, None, None, "identitystore:u-1"),
    "unknown": ({"type": "Unknown"}, None, None, None),
    "none": (None, None, None, None),
}  # fmt: skip
"""CloudTrail User Guide, "CloudTrail userIdentity element": type by type."""


@pytest.mark.parametrize("case", WHO)
def test_who_acted(case):
    element, identity, session, caller = WHO[case]
    event = one(userIdentity=element)
    assert (event["identity_uid"], event["session"], event["caller"]) == (identity, session, caller)


def test_a_long_lived_key_has_the_uid_the_inventory_gives_it():
    assert one(userIdentity=user(key="AKIAEXAMPLE0000000009"))["credential_uid"] == "cred:aws:AKIAEXAMPLE0000000009"


WHAT = {
    # S3 User Guide, "Required permissions for Amazon S3 API operations"
    ("s3", "ListBuckets", None): [("s3:ListAllMyBuckets", "*")],
    ("s3", "HeadObject", '{"bucketName":"b","key":"a/k"}'): [("s3:GetObject", "arn:aws:s3:::b/a/k")],
    ("s3", "GetObject", '{"bucketName":"b","key":"/k"}'): [("s3:GetObject", "arn:aws:s3:::b//k")],
    ("s3", "GetObject", '{"bucketName":"b","key":"k","versionId":"1"}'): [("s3:GetObjectVersion", "arn:aws:s3:::b/k")],
    ("s3", "PutObject", '{"bucketName":"b","key":"k","x-amz-acl":"private"}'): [
        ("s3:PutObject", "arn:aws:s3:::b/k"), ("s3:PutObjectAcl", "arn:aws:s3:::b/k")],
    ("s3", "CopyObject", '{"bucketName":"b","key":"k","x-amz-copy-source":"c/x%20y"}'): [
        ("s3:PutObject", "arn:aws:s3:::b/k"), ("s3:GetObject", "arn:aws:s3:::c/x y")],
    ("s3", "GetBucketAcl", '{"bucketName":"b","acl":""}'): [("s3:GetBucketAcl", "arn:aws:s3:::b")],
    ("s3", "ListObjectsV2", '{"bucketName":"b","prefix":"x"}'): [("s3:ListBucket", "arn:aws:s3:::b")],
    # Lambda Developer Guide: event names carry the API's version
    ("lambda", "CreateFunction20150331", '{"functionName":"f","role":"arn:aws:iam::111122223333:role/run"}'): [
        ("lambda:CreateFunction", "arn:aws:lambda:eu-central-1:111122223333:function:f"),
        ("iam:PassRole", "arn:aws:iam::111122223333:role/run")],
    ("lambda", "Invoke", '{"functionName":"arn:aws:lambda:eu-central-1:111122223333:function:f"}'): [
        ("lambda:InvokeFunction", "arn:aws:lambda:eu-central-1:111122223333:function:f")],
    # CloudWatch's log label is monitoring, its permissions' prefix cloudwatch (Service Authorization Reference)
    ("monitoring", "DescribeAlarms", None): [("cloudwatch:DescribeAlarms", "")],
    ("ec2", "TerminateInstances", '{"instancesSet":{"items":[{"instanceId":"i-1"},{"instanceId":"i-2"}]}}'): [
        ("ec2:TerminateInstances", "arn:aws:ec2:eu-central-1:111122223333:instance/i-1"),
        ("ec2:TerminateInstances", "arn:aws:ec2:eu-central-1:111122223333:instance/i-2")],
    ("ec2", "DescribeInstances", '{"instancesSet":{}}'): [("ec2:DescribeInstances", "*")],
    ("secretsmanager", "GetSecretValue", '{"secretId":"prod/db"}'): [
        ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-central-1:111122223333:secret:prod/db-??????")],
    ("ssm", "GetParameter", '{"name":"/app/url","withDecryption":true}'): [
        ("ssm:GetParameter", "arn:aws:ssm:eu-central-1:111122223333:parameter/app/url")],
    ("logs", "CreateLogStream", '{"logGroupName":"/aws/lambda/f","logStreamName":"s"}'): [
        ("logs:CreateLogStream", "arn:aws:logs:eu-central-1:111122223333:log-group:/aws/lambda/f:log-stream:s")],
    ("sqs", "SendMessage", '{"queueUrl":"https://sqs.eu-central-1.amazonaws.com/444455556666/q"}'): [
        ("sqs:SendMessage", "arn:aws:sqs:eu-central-1:444455556666:q")],
    ("sns", "Publish", '{"topicArn":"arn:aws:sns:eu-central-1:111122223333:t"}'): [
        ("sns:Publish", "arn:aws:sns:eu-central-1:111122223333:t")],
    ("dynamodb", "Query", '{"tableName":"t","indexName":"i"}'): [
        ("dynamodb:Query", "arn:aws:dynamodb:eu-central-1:111122223333:table/t/index/i")],
    ("dynamodb", "BatchGetItem", '{"requestItems":{"t":{"keys":[]},"u":{"keys":[]}}}'): [
        ("dynamodb:BatchGetItem", "arn:aws:dynamodb:eu-central-1:111122223333:table/t"),
        ("dynamodb:BatchGetItem", "arn:aws:dynamodb:eu-central-1:111122223333:table/u")],
    ("iam", "AttachRolePolicy", '{"roleName":"r","policyArn":"arn:aws:iam::aws:policy/ReadOnlyAccess"}'): [
        ("iam:AttachRolePolicy", "arn:aws:iam::111122223333:role/r")],
    ("sts", "AssumeRole", '{"roleArn":"arn:aws:iam::444455556666:role/x","roleSessionName":"s"}'): [
        ("sts:AssumeRole", "arn:aws:iam::444455556666:role/x")],
    ("ecr", "BatchGetImage", '{"repositoryName":"team/app","imageIds":[{"imageTag":"1"}]}'): [
        ("ecr:BatchGetImage", "arn:aws:ecr:eu-central-1:111122223333:repository/team/app")],
    ("bedrock", "Converse", '{"modelId":"anthropic.x"}'): [
        ("bedrock:InvokeModel", "arn:aws:bedrock:eu-central-1::foundation-model/anthropic.x")],
    ("apigateway", "CreateRestApi", '{"name":"n"}'): [("apigateway:POST", "arn:aws:apigateway:eu-central-1::/restapis")],
    ("states", "StartExecution", '{"stateMachineArn":"arn:aws:states:eu-central-1:111122223333:stateMachine:m"}'): [
        ("states:StartExecution", "arn:aws:states:eu-central-1:111122223333:stateMachine:m")],
    # STS API Reference: "No permissions are required to perform this operation."
    ("sts", "GetCallerIdentity", None): [],
}  # fmt: skip


@pytest.mark.parametrize("case", WHAT)
def test_permission_and_resource_of_a_call(case):
    source, name, parameters = case
    for _ in range(2):  # the second time the shape of the parameters is known
        events, _rows = read(*[record(source, name, requestParameters=json.loads(parameters) if parameters else None)] * 2)
        for event in events:
            assert list(zip(event["actions"], event["resources"], strict=True)) == WHAT[case]
            assert not event["unmapped"]


def test_the_arn_of_the_event_beats_the_name_in_its_parameters():
    key = f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/1234"
    event = one(
        source="kms", name="Encrypt", requestParameters={"keyId": "alias/app"}, resources=[{"ARN": key, "accountId": ACCOUNT}]
    )
    assert (event["actions"], event["resources"]) == (("kms:Encrypt",), (key,))


def test_an_instance_profile_hands_on_a_role_the_log_does_not_name():
    event = one(source="ec2", name="RunInstances", requestParameters={"iamInstanceProfile": {"name": "web"}, "instancesSet": {}})
    assert ("iam:PassRole", "") in zip(event["actions"], event["resources"], strict=True)


def test_unmapped_is_counted_and_sign_ins_are_not():
    events, _ = read(
        record("newservice", "DoIt"),
        record("signin", "ConsoleLogin", eventType="AwsConsoleSignIn", responseElements={"ConsoleLogin": "Failure"}),
        record("kms", "RotateKey", eventType="AwsServiceEvent"),
    )
    assert [(event["api"], event["unmapped"], event["actions"]) for event in events] == [
        ("newservice:DoIt", True, ()),
        ("signin:ConsoleLogin", False, ()),
        ("kms:RotateKey", False, ()),
    ]
    assert events[1]["outcome"] == "denied"


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (None, "allowed"), ("AccessDenied", "denied"), ("Client.UnauthorizedOperation", "denied"), ("AccessDeniedException", "denied"),
        ("InvalidClientTokenId", "denied"), ("NoSuchBucket", "failed"), ("ThrottlingException", "failed"),
    ],
)  # fmt: skip
def test_outcome(code, outcome):
    assert one(errorCode=code)["outcome"] == outcome


def test_context_is_what_the_event_says():
    event = one(vpcEndpointId="vpce-1", sourceIPAddress="10.0.0.7", tlsDetails={"tlsVersion": "TLSv1.3"})
    assert dict(event["context"]) == {
        "aws:multifactorauthpresent": "false", "aws:requestedregion": "eu-central-1", "aws:securetransport": "true",
        "aws:sourcevpce": "vpce-1", "aws:tokenissuetime": "2026-11-20T09:00:00Z", "aws:vpcsourceip": "10.0.0.7",
    }  # fmt: skip
    called = one(
        userIdentity={**role(), "invokedBy": "cloudformation.amazonaws.com"}, sourceIPAddress="cloudformation.amazonaws.com"
    )
    assert dict(called["context"]) == {
        "aws:calledvialast": "cloudformation.amazonaws.com", "aws:multifactorauthpresent": "false",
        "aws:requestedregion": "eu-central-1", "aws:tokenissuetime": "2026-11-20T09:00:00Z", "aws:viaawsservice": "true",
    }  # fmt: skip


def issued(number: int, who: dict, key: str, name: str = "AssumeRole") -> dict:
    """An STS event that hands out a session; the secret and token in it are made up here and must not be kept."""
    given = {"accessKeyId": key, "secretAccessKey": "not-to-be-kept", "sessionToken": "not-to-be-kept-either"}
    return record("sts", name, number, userIdentity=who, responseElements={"credentials": given})


def test_sessions_know_whom_they_were_issued_to_and_no_secret_is_kept():
    _, rows = read(
        issued(1, user(), "ASIAONE"),
        issued(2, {"type": "AWSAccount", "accountId": "444455556666"}, "ASIATWO"),
        issued(3, role("upstream"), "ASIATWO"),
        issued(
            4, {"type": "WebIdentityUser", "userName": "sub", "identityProvider": "idp"}, "ASIATHREE", "AssumeRoleWithWebIdentity"
        ),
    )
    assert {key: caller for key, (_, caller) in rows.sessions.items()} == {
        "cred:aws:ASIAONE": f"aws:iam::{ACCOUNT}:user/ci",
        "cred:aws:ASIATWO": f"aws:iam::{ACCOUNT}:role/upstream",
        "cred:aws:ASIATHREE": "idp:sub",
    }
    kept = repr([list(codes) for codes in rows.coded.codes.values()]) + repr(rows.coded.id)
    assert "not-to-be-kept" not in kept


RECORDS = [record(number=n) for n in range(3)]
SHAPES = {
    "document": json.dumps({"Records": RECORDS}).encode(),
    "list": json.dumps(RECORDS, indent=1).encode(),
    "lines": b"\n".join(json.dumps(r).encode() for r in RECORDS) + b"\n",
    "lookup": json.dumps({"Events": [{"EventId": "x", "CloudTrailEvent": json.dumps(r)} for r in RECORDS]}).encode(),
    "bom": b"\xef\xbb\xbf" + json.dumps({"Records": RECORDS}).encode(),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_recognised_and_read_alike(shape):
    assert LOG.recognises("x.json", SHAPES[shape][:65536]) == ("lines" if shape == "lines" else "document")
    assert [e["id"] for e in read(raw=SHAPES[shape])[0]] == [r["eventID"] for r in RECORDS]


def test_a_bad_record_is_a_problem_and_the_rest_go_on():
    events, rows = read(
        RECORDS[0],
        {"eventTime": 5},
        {**RECORDS[1], "eventTime": "yesterday"},
        RECORDS[2],
        record(eventType="AwsCloudTrailInsight"),
    )
    assert [e["id"] for e in events] == [RECORDS[0]["eventID"], RECORDS[2]["eventID"]]
    assert sum(rows.problems.values()) == 2


@pytest.mark.parametrize("raw", [b"", b"null", b"hello", b"\x00\x01", b"[1,2", b'{"Records": 5}', b'{"a": 1}', b"\xff\xfe{"])
def test_other_text_is_no_log_or_holds_problems(raw):
    rows = Rows()
    try:
        LOG.read(raw, rows)
    except NotALogError:
        return
    assert rows.problems
    assert len(rows) == 0


def test_files_beside_the_log_are_passed_over():
    assert LOG.skips("AWSLogs/1/CloudTrail-Digest/eu-central-1/2026/11/20/1_CloudTrail-Digest_x.json.gz")
    assert not LOG.skips("AWSLogs/o-1/1/CloudTrail/eu-central-1/2026/11/20/1_CloudTrail_eu-central-1_20261120T1000Z_x.json.gz")


def test_the_map_is_broad_and_names_its_sources():
    assert len(data().apis) > 400
    assert data().made
    assert all("MIT" in text or "Apache" in text for text in data().sources.values())


CALLS = [("s3", "GetObject"), ("s3", "CopyObject"), ("ssm", "GetParameter"), ("dynamodb", "Query"), ("logs", "CreateLogStream"),
         ("secretsmanager", "GetSecretValue"), ("lambda", "CreateFunction20150331"), ("sqs", "SendMessage"), ("kms", "Decrypt")]  # fmt: skip
NAMES = ["bucketName", "key", "versionId", "x-amz-acl", "x-amz-copy-source", "name", "tableName", "indexName", "logGroupName",
         "logStreamName", "secretId", "functionName", "role", "queueUrl", "keyId"]  # fmt: skip
VALUES = st.one_of(
    st.sampled_from(["a", "/a", "//a", "arn:aws:s3:::b", "arn:aws:kms:r:1:key/k", "https://sqs.r/1/q", "alias/x", "AWS-D", "{0}", "%b", 'q"', "é"]),
    st.text(max_size=5), st.none(), st.booleans(), st.integers(0, 9),
)  # fmt: skip


@given(call=st.sampled_from(CALLS), drawn=st.lists(st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=4), max_size=5))
def test_the_quick_way_finds_what_the_slow_one_does(call, drawn):
    """Also in another account and region, after what was learned in the first; odd words there change nothing."""
    target = lookup(f"{call[0]}.amazonaws.com", call[1])
    known = Lessons(target)
    for where in (
        Where("eu-central-1", ACCOUNT),
        Where("us-east-1", "444455556666"),
        Where("cn-north-1", "{0}%b"),
        Where("", ""),
    ):
        found = []
        plan = Plan(known, lambda effects, found=found: found.append(effects) or len(found) - 1)
        for parameters in [*drawn, *drawn]:
            for separators in ((",", ":"), (", ", ": ")):
                raw = json.dumps(parameters, separators=separators).encode()
                assert found[plan.find(raw, None, where)] == effects(target, raw, b"null", where)


MOMENTS = st.integers(0, 7_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
ODD = ["2026-11-20T24:00:00Z", "2026-11-20T10:60:00Z", "2026-11-20T1:000:00Z", "2026-11-20T10:00:0\u0663Z", "2026-11-20 10:00:00Z", "2026-02-30T10:00:00Z"]  # fmt: skip


@given(first=MOMENTS, later=st.lists(st.integers(0, 100_000), max_size=4), odd=st.lists(st.sampled_from(ODD), max_size=1))
def test_times_of_a_document_are_those_of_its_records(first, later, odd):
    moments = [first, *(first + timedelta(seconds=s) for s in later)]
    texts = [*odd, *(f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in moments)]
    good = [moment for moment in map(_told, odd) if moment] + moments
    rows = read(*(record(number=n, eventTime=text) for n, text in enumerate(texts)))[1]
    assert rows.coded.at == [microseconds(moment) for moment in good]


def _told(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
