"""Ingest as a user runs it: repeats, order, late and broken files, a kill at any moment, buckets and the live log."""

from __future__ import annotations

import gzip
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from estate_scan import keyrack
from hypothesis import given, settings
from hypothesis import strategies as st
from motoserver import CREDENTIALS, moto_server
from trail import ACCOUNT, START, document, put, record, role, user
from wire import Answer, wire

from keyrack.app import usage_text
from keyrack.app.home import Home
from keyrack.app.usage import IngestRequest, ingest
from keyrack.errors import KeyrackError
from keyrack.lake import Lake
from keyrack.lake.engines.duckdb import connect
from keyrack.lake.event_store import MANY_ENTRIES
from keyrack.lake.events import attach_events
from keyrack.lake.journal import Journal

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def take(home: Path, *targets: object, **more: object):
    return ingest(Home(home), IngestRequest(targets=[str(t) for t in targets], now=NOW, **more))


def content(home: Path, **window: object) -> tuple[list, list]:
    """Everything the lake says, but for the number of files."""
    connection = connect()
    attach_events(connection, Lake(home / "lake"), **window)
    events = connection.execute("SELECT * FROM events ORDER BY id").fetchall()
    coverage = connection.execute("SELECT * EXCLUDE (files) FROM event_coverage ORDER BY ALL").fetchall()
    return events, coverage


def issue(number: int, key: str, who: dict) -> dict:
    return record("sts", "AssumeRole", number, userIdentity=who, responseElements={"credentials": {"accessKeyId": key}})


WORLD = [
    *(
        record("s3", "GetObject", n, requestParameters={"bucketName": "b", "key": f"k{n}"}, managementEvent=False)
        for n in range(12)
    ),
    *(record("new", "Thing", n, userIdentity=role(key=f"ASIA{n % 3}")) for n in range(12, 20)),
    issue(300, "ASIA0", user()),
    issue(400, "ASIA1", {"type": "AWSAccount", "accountId": "444455556666"}),
    issue(401, "ASIA1", role("upstream")),
    record("iam", "CreateUser", 500, errorCode="AccessDenied", requestParameters={"userName": "x"}, awsRegion="us-east-1"),
]
"""Three days, sessions told of after they are used, calls that are unmapped, denied, of the data plane."""


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    put(folder / "logs" / "all.json.gz", WORLD)
    assert take(folder / "home", folder / "logs").new == len(WORLD)
    return content(folder / "home")


@settings(max_examples=12)
@given(data=st.data())
def test_order_repeats_and_grouping_change_nothing(expected, data):
    """The same events, some of them several times, shuffled, cut into files anyhow, in several runs: the same lake."""
    drawn = data.draw(st.lists(st.sampled_from(range(len(WORLD))), max_size=20))
    order = data.draw(st.permutations([*range(len(WORLD)), *drawn]))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(order)), max_size=5)))
    pieces = [order[a:b] for a, b in zip([0, *cuts], [*cuts, len(order)], strict=True)]
    with tempfile.TemporaryDirectory() as folder:
        home, new = Path(folder) / "home", 0
        for number, piece in enumerate(pieces):
            path = put(Path(folder) / f"{number}.json.gz", [WORLD[place] for place in piece])
            new += take(home, path).new
        assert new == len(WORLD)
        assert content(home) == expected


def test_a_caller_told_of_later_in_another_file_is_found(expected):
    events, _ = expected
    callers = {row[6]: row[7] for row in events if row[6] and row[6].startswith("cred:aws:ASIA")}
    assert callers["cred:aws:ASIA0"] == f"aws:iam::{ACCOUNT}:user/ci"
    assert callers["cred:aws:ASIA1"] == f"aws:iam::{ACCOUNT}:role/upstream"
    assert callers["cred:aws:ASIA2"] is None


