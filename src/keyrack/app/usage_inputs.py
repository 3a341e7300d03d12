"""What there is to ingest: files of folders, objects of buckets, in the order of the time their names tell."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from keyrack.errors import KeyrackError, UsageError

_TIME = re.compile(r"(?<!\d)(20\d{2})[-/]?([01]\d)[-/]?([0-3]\d)(?:[T_-]?([0-2]\d)(\d{2}))?")

LARGEST_OBJECT = 1 << 30
"""Bytes of a bucket's object up to which it is fetched; CloudTrail's own are a few megabytes."""


class Input(msgspec.Struct, frozen=True, order=True):
    """One file or object. ``stamp`` changes when it is written again (modification time, or the object's ETag)."""

    key: str
    size: int
    stamp: str


def inputs(target: str, *, skips: Callable[[str], bool]) -> list[Input]:
    """Files of a path or objects of an ``s3://bucket/prefix``, oldest first as far as their names tell.

    Args:
        target: file, folder (read to the bottom; links to folders are not followed) or S3 URL.
        skips: whether a file of that name lies beside a log and holds no events.

    Raises:
        UsageError: there is no such path.
        KeyrackError: the folder or bucket cannot be listed.
    """
    found = _objects(target) if target.startswith("s3://") else _files(Path(target))
    return sorted((item for item in found if item.size and not skips(item.key)), key=_when)


def content(item: Input) -> bytes:
    """Raw bytes of an object in a bucket; files are read where they lie.

    Raises:
        KeyrackError: it cannot be fetched, or is larger than :data:`LARGEST_OBJECT`.
    """
    if item.size > LARGEST_OBJECT:
        raise KeyrackError("usage.large", "larger than 1 GiB", hint="download it and ingest the file")
    bucket, _, key = item.key.removeprefix("s3://").partition("/")
    with _asked(item.key):
        body: bytes = _client().get_object(Bucket=bucket, Key=key)["Body"].read()
    return body


def _when(item: Input) -> tuple[str, str]:
    """The time a name tells (CloudTrail, Azure and Google put it there), then the name."""
    times = _TIME.findall(item.key)
    return ("".join(times[-1]) if times else "", item.key)


def _files(path: Path) -> Iterator[Input]:
    path = path.expanduser().absolute()
    if not path.exists():
        raise UsageError("usage.target", f"there is no {path}", hint="a file, a folder, s3://bucket/prefix, or `aws`")
    try:
        if path.is_dir():
            for folder, _, names in os.walk(path):
                for name in names:
                    if not name.startswith("."):
                        yield from _file(Path(folder) / name)
        else:
            yield from _file(path)
    except OSError as error:
        raise KeyrackError("usage.unreadable", f"cannot list {path}: {error.strerror}", hint="check its permissions") from error


def _file(path: Path) -> Iterator[Input]:
    if path.is_file():
        stat = path.stat()
        yield Input(str(path), stat.st_size, str(stat.st_mtime_ns))


def _objects(target: str) -> Iterator[Input]:
    bucket, _, prefix = target.removeprefix("s3://").partition("/")
    with _asked(target):
        for page in _client().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for item in page.get("Contents", []):
                yield Input(f"s3://{bucket}/{item['Key']}", item["Size"], item["ETag"].strip('"'))


def _client() -> Any:
    try:
        import boto3
    except ImportError as error:
        raise KeyrackError("usage.boto3", "reading a bucket needs boto3", hint="pip install 'keyrack[aws]'") from error
    return boto3.client("s3")


class _asked:  # noqa: N801 - reads as a word of the sentence that follows
    """Turns what boto3 raises into a sentence; an S3 reply never quotes a secret, but its message is left out all the same."""

    def __init__(self, what: str) -> None:
        self.what = what

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        """Translate botocore's errors."""
        if error is None:
            return
        try:
            from botocore.exceptions import BotoCoreError, ClientError
        except ImportError:
            return
        if isinstance(error, ClientError):
            code = error.response.get("Error", {}).get("Code", "error")
            raise KeyrackError(
                "usage.bucket", f"{self.what}: {code}", hint="needs s3:ListBucket and s3:GetObject (and kms:Decrypt)"
            ) from error
        if isinstance(error, BotoCoreError):
            raise KeyrackError(
                "usage.bucket", f"{self.what}: {type(error).__name__}", hint="check credentials, region and network"
            ) from error
