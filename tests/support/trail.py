"""CloudTrail records for tests, made at run time; the shapes are the CloudTrail User Guide's."""

from __future__ import annotations

import gzip
import json
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

ACCOUNT = "111122223333"
START = datetime(2026, 11, 20, 10, tzinfo=UTC)


def role(name: str = "deploy", session: str = "build-1", key: str = "ASIAEXAMPLE0000000001", path: str = "") -> dict:
    """``userIdentity`` of a role session."""
    return {
        "type": "AssumedRole",
        "principalId": f"AROAEXAMPLE:{session}",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/{session}",
        "accountId": ACCOUNT,
        "accessKeyId": key,
        "sessionContext": {
            "sessionIssuer": {"type": "Role", "arn": f"arn:aws:iam::{ACCOUNT}:role/{path}{name}", "accountId": ACCOUNT},
            "attributes": {"creationDate": "2026-11-20T09:00:00Z", "mfaAuthenticated": "false"},
        },
    }


def user(name: str = "ci", key: str = "AKIAEXAMPLE0000000001") -> dict:
    """``userIdentity`` of a user with a long-lived key."""
    return {
        "type": "IAMUser",
        "arn": f"arn:aws:iam::{ACCOUNT}:user/{name}",
        "accountId": ACCOUNT,
        "accessKeyId": key,
        "userName": name,
    }


def record(source: str = "s3", name: str = "ListBuckets", number: int | None = None, **more: object) -> dict:
    """One record; ``number`` makes its id and time."""
    seed = number if number is not None else 0
    identity = str(uuid.UUID(int=seed + 1)) if number is not None else str(uuid.uuid4())
    return {
        "eventVersion": "1.10",
        "userIdentity": role(),
        "eventTime": f"{START + timedelta(minutes=7 * seed):%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": f"{source}.amazonaws.com",
        "eventName": name,
        "awsRegion": "eu-central-1",
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "aws-cli/2",
        "requestParameters": None,
        "responseElements": None,
        "eventID": identity,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "eventCategory": "Management",
        "recipientAccountId": ACCOUNT,
        **more,
    }


def document(records: list[dict]) -> bytes:
    """A log file's text."""
    return json.dumps({"Records": records}, separators=(",", ":")).encode()


def put(path: Path, records: list[dict]) -> Path:
    """A log file, gzip when its name says so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = document(records)
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path