def test_coverage_and_windows(expected, tmp_path):
    _, coverage = expected
    by_region = {row[2]: row for row in coverage}
    assert by_region["us-east-1"][5:8] == (1, 0, 1)
    assert by_region["eu-central-1"][5:7] == (len(WORLD) - 1, 8)
    assert by_region["eu-central-1"][8] == ["s3"]
    put(tmp_path / "x.json", WORLD)
    take(tmp_path / "home", tmp_path / "x.json")
    since = START + timedelta(minutes=7 * 19)
    assert len(content(tmp_path / "home", since=since)[0]) == 5
    assert len(content(tmp_path / "home", until=since)[0]) == 19
    assert content(tmp_path / "nothing") == ([], [])


def test_what_was_taken_is_not_read_again_and_what_changed_is(tmp_path):
    put(tmp_path / "logs" / "a.json.gz", WORLD[:5])
    copy = put(tmp_path / "logs" / "copy of a.json.gz", WORLD[:5])
    first = take(tmp_path / "home", tmp_path / "logs")
    assert (first.files, first.events, first.new, first.duplicates) == (2, 10, 5, 5)
    assert take(tmp_path / "home", tmp_path / "logs").known == 2
    put(copy, WORLD[:7])
    again = take(tmp_path / "home", tmp_path / "logs")
    assert (again.known, again.files, again.new) == (1, 1, 2)


BAD = {
    "cut.json.gz": (gzip.compress(document(WORLD))[:-20], "usage.truncated"),
    "damaged.json.gz": (gzip.compress(document(WORLD))[:30] + os.urandom(200), "usage."),
    "notjson.json": (b"PK\x03\x04 something", "usage.shape"),
    "shape.json": (b'{"Records": {"eventSource": "x", "eventName": "y", "eventTime": "z"}', "usage.shape"),
    "half.json": (document(WORLD)[:-50], "usage.shape"),
}


def test_bad_files_are_named_and_the_rest_go_on(tmp_path):
    for name, (raw, _) in BAD.items():
        (tmp_path / "logs").mkdir(exist_ok=True)
        (tmp_path / "logs" / name).write_bytes(raw)
    put(tmp_path / "logs" / "good.json.gz", WORLD)
    result = take(tmp_path / "home", tmp_path / "logs")
    assert result.new == len(WORLD)
    named = {Path(item.key).name: item.code for item in result.quarantined}
    assert set(named) == set(BAD)
    assert all(named[name].startswith(code) for name, (_, code) in BAD.items())
    assert {Path(item.key).name for item in take(tmp_path / "home", tmp_path / "logs").quarantined} == set(BAD)
    put(tmp_path / "logs" / "cut.json.gz", WORLD)
    after = take(tmp_path / "home", tmp_path / "logs")
    assert after.new == 0
    assert {Path(item.key).name for item in after.quarantined} == set(BAD) - {"cut.json.gz"}


def test_a_bomb_costs_its_limit_and_no_more(tmp_path, monkeypatch):
    monkeypatch.setattr(usage_text, "DOCUMENT", 1 << 20)
    (tmp_path / "logs").mkdir()
    bomb = b'{"Records":[{"eventSource":"a","eventName":"b","eventTime":"c","x":"' + b"a" * (8 << 20)
    (tmp_path / "logs" / "bomb.json.gz").write_bytes(gzip.compress(bomb))
    (tmp_path / "logs" / "members.json.gz").write_bytes(gzip.compress(bomb[: 1 << 19]) * 9)
    result = take(tmp_path / "home", tmp_path / "logs")
    assert {item.code for item in result.quarantined} == {"usage.large"}


def test_gzip_of_several_members_is_one_text(tmp_path):
    text = document(WORLD)
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "two.json.gz").write_bytes(gzip.compress(text[:999]) + gzip.compress(text[999:]))
    lines = b"".join(json.dumps(r).encode() + b"\n" for r in WORLD)
    (tmp_path / "logs" / "lines.json.gz").write_bytes(gzip.compress(lines[:1500]) + gzip.compress(lines[1500:]))
    result = take(tmp_path / "home", tmp_path / "logs")
    assert (result.new, result.events, result.quarantined) == (len(WORLD), 2 * len(WORLD), [])


