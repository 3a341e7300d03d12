"""A small account written through the real lake and judged by the real rules; some of its names are hostile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from keyrack.app.config import Config
from keyrack.app.evaluation import evaluate_run
from keyrack.app.home import Home
from keyrack.app.state import report
from keyrack.lake import Commit, RunWriter
from keyrack.outputs import Report
from keyrack.records import Credential, Grant, Identity, Ownership, Placement, Record, Trust, Usage
from keyrack.records.uids import row_uid
from keyrack.sdk import Silent, gap

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
ACCOUNT = "111122223333"
HOSTILE = "svc-prod'; rm -rf ~ #\x1b[31m\u202e<script>alert(1)</script>"


@dataclass(frozen=True)
class Sample:
    """The home, its commit and the report over everything."""

    home: Home
    commit: Commit

    def report(self, min_severity: str | None = None) -> Report:
        return report(self.home, self.commit, min_severity=min_severity)


def user(name: str) -> str:
    return f"aws:iam::{ACCOUNT}:user/{name}"


def records(now: datetime = NOW) -> list[Record]:
    old = now - timedelta(days=200)
    aws = {"provider": "aws", "scope": ACCOUNT}
    return [
        Identity(uid=user("ci"), kind="service_account", type="aws:iam-user", name="ci", created_at=old, **aws),
        Identity(uid=user(HOSTILE), kind="service_account", type="aws:iam-user", name=HOSTILE, created_at=old, **aws),
        Identity(uid=user("ann"), kind="human", type="aws:iam-user", name="ann", created_at=old, **aws),
        Credential(
            uid="cred:aws:K1", kind="access_key", issuer="aws", name="key", identity_uid=user("ci"), public_id="K1", status="active",
            created_at=old, expiry="never",
        ),
        Credential(
            uid="cred:aws:K2", kind="access_key", issuer="aws", name="key", identity_uid=user(HOSTILE), public_id="K2",
            status="active", created_at=old, expiry="never",
        ),
        Credential(uid="cred:fp:f1", kind="api_token", issuer="github", name="token", fingerprint="f1"),
        Placement(
            uid="place:1", credential_uid="cred:fp:f1", system="git_head", exposure="committed", scope="acme/web",
            path="src/app config.py", line=3, commit="c" * 40, author="ann@example.com", seen_at=old, attrs={"at_head": "true"},
        ),
        Grant(uid="grant:1", identity_uid=user("ci"), language="aws-iam", effect="allow", actions=["*"], resources=["*"], policy="p"),
        Trust(
            uid="trust:1", identity_uid=f"aws:iam::{ACCOUNT}:role/x", subject="999988887777", subject_kind="other_account",
            mechanism="sts:AssumeRole", attrs={"account": "999988887777"},
        ),
        Usage(uid="use:1", credential_uid="cred:aws:K1", grade="reported", source="iam:credential-report", used_at=now - timedelta(3)),
        Ownership(uid=row_uid("own", 1), identity_uid=user("ci"), owner="ann@example.com", evidence="tag", detail="tag owner"),
        gap("aws.workloads", "lambda:ListFunctions", "denied", "not allowed", permission="lambda:ListFunctions"),
    ]  # fmt: skip


def build_sample(root: Path, now: datetime = NOW, rows: list[Record] | None = None) -> Sample:
    home = Home(root)
    home.prepare()
    source = f"aws:{ACCOUNT}"
    with home.lake.lock():
        run = RunWriter(home.lake, now)
        with run.source(source) as writer:
            for record in records(now) if rows is None else rows:
                writer.add(record)
        run.finish(source, writer, title="AWS account", provider="aws", location="")
        evaluate_run(home, Config(), run, Silent())
        return Sample(home, run.commit())
