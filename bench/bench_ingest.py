"""CloudTrail .json.gz to the lake, against the bare decode of the same files.

The bound is isal and msgspec into typed records of the same members, on as many processes; for comparison also into untyped
dictionaries. One million events in 500 files of the bucket's layout (1.5 kB of JSON each; cardinalities of a mid-sized
organisation: 12 accounts, 3 regions, 900 roles, 20,000 sessions, 14 calls). Size by ``KEYRACK_BENCH_EVENTS``.
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import statistics
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import msgspec
from isal import igzip

from bench import table
from keyrack.app.home import Home
from keyrack.app.usage import IngestRequest, ingest

EVENTS = int(os.environ.get("KEYRACK_BENCH_EVENTS", "1000000"))
FILES = 500
REPEATS = 5
NOW = datetime(2026, 11, 24, tzinfo=UTC)
ACCOUNTS = [str(111122223333 + 7 * n) for n in range(12)]
REGIONS = ["us-east-1", "eu-central-1", "ap-southeast-2"]
AGENTS = [
    f"aws-sdk-go-v2/1.{n}.0 os/linux lang/go#1.2{n % 5} md/GOARCH#amd64 exec-env/AWS_ECS_FARGATE api/{n}" for n in range(60)
]
CALLS: list[tuple[str, str, Callable[[random.Random], Any], bool]] = [
    ("ec2", "DescribeInstances", lambda _: {"instancesSet": {}, "filterSet": {}}, True),
    ("ec2", "DescribeNetworkInterfaces", lambda _: {"networkInterfaceIdSet": {}, "filterSet": {}}, True),
    ("sts", "GetCallerIdentity", lambda _: None, True),
    ("monitoring", "DescribeAlarms", lambda _: {"maxRecords": 100}, True),
    ("logs", "CreateLogStream", lambda r: {"logGroupName": f"/aws/lambda/f{r.randrange(300)}", "logStreamName": _name(r)}, False),
    ("kms", "Decrypt", lambda r: {"encryptionContext": {"app": f"b{r.randrange(40)}"}, "encryptionAlgorithm": "SYMMETRIC"}, True),
    ("secretsmanager", "GetSecretValue", lambda r: {"secretId": f"prod/app{r.randrange(200)}"}, True),
    ("ssm", "GetParameter", lambda r: {"name": f"/app/{r.randrange(400)}/url", "withDecryption": True}, True),
    ("s3", "GetObject", lambda r: {"bucketName": f"data-{r.randrange(80)}", "Host": "s3", "key": f"k/{_name(r)}"}, True),
    ("s3", "PutObject", lambda r: {"bucketName": f"data-{r.randrange(80)}", "Host": "s3", "key": f"k/{_name(r)}"}, False),
    ("dynamodb", "DescribeTable", lambda r: {"tableName": f"table-{r.randrange(120)}"}, True),
    ("lambda", "GetFunction20150331v2", lambda r: {"functionName": f"f{r.randrange(300)}"}, True),
    ("ecr", "BatchGetImage", lambda r: {"repositoryName": f"app{r.randrange(90)}", "imageIds": [{"imageTag": "1"}]}, True),
    ("sqs", "GetQueueAttributes", lambda r: {"queueUrl": f"https://sqs.r.amazonaws.com/111122223333/q{r.randrange(60)}"}, True),
]
WEIGHTS = [14, 8, 9, 6, 10, 12, 6, 6, 10, 5, 5, 4, 3, 2]


def main() -> None:
    """Generate, time each way, print a table."""
    folder = Path(tempfile.mkdtemp(prefix="keyrack-bench-"))
    try:
        _compare(folder)
    finally:
        shutil.rmtree(folder)


def _compare(folder: Path) -> None:
    logs = folder / "logs"
    _generate(logs)
    files = sorted(map(str, logs.rglob("*.gz")))
    size = sum(Path(file).stat().st_size for file in files)
    processes = os.cpu_count() or 1
    ways: dict[str, Callable[[], object]] = {
        "keyrack usage ingest": lambda: _ingest(folder, logs),
        "bound: isal + msgspec, typed": lambda: _bare(files, _typed, processes),
        "isal + msgspec, untyped": lambda: _bare(files, _untyped, processes),
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(REPEATS):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            times[name].append(time.perf_counter() - start)
    medians = {name: statistics.median(values) for name, values in times.items()}
    ours = medians["keyrack usage ingest"]
    rows = [(name, value, f"{EVENTS / value:,.0f}", f"{value / ours:.2f} x") for name, value in medians.items()]
    print(f"{EVENTS:,} events, {len(files)} files, {size / 2**20:.0f} MiB compressed, {processes} processes, with start-up")
    table.show(("way", "median s", "events/s", "our speed is"), rows)
    print(f"peak memory of ingest, all processes together: {_peak(lambda: _ingest(folder, logs)):.2f} GiB")


def _peak(way: Callable[[], object]) -> float:
    """Largest sum of resident memory of this process and all below it while ``way`` runs, sampled, in GiB."""
    peak, over = 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not over.wait(0.05):
            peak = max(peak, sum(map(_resident, _family(os.getpid()))))

    thread = threading.Thread(target=watch)
    thread.start()
    way()
    over.set()
    thread.join()
    return peak / 2**30


def _family(process: int) -> list[int]:
    try:
        below = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        below = []
    return [process, *(member for child in below for member in _family(int(child)))]


def _resident(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * resource.getpagesize()
    except OSError:
        return 0


def _ingest(folder: Path, logs: Path) -> None:
    home = folder / "home"
    result = ingest(Home(home), IngestRequest(targets=[str(logs)], now=NOW))
    assert result.new == EVENTS, result
    assert not result.quarantined
    shutil.rmtree(home)


def _bare(files: list[str], read: Callable[[list[str]], int], processes: int) -> None:
    shares = [files[start : start + 25] for start in range(0, len(files), 25)]
    with ProcessPoolExecutor(processes, mp_context=get_context("forkserver")) as pool:
        assert sum(pool.map(read, shares)) == EVENTS


def _typed(files: list[str]) -> int:
    decoder = msgspec.json.Decoder(_Document)
    return sum(len(decoder.decode(igzip.decompress(Path(file).read_bytes())).Records) for file in files)


def _untyped(files: list[str]) -> int:
    decoder = msgspec.json.Decoder()
    return sum(len(decoder.decode(igzip.decompress(Path(file).read_bytes()))["Records"]) for file in files)


class _Session(msgspec.Struct, gc=False):
    attributes: dict[str, str] | None = None
    sessionIssuer: dict[str, str] | None = None  # noqa: N815 - CloudTrail's names


class _Identity(msgspec.Struct, gc=False):
    type: str | None = None
    arn: str | None = None
    accountId: str | None = None  # noqa: N815
    principalId: str | None = None  # noqa: N815
    accessKeyId: str | None = None  # noqa: N815
    invokedBy: str | None = None  # noqa: N815
    sessionContext: _Session | None = None  # noqa: N815


class _Record(msgspec.Struct, gc=False):
    eventTime: str  # noqa: N815
    eventSource: str  # noqa: N815
    eventName: str  # noqa: N815
    eventID: str  # noqa: N815
    eventType: str | None = None  # noqa: N815
    eventCategory: str | None = None  # noqa: N815
    managementEvent: bool | None = None  # noqa: N815
    awsRegion: str | None = None  # noqa: N815
    recipientAccountId: str | None = None  # noqa: N815
    sourceIPAddress: str | None = None  # noqa: N815
    userAgent: str | None = None  # noqa: N815
    errorCode: str | None = None  # noqa: N815
    vpcEndpointId: str | None = None  # noqa: N815
    userIdentity: _Identity | None = None  # noqa: N815
    requestParameters: msgspec.Raw = msgspec.Raw(b"null")  # noqa: N815
    responseElements: msgspec.Raw = msgspec.Raw(b"null")  # noqa: N815
    resources: msgspec.Raw = msgspec.Raw(b"null")


class _Document(msgspec.Struct, gc=False):
    Records: list[_Record]


def _name(rng: random.Random) -> str:
    return f"2026/11/{rng.randrange(10**9)}"


def _generate(logs: Path) -> None:
    rng = random.Random(7)
    sessions = [_session(rng, n) for n in range(20_000)]
    per_file = EVENTS // FILES
    for number in range(FILES):
        account, region = rng.choice(ACCOUNTS), rng.choice(REGIONS)
        start = NOW - timedelta(days=10) + timedelta(minutes=28 * number)
        own = [s for s in rng.sample(sessions, 400) if s["accountId"] == account] or sessions[:10]
        count = per_file + (EVENTS % FILES if number == FILES - 1 else 0)
        records = [_record(rng, own, account, region, start + timedelta(seconds=rng.randrange(900))) for _ in range(count)]
        path = logs / f"AWSLogs/{account}/CloudTrail/{region}/{start:%Y/%m/%d}"
        path.mkdir(parents=True, exist_ok=True)
        name = f"{account}_CloudTrail_{region}_{start:%Y%m%dT%H%MZ}_{number:016x}.json.gz"
        (path / name).write_bytes(igzip.compress(msgspec.json.encode({"Records": records}), 2))


def _session(rng: random.Random, number: int) -> dict[str, Any]:
    account, role = ACCOUNTS[number % 12], f"service-{rng.randrange(75)}"
    principal = f"AROA{rng.randrange(16**16):016X}"
    return {
        "type": "AssumedRole",
        "principalId": f"{principal}:session-{number}",
        "arn": f"arn:aws:sts::{account}:assumed-role/{role}/session-{number}",
        "accountId": account,
        "accessKeyId": f"ASIA{rng.randrange(16**16):016X}",
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": principal,
                "arn": f"arn:aws:iam::{account}:role/{role}",
                "accountId": account,
                "userName": role,
            },
            "webIdFederationData": {},
            "attributes": {"creationDate": "2026-11-14T00:00:00Z", "mfaAuthenticated": "false"},
        },
    }


def _record(rng: random.Random, sessions: list[dict[str, Any]], account: str, region: str, at: datetime) -> dict[str, Any]:
    source, name, parameters, read_only = rng.choices(CALLS, WEIGHTS)[0]
    session = rng.choice(sessions)
    place = sessions.index(session)
    data = source == "s3"
    record = {
        "eventVersion": "1.10",
        "userIdentity": session,
        "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": f"{source}.amazonaws.com",
        "eventName": name,
        "awsRegion": region,
        "sourceIPAddress": f"10.{place % 200}.{place % 11}.7",
        "userAgent": AGENTS[place % 60],
        **({"errorCode": "AccessDenied", "errorMessage": "not authorized"} if rng.random() < 0.02 else {}),
        "requestParameters": parameters(rng),
        "responseElements": None,
        "requestID": str(uuid.UUID(int=rng.getrandbits(128))),
        "eventID": str(uuid.UUID(int=rng.getrandbits(128))),
        "readOnly": read_only,
        "eventType": "AwsApiCall",
        "managementEvent": not data,
        "recipientAccountId": account,
        "eventCategory": "Data" if data else "Management",
        "tlsDetails": {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": f"{source}.{region}.amazonaws.com",
        },
    }
    if name == "Decrypt":
        key = f"arn:aws:kms:{region}:{account}:key/{rng.randrange(40):036d}"
        record["resources"] = [{"accountId": account, "type": "AWS::KMS::Key", "ARN": key}]
    return record