def test_many_small_steps_are_merged_and_folded(tmp_path):
    """A year of five-minute files must not become a year of parts and entries."""
    for number in range(MANY_ENTRIES + 3):
        put(tmp_path / "logs" / f"{number:03}.json", [record("s3", "ListBuckets", number)])
        take(tmp_path / "home", tmp_path / "logs")
    journal = Journal(Lake(tmp_path / "home" / "lake"))
    state = journal.state()
    assert state.entries < MANY_ENTRIES
    assert len(state.parts) < 15
    assert len(content(tmp_path / "home")[0]) == MANY_ENTRIES + 3
    assert take(tmp_path / "home", tmp_path / "logs").known == MANY_ENTRIES + 3
    on_disk = {str(path.relative_to(journal.root)) for path in journal.root.glob("source=*/**/*.parquet")}
    assert on_disk == set(state.parts)


def test_one_ingest_at_a_time(tmp_path):
    put(tmp_path / "x.json", WORLD)
    with Journal(Lake(tmp_path / "home" / "lake")).lock(), pytest.raises(KeyrackError, match="another ingest"):
        take(tmp_path / "home", tmp_path / "x.json")


def test_several_processes_make_the_same_lake(expected, tmp_path, monkeypatch):
    monkeypatch.setattr("keyrack.app.usage.SHARE_BYTES", 600)
    for number, one in enumerate(WORLD):
        put(tmp_path / "logs" / f"{number}.json.gz", [one])
    assert take(tmp_path / "home", tmp_path / "logs", processes=2).new == len(WORLD)
    assert content(tmp_path / "home") == expected


