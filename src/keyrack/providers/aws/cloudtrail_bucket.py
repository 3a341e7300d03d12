"""A trail's bucket, followed: every account and region below it, each from the last object taken on.

Source of the facts: CloudTrail User Guide, "Finding your CloudTrail log files" and "log file name format":
``[prefix/]AWSLogs/[o-.../]ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/ACCOUNT_CloudTrail_REGION_YYYYMMDDTHHmmZ_RANDOM.json.gz``; digests
and insights lie in folders of their own. Deliveries come within about five minutes, some later; names sort by time.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from keyrack.errors import KeyrackError, UsageError
from keyrack.sdk.usage import Page

KEPT, LATE = timedelta(days=90), timedelta(hours=1)
"""How far back the first look goes, and how far before the last object each later one begins; repeats are dropped by id."""
LARGEST = 1 << 28
"""Bytes of one log file, unpacked; CloudTrail's own hold some tens of megabytes."""
PERMISSIONS = "s3:ListBucket and s3:GetObject (and kms:Decrypt)"
_TIME = re.compile(r"^(.*/)\d{4}/\d{2}/\d{2}/([^/]*_)(\d{8}T\d{4})Z_[^/]+$")
_FOLDER = re.compile(r"(?:\d{12}|o-[a-z0-9]{10,32})/", re.ASCII)


def pages(cursor: str | None, *, now: datetime, where: str, client: Any) -> Iterator[Page]:
    """One page for each log file after the cursor, account by account and region by region.

    Args:
        cursor: last object of each ``ACCOUNT/CloudTrail/REGION/`` folder, as JSON; ``None``: begin 90 days ago.
        now: the moment of the look.
        where: ``s3://bucket[/prefix]``: what stands before ``AWSLogs/``.
        client: a boto3 S3 client.

    Raises:
        UsageError: ``where`` is no such address.
        KeyrackError: the bucket cannot be read.
    """
    bucket, base = _parts(where)
    taken = msgspec.json.decode(cursor, type=dict[str, str]) if cursor else {}
    for folder in _folders(client, bucket, base):
        start = _start(folder, taken.get(folder), now)
        for key in _keys(client, bucket, folder, start):
            raw = _fetched(client, bucket, key)
            taken[folder] = max(key, taken.get(folder, ""))
            yield Page(raw, msgspec.json.encode(taken).decode())


def _parts(where: str) -> tuple[str, str]:
    bucket, _, prefix = where.removeprefix("s3://").partition("/")
    if not where.startswith("s3://") or not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", bucket):
        raise UsageError("usage.trail", "the trail's bucket is no S3 address", hint="e.g. trail_bucket = s3://logs/prefix")
    before = prefix.partition("AWSLogs")[0].strip("/")
    return bucket, f"{before}/AWSLogs/" if before else "AWSLogs/"


def _folders(client: Any, bucket: str, base: str) -> Iterator[str]:
    """``.../ACCOUNT/CloudTrail/REGION/`` of every account and region, in order; an organisation trail has one level more."""
    for account in _below(client, bucket, base):
        inner = _below(client, bucket, account) if "/o-" in account else [account]
        for one in inner:
            yield from _below(client, bucket, f"{one}CloudTrail/", anything=True)


def _below(client: Any, bucket: str, prefix: str, *, anything: bool = False) -> list[str]:
    found: list[str] = []
    with _asked(bucket):
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, Delimiter="/"):
            found += [item["Prefix"] for item in page.get("CommonPrefixes", [])]
    return sorted(item for item in found if anything or _FOLDER.fullmatch(item.removeprefix(prefix)))


def _start(folder: str, last: str | None, now: datetime) -> str:
    """The key to begin after: an hour before the last one, or ninety days ago."""
    match = _TIME.match(last or "")
    if match is None:
        return f"{folder}{now - KEPT:%Y/%m/%d}"
    at = datetime.strptime(match[3], "%Y%m%dT%H%M").replace(tzinfo=UTC) - LATE
    return f"{match[1]}{at:%Y/%m/%d}/{match[2]}{at:%Y%m%dT%H%M}"


def _keys(client: Any, bucket: str, folder: str, start: str) -> Iterator[str]:
    with _asked(bucket):
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=folder, StartAfter=start):
            yield from (item["Key"] for item in page.get("Contents", []) if item["Key"].endswith((".json.gz", ".json")))


def _fetched(client: Any, bucket: str, key: str) -> bytes:
    """The text of one log file, cut at :data:`LARGEST`; the reader counts what is cut or broken as no log."""
    with _asked(f"{bucket}/{key}"):
        data: bytes = client.get_object(Bucket=bucket, Key=key)["Body"].read()
    if not data.startswith(b"\x1f\x8b"):
        return data
    try:
        return zlib.decompressobj(31).decompress(data, LARGEST)
    except zlib.error:
        return data


@contextmanager
def _asked(what: str) -> Iterator[None]:
    """What boto3 raises becomes a sentence, without its message."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "error")
        raise KeyrackError("usage.refused", f"{what}: {code}", hint=f"needs {PERMISSIONS}", retry="later") from error
    except BotoCoreError as error:
        raise KeyrackError(
            "usage.unreachable", f"{what}: {type(error).__name__}", hint="check credentials, region and network"
        ) from error
