"""A small account with policies and a CloudTrail log of ninety days, through the real lake and the real ingest."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sample import ACCOUNT, NOW, Sample, build_sample

from keyrack.app.usage import IngestRequest, ingest
from keyrack.records import Credential, Grant, Identity, Policy, Record, Trust, Usage
from keyrack.records.uids import row_uid

ROLE = f"aws:iam::{ACCOUNT}:role/deploy"
IDLE = f"aws:iam::{ACCOUNT}:role/idle"
USER = f"aws:iam::{ACCOUNT}:user/ci"
KEY = "AKIA" + "Q" * 16
OLD = NOW - timedelta(days=400)

Statement = dict[str, Any]


def allow(actions: list[str], resources: list[str] | None = None, **more: Any) -> Statement:
    return {"Effect": "Allow", "Action": actions, "Resource": resources or ["*"], **more}


def document(*statements: Statement) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def held(uid: str, name: str, *statements: Statement) -> list[Record]:
    """An inline policy as its document and as its grants."""
    found: list[Record] = [
        Policy(
            uid=row_uid("policy", uid, name), language="aws-iam", kind="identity", name=name, scope=ACCOUNT,
            document=document(*statements), targets=[uid],
        )
    ]  # fmt: skip
    for number, statement in enumerate(statements):
        conditions = statement.get("Condition")
        found.append(
            Grant(
                uid=f"grant:{uid.rpartition('/')[2]}:{name}:{number}", identity_uid=uid, language="aws-iam",
                effect="allow" if statement["Effect"] == "Allow" else "deny", actions=statement["Action"],
                resources=statement["Resource"], via="inline", policy=name, conditions=json.dumps(conditions) if conditions else None,
            )
        )  # fmt: skip
    return found


def identity(uid: str, created: datetime = OLD, kind: str = "service_account") -> Identity:
    return Identity(
        uid=uid, kind=kind, type="aws:iam-role" if ":role/" in uid else "aws:iam-user", name=uid.rpartition("/")[2], provider="aws",
        scope=ACCOUNT, created_at=created,
    )  # fmt: skip


DEPLOY = allow(["s3:ListAllMyBuckets", "iam:ListRoles", "sqs:*"])
WRITE = allow(["iam:CreateRole"], [f"arn:aws:iam::{ACCOUNT}:role/app-*"])


def account() -> list[Record]:
    return [
        identity(ROLE),
        identity(IDLE),
        identity(USER),
        *held(ROLE, "work", DEPLOY, WRITE),
        *held(IDLE, "old", allow(["iam:DeleteUser", "sqs:SendMessage"])),
        *held(USER, "all", allow(["*"])),
        Credential(
            uid=f"cred:aws:{KEY}", kind="access_key", issuer="aws", name="key", identity_uid=USER, public_id=KEY, status="active",
            created_at=OLD, expiry="never",
        ),
        Trust(
            uid="trust:deploy", identity_uid=ROLE, subject="token.actions.githubusercontent.com", subject_kind="federated",
            mechanism="sts:AssumeRoleWithWebIdentity", issuer="token.actions.githubusercontent.com", subs=["repo:acme/web:*"],
        ),
        Usage(
            uid="use:idle", identity_uid=IDLE, grade="absent", source="iam:service-last-accessed", since=OLD, service="sqs",
        ),
    ]  # fmt: skip


def event(
    moment: datetime,
    source: str,
    name: str,
    *,
    who: str = ROLE,
    parameters: dict[str, Any] | None = None,
    error: str | None = None,
    **more: Any,
) -> dict[str, Any]:
    """A CloudTrail record (CloudTrail User Guide, "CloudTrail record contents")."""
    kind, _, title = who.rpartition(":")[2].partition("/")
    if kind == "role":
        who_is: dict[str, Any] = {
            "type": "AssumedRole", "principalId": "AROAEXAMPLE:s1", "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{title}/s1",
            "accountId": ACCOUNT, "accessKeyId": "ASIA" + "Q" * 16,
            "sessionContext": {
                "sessionIssuer": {"type": "Role", "arn": f"arn:{who}", "accountId": ACCOUNT, "userName": title, "principalId": "AROAEXAMPLE"},
                "attributes": {"mfaAuthenticated": "false", "creationDate": f"{moment:%Y-%m-%dT%H:%M:%SZ}"},
            },
        }  # fmt: skip
    else:
        who_is = {
            "type": "IAMUser", "principalId": "AIDAEXAMPLE", "arn": f"arn:{who}", "accountId": ACCOUNT, "userName": title,
            "accessKeyId": KEY,
        }  # fmt: skip
    record = {
        "eventVersion": "1.09", "userIdentity": who_is, "eventTime": f"{moment:%Y-%m-%dT%H:%M:%SZ}", "eventSource": f"{source}.amazonaws.com",
        "eventName": name, "awsRegion": "us-east-1", "sourceIPAddress": "10.1.2.3", "userAgent": "Boto3/1.34", "requestParameters": parameters,
        "responseElements": None, "eventID": row_uid("event", moment, source, name, who, more), "eventType": "AwsApiCall",
        "managementEvent": True, "recipientAccountId": ACCOUNT, **more,
    }  # fmt: skip
    return record | ({"errorCode": error} if error else {})


def quarter(end: datetime = NOW, days: int = 100) -> list[dict[str, Any]]:
    """Every day: the role lists buckets and roles; once a week it creates a role; the user is refused once."""
    found = []
    for number in range(days):
        moment = end - timedelta(days=number, hours=1)
        found += [
            event(moment, "s3", "ListBuckets"),
            event(moment + timedelta(minutes=1), "iam", "ListRoles"),
            event(moment, "sts", "GetCallerIdentity", who=USER),
            event(moment, "iam", "ListUsers", who=USER),
        ]
        if number % 7 == 0:
            found.append(event(moment, "iam", "CreateRole", parameters={"roleName": "app-1"}))
    return [*found, event(end - timedelta(days=3), "iam", "DeleteUser", who=IDLE, error="AccessDenied")]


def logged(root: Path, events: Iterable[dict[str, Any]] | None = None, rows: list[Record] | None = None) -> Sample:
    """A home with one scan and one ingest."""
    sample = build_sample(root / "home", rows=account() if rows is None else rows)
    file = root / "trail.json"
    file.write_text(json.dumps({"Records": list(quarter() if events is None else events)}))
    ingest(sample.home, IngestRequest(targets=[str(file)], now=NOW))
    return sample
