"""moto with IAM enforcement: an identity with a read-only subset of the permissions sees its part, and Gaps name the rest."""

import json

import pytest
from account_seed import trust

from keyrack.records import Credential, Gap, Identity

ALLOWED = ["sts:GetCallerIdentity", "iam:GetAccountAuthorizationDetails", "iam:GetAccountSummary", "secretsmanager:ListSecrets"]


@pytest.fixture
def enforced(moto, monkeypatch):
    iam = moto.client("iam")
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=trust({"Service": "ec2.amazonaws.com"}))
    iam.create_user(UserName="auditor")
    statement = {"Effect": "Allow", "Action": ALLOWED, "Resource": "*"}
    iam.put_user_policy(
        UserName="auditor", PolicyName="read", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )
    moto.client("secretsmanager").create_secret(Name="s", SecretString=json.dumps({"user": "x"}))
    key = iam.create_access_key(UserName="auditor")["AccessKey"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
    moto.post("/moto-api/reset-auth", b"0")
    yield moto
    moto.post("/moto-api/reset-auth", b"1000000000")


def test_a_subset_of_permissions(enforced, scan):
    records = scan(enforced.url)
    assert {r.name for r in records if isinstance(r, Identity)} == {"auditor", "app", "root"}
    assert any(isinstance(r, Credential) and r.name == "s" for r in records)
    denied = {g.permission for g in records if isinstance(g, Gap) and g.reason == "denied"}
    assert {
        "iam:ListAccountAliases",
        "iam:GenerateCredentialReport",
        "iam:ListAccessKeys",
        "kms:ListKeys",
        "lambda:ListFunctions",
    } <= denied
    assert not denied & set(ALLOWED)
    assert all(g.hint for g in records if isinstance(g, Gap) and g.reason == "denied")


def test_a_wrong_secret_key(enforced, scan, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong" * 8)
    records = scan(enforced.url)
    assert not any(isinstance(r, Identity) for r in records)
    assert any(isinstance(g, Gap) and g.reason == "denied" for g in records)
