"""The second emulator, which enforces: session policies, inactive keys, rotation. What was created there is what is found.

ministack is an ordinary test dependency (PyPI); where it is missing the tests fail saying so.
"""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest
from account_seed import policy, tags, trust
from motoserver import free_port

from keyrack.providers.aws import provider
from keyrack.records import Credential, Gap, Grant, Identity, Resource, Trust, Usage
from keyrack.sdk import Context, Fingerprinter, Target

ACCOUNT = "000000000000"
ROOT = "test"
"""Key id and secret of ministack's root user; its documentation gives both this value."""


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    binary = shutil.which("ministack", path=str(Path(sys.executable).parent))
    assert binary, "ministack is missing: pip install ministack (it is among the development dependencies)"
    port, folder = free_port(), tmp_path_factory.mktemp("ministack")
    env = {**os.environ, "AUTH": "true", "BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "PERSIST_STATE": "0"}
    with (folder / "log").open("wb") as out:
        process = subprocess.Popen([binary], stdout=out, stderr=subprocess.STDOUT, env=env, cwd=folder)
    try:
        for _ in range(300):
            assert process.poll() is None, (folder / "log").read_text()[-2000:]
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def client(url, service, key=ROOT, secret=ROOT):
    return boto3.client(service, region_name="us-east-1", endpoint_url=url, aws_access_key_id=key, aws_secret_access_key=secret)


@pytest.fixture(scope="module")
def made(url):
    """A small account; returns the auditor's key, the ids of the other keys, and secret values that must never be seen."""
    iam = client(url, "iam")
    iam.create_user(UserName="svc-billing", Tags=tags(Owner="maria@acme.example", env="production"))
    iam.put_user_policy(UserName="svc-billing", PolicyName="read", PolicyDocument=policy("s3:GetObject"))
    keys = [iam.create_access_key(UserName="svc-billing")["AccessKey"] for _ in range(2)]
    iam.update_access_key(UserName="svc-billing", AccessKeyId=keys[1]["AccessKeyId"], Status="Inactive")
    iam.create_user(UserName="auditor")
    actions = sorted({p.name for c in provider.manifest.capabilities for p in c.permissions})
    iam.put_user_policy(UserName="auditor", PolicyName="keyrack-read", PolicyDocument=policy(actions))
    auditor = iam.create_access_key(UserName="auditor")["AccessKey"]
    iam.create_role(RoleName="deploy", AssumeRolePolicyDocument=trust({"AWS": "arn:aws:iam::999988887777:root"}))
    iam.attach_role_policy(RoleName="deploy", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    value = keys[0]["SecretAccessKey"][::-1]
    client(url, "secretsmanager").create_secret(Name="prod/db", SecretString=value)
    client(url, "ssm").put_parameter(Name="/prod/api", Value=value, Type="SecureString")
    client(url, "eks").create_cluster(name="main", roleArn=f"arn:aws:iam::{ACCOUNT}:role/deploy", resourcesVpcConfig={})
    return auditor, [key["AccessKeyId"] for key in keys], [value, *(key["SecretAccessKey"] for key in (*keys, auditor))]


@pytest.fixture
def as_auditor(made, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", made[0]["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", made[0]["SecretAccessKey"])


@pytest.fixture
def now():
    return datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=1)


def of(records, type_, **values):
    return [r for r in records if isinstance(r, type_) and all(getattr(r, name) == value for name, value in values.items())]


def test_what_was_created_is_what_is_found(url, made, as_auditor, now):
    """With no more than the policy that `keyrack permissions aws` prints, under an emulator that enforces it."""
    context = Context(now=now, fingerprint=Fingerprinter(b"k" * 32))
    records = list(provider.discover(Target("aws", options={"endpoint_url": url}), context))
    assert not [value for value in made[2] if value in repr(records)]
    users = {i.name: i for i in of(records, Identity, type="aws:iam-user")}
    assert set(users) == {"svc-billing", "auditor"}
    assert (users["svc-billing"].environment, users["svc-billing"].kind) == ("prod", "service_account")
    keys = {
        c.public_id: c.status for c in of(records, Credential, kind="access_key") if c.identity_uid == users["svc-billing"].uid
    }
    assert keys == {made[1][0]: "active", made[1][1]: "inactive"}
    role = next(i for i in of(records, Identity, type="aws:iam-role") if i.name == "deploy")
    assert [g.actions for g in of(records, Grant, identity_uid=role.uid)] == [["*"]]
    assert [t.subject for t in of(records, Trust, identity_uid=role.uid)] == ["999988887777"]
    assert {c.name for c in of(records, Credential, kind="secret")} == {"prod/db", "/prod/api"}
    cluster = next(iter(of(records, Resource, type="aws:eks-cluster")))
    assert cluster.name == "main"
    assert all(u.since for u in of(records, Usage, grade="absent"))


def test_only_what_the_emulator_lacks_is_a_gap(url, as_auditor, scan):
    denied = {g.permission for g in of(scan(url), Gap, reason="denied")}
    assert denied == set(), "the printed policy lacks these"


def test_an_inactive_key_signs_nobody_in(url, made, as_auditor, scan, monkeypatch):
    client(url, "iam").update_access_key(UserName="auditor", AccessKeyId=made[0]["AccessKeyId"], Status="Inactive")
    try:
        records = scan(url)
    finally:
        client(url, "iam").update_access_key(UserName="auditor", AccessKeyId=made[0]["AccessKeyId"], Status="Active")
    assert not of(records, Identity)
    assert of(records, Gap, reason="denied")


def test_doctor_names_the_missing_permission_exactly(url, made, as_auditor, now):
    iam = client(url, "iam")
    actions = {p.name for c in provider.manifest.capabilities for p in c.permissions} - {"kms:ListKeys", "iam:ListSAMLProviders"}
    iam.put_user_policy(UserName="auditor", PolicyName="keyrack-read", PolicyDocument=policy(sorted(actions)))
    context = Context(now=now, fingerprint=Fingerprinter(b"k" * 32))
    probes = {p.capability: p for p in provider.probe(Target("aws", options={"endpoint_url": url}), context)}
    iam.put_user_policy(
        UserName="auditor", PolicyName="keyrack-read",
        PolicyDocument=policy(sorted({p.name for c in provider.manifest.capabilities for p in c.permissions})),
    )  # fmt: skip
    missing = {p.permission for p in probes.values() if p.permission}
    assert missing == {"kms:ListKeys", "iam:ListSAMLProviders"}
    assert probes["aws.iam"].ok
    assert json.dumps({p.capability: p.detail for p in probes.values()})
