"""AWS logs as usage: CloudTrail, from files in any layout and from LookupEvents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from keyrack.providers.aws.cloudtrail_read import records
from keyrack.providers.aws.cloudtrail_rows import SOURCE, Reader
from keyrack.sdk.usage import LogFacts, Page, Rows, Shape

_BESIDE = re.compile(r"(^|/)(CloudTrail-Digest|CloudTrail-Insight|CloudTrail-Aggregated)(/|$)|_CloudTrail-(Digest|Insight)_")
"""Folders and file names beside the log (CloudTrail User Guide, "CloudTrail log file name format" and "digest file")."""

_WRAPPED = re.compile(rb'\s*\{\s*"(Records|Events)"\s*:\s*\[')


class CloudTrail:
    """CloudTrail management, data and network activity events."""

    name = SOURCE
    title = "AWS CloudTrail"
    reads = ("region", "profile", "trail_bucket")
    facts = LogFacts(
        late=timedelta(minutes=15),
        kept=timedelta(days=90),
        optional=(
            "s3:GetObject*",
            "s3:PutObject*",
            "s3:DeleteObject*",
            "s3:AbortMultipartUpload",
            "s3:ListBucket*",
            "s3:ListMultipartUploadParts",
            "s3:RestoreObject",
            "lambda:Invoke*",
            "dynamodb:*Item",
            "dynamodb:Query",
            "dynamodb:Scan",
            "dynamodb:PartiQL*",
            "sqs:*Message*",
            "sns:Publish",
            "kinesis:GetRecords",
            "kinesis:PutRecord*",
            "bedrock:InvokeAgent",
            "bedrock:Retrieve*",
            "ssmmessages:*",
            "ebs:*",
            "cognito-identity:Get*",
            "rds-data:*",
            "sagemaker:InvokeEndpoint*",
            "cloudwatch:GetMetric*",
            "cloudwatch:PutMetricData",
            "logs:PutLogEvents",
            "xray:Put*",
        ),
        never=("iam:PassRole",),
        note="Data events are off by default and iam:PassRole is no call of its own; the event history of LookupEvents holds "
        '90 days of management events, one region at a time (CloudTrail User Guide, "Logging data events").',
    )

    def recognises(self, name: str, head: bytes) -> Shape | None:
        """By the members every record has; a file's name only settles an empty one."""
        body = head.lstrip(b"\xef\xbb\xbf \t\r\n")
        mine = b'"eventSource"' in head and b'"eventName"' in head and b'"eventTime"' in head
        if _WRAPPED.match(body):
            ours = mine or b'"CloudTrailEvent"' in head or ("CloudTrail" in name and re.match(rb".*\[\s*\]", body, re.DOTALL))
            return "document" if ours else None
        if not mine:
            return None
        return "document" if body[:1] == b"[" or not _line_by_line(body) else "lines"

    def skips(self, name: str) -> bool:
        """Digests and insights lie beside the log."""
        return _BESIDE.search(name) is not None

    def read(self, raw: bytes, rows: Rows) -> None:
        """See :class:`keyrack.sdk.usage.UsageLog`."""
        found = records(raw, rows.problem)
        if rows.memory is None:
            rows.memory = Reader(rows)
        rows.memory.extend(found)

    def pages(self, cursor: str | None, *, now: datetime, options: dict[str, str]) -> Iterator[Page]:
        """See :class:`keyrack.sdk.usage.LiveLog`."""
        from keyrack.providers.aws.cloudtrail_live import pages

        return pages(cursor, now=now, options=options)


def _line_by_line(body: bytes) -> bool:
    """Whether the first line is a record by itself; a record spread over lines is a document of one."""
    first = body.partition(b"\n")[0].rstrip()
    return first.endswith(b"}") or b"\n" not in body


logs = (CloudTrail(),)
