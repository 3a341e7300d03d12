"""Denied, throttled, truncated and malformed replies, seen from the command line: gaps with the permission, exit 3, no traceback."""

from __future__ import annotations

import json

import pytest
from estate_scan import keyrack
from motoserver import moto_server
from wire import Answer, error, wire

DETAILS = "GetAccountAuthorizationDetails"
SUBSET = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": ["iam:GetAccountAuthorizationDetails", "iam:GenerateCredentialReport"], "Resource": "*"},
    ],
}


@pytest.fixture(scope="module")
def account(tmp_path_factory):
    with moto_server(tmp_path_factory.mktemp("moto") / "log", managed_policies=False) as moto:
        iam = moto.client("iam")
        iam.create_user(UserName="keyrack")
        iam.put_user_policy(UserName="keyrack", PolicyName="subset", PolicyDocument=json.dumps(SUBSET))
        key = iam.create_access_key(UserName="keyrack")["AccessKey"]
        yield moto, {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


def strict_scan(tmp_path, url, **extra):
    done = keyrack(tmp_path / "home", "scan", "aws", "--aws-endpoint-url", url, "--strict", "--format", "json", **extra)
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    document = json.loads(done.stdout)
    assert document["run"]["complete"] is False
    return document


def test_a_read_only_subset_of_permissions(account, tmp_path):
    moto, key = account
    moto.post("/moto-api/reset-auth", b"0")
    try:
        document = strict_scan(tmp_path, moto.url, **key)
    finally:
        moto.post("/moto-api/reset-auth", b"1000000000")
    denied = {g["permission"] for g in document["gaps"] if g["reason"] == "denied"}
    assert {"iam:GetCredentialReport", "secretsmanager:ListSecrets", "lambda:ListFunctions"} <= denied
    assert any(i["name"] == "keyrack" for i in document["identities"])
    assert document["summary"]["unknown_rules"]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (error("Throttling"), "throttled"),
        (Answer(b"<GetAccountAuthorizationDetailsResponse>", claimed=5000), "truncated"),
        (Answer(b"<html>proxy login</html>", content_type="text/html"), "malformed"),
    ],
    ids=["throttled", "truncated", "malformed"],
)
def test_broken_replies(account, tmp_path, fault, reason):
    moto, key = account
    with wire(moto.url) as line:
        line.answer(DETAILS, fault)
        document = strict_scan(tmp_path, line.url, **key)
    assert any(g["reason"] == reason and "GetAccountAuthorizationDetails" in g["subject"] for g in document["gaps"])