SMALL_STEPS = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from keyrack.app import usage
from keyrack.app.home import Home
usage.SHARE_BYTES, usage.COMMIT_ROWS = 2000, 60
usage.ingest(Home(Path(sys.argv[1])), usage.IngestRequest(targets=[sys.argv[2]], now=datetime(2026, 11, 24, tzinfo=UTC)))
"""
"""An ingest that commits every other file, so that a kill falls between commits, and within them."""


def test_sigkill_at_random_moments(tmp_path):
    """Killed again and again and run to the end: the same as one clean run, with nothing left over."""
    events = [record("s3", "GetObject", n, requestParameters={"bucketName": "b", "key": f"k{n}"}) for n in range(1500)]
    for number in range(60):
        put(tmp_path / "logs" / f"{number:02}.json.gz", events[number * 25 : number * 25 + 30])
    start = time.monotonic()
    assert subprocess.run([sys.executable, "-c", SMALL_STEPS, tmp_path / "clean", tmp_path / "logs"], check=True)
    whole = time.monotonic() - start
    rng, killed, home = random.Random(5), 0, tmp_path / "home"
    words = [sys.executable, "-c", SMALL_STEPS, home, tmp_path / "logs"]
    for _ in range(12):
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(rng.uniform(0.3, 1.0) * whole)  # the random moment is what is tested
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        seen = [row[0] for row in content(home)[0]]
        assert len(seen) == len(set(seen))
    assert killed
    assert keyrack(home, "usage", "ingest", str(tmp_path / "logs")).returncode == 0
    assert content(home) == content(tmp_path / "clean")
    journal = Journal(Lake(home / "lake"))
    on_disk = {str(path.relative_to(journal.root)) for path in journal.root.glob("source=*/**/*.parquet")}
    assert set(journal.state().parts) <= on_disk


def test_the_command_line(tmp_path):
    put(tmp_path / "logs" / "a.json.gz", WORLD)
    (tmp_path / "logs" / "README").write_text("hello")
    done = keyrack(tmp_path / "home", "usage", "ingest", str(tmp_path / "logs"), "--strict", "--format", "json")
    assert done.returncode == 3
    summary = json.loads(done.stdout)
    assert (summary["new"], summary["unmapped"], summary["denied"]) == (len(WORLD), 8, 1)
    assert [Path(item["key"]).name for item in summary["quarantined"]] == ["README"]
    status = json.loads(keyrack(tmp_path / "home", "usage", "status", "--format", "json").stdout)
    assert status["unmapped"] == [{"source": "aws:cloudtrail", "api": "new:Thing", "events": 8}]
    assert len(status["quarantine"]) == 1
    words = ("usage", "show", f"arn:aws:iam::{ACCOUNT}:role/deploy", "--days", "3650")
    story = json.loads(keyrack(tmp_path / "home", *words, "--format", "json").stdout)
    assert story["grade"] == "observed"
    assert {row["action"]: row["events"] for row in story["actions"]} == {"s3:GetObject": 12}
    assert [row["action"] for row in story["denied"]] == ["iam:CreateUser"]
    assert story["evidence"][0]["data_events"] == ["s3"]
    page = keyrack(tmp_path / "home", *words).stdout
    assert "observed: 21 events" in page
    for words in (("ingest", str(tmp_path / "nowhere")), ("ingest", "--source", "x", "."), ("show", "u", "--format", "xml")):
        failed = keyrack(tmp_path / "home", "usage", *words)
        assert failed.returncode == 2
        assert "next:" in failed.stderr
    assert keyrack(tmp_path / "home", "usage", "show", "nobody").returncode == 1


def test_a_bucket(tmp_path, monkeypatch):
    with moto_server(tmp_path / "moto.log") as moto:
        for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": moto.url}.items():
            monkeypatch.setenv(name, value)
        client = moto.client("s3")
        client.create_bucket(Bucket="trail")
        for number in range(3):
            key = f"AWSLogs/{ACCOUNT}/CloudTrail/eu-central-1/2026/11/20/{number}.json.gz"
            client.put_object(Bucket="trail", Key=key, Body=gzip.compress(document(WORLD[number * 8 : number * 8 + 8])))
        client.put_object(Bucket="trail", Key=f"AWSLogs/{ACCOUNT}/CloudTrail-Digest/x/d.json.gz", Body=b"x")
        assert take(tmp_path / "home", "s3://trail/AWSLogs/").new == len(WORLD)
        assert take(tmp_path / "home", "s3://trail/AWSLogs/").known == 3
        with pytest.raises(KeyrackError, match="NoSuchBucket"):
            take(tmp_path / "home", "s3://nowhere/")


def test_the_live_log_goes_on_where_it_was(tmp_path, monkeypatch):
    """Two pages a day, a token that expired, a refusal half way: what came is kept, and the next run goes on from there."""
    asked, broken = [], {"refuse": True}

    def lookup(parameters: dict) -> Answer:
        asked.append(parameters)
        start = datetime.fromtimestamp(float(parameters["StartTime"]), UTC)
        if broken["refuse"] and len(asked) > 5:
            return Answer(json.dumps({"__type": "AccessDeniedException"}).encode(), 400, "application/x-amz-json-1.1")
        token = parameters.get("NextToken")
        number = (start - datetime(2026, 8, 1, tzinfo=UTC)).days * 2 + bool(token)
        event = {"EventId": "x", "CloudTrailEvent": json.dumps(record("ec2", "DescribeInstances", number))}
        reply = {"Events": [event], **({} if token else {"NextToken": "more"})}
        return Answer(json.dumps(reply).encode(), 200, "application/x-amz-json-1.1")

    with wire() as between:
        between.answer("LookupEvents", lookup)
        for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": between.url, "AWS_MAX_ATTEMPTS": "1"}.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(KeyrackError, match="AccessDenied"):
            take(tmp_path / "home", "aws")
        partial = len(content(tmp_path / "home")[0])
        broken["refuse"] = False
        result = take(tmp_path / "home", "aws")
        assert partial > 0
        assert result.new + partial == len(content(tmp_path / "home")[0])
        assert len(asked) < 2 * 92 + 10
        before = len(asked)
        assert take(tmp_path / "home", "aws").new == 0
        assert len(asked) - before <= 4
