"""An organisation's trail in a real (emulated) bucket: every account and region, from the last object on, nothing but the log."""

import gzip
import json
from datetime import UTC, datetime, timedelta

import pytest

from keyrack.app.home import Home
from keyrack.app.usage import Ask, IngestRequest, ingest
from keyrack.errors import KeyrackError
from keyrack.providers.aws.usage import CloudTrail

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ORG, BUCKET = "o-abcdefghij", "trail-logs"


def key(account, region, at, number=0, kind="CloudTrail"):
    return f"audit/AWSLogs/{ORG}/{account}/{kind}/{region}/{at:%Y/%m/%d}/{account}_{kind}_{region}_{at:%Y%m%dT%H%M}Z_{number:016d}.json.gz"


def body(name):
    return gzip.compress((name if name.startswith("{") else json.dumps({"Records": [{"eventID": name}]})).encode())


@pytest.fixture
def bucket(moto, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto.url)
    s3 = moto.client("s3")
    s3.create_bucket(Bucket=BUCKET)

    def put(where, name):
        s3.put_object(Bucket=BUCKET, Key=where, Body=body(name))

    return put


def look(cursor=None, now=NOW, where=f"s3://{BUCKET}/audit"):
    found = list(CloudTrail().pages(cursor, now=now, options={"trail_bucket": where}))
    names = [json.loads(page.raw)["Records"][0]["eventID"] for page in found]
    return names, found[-1].cursor if found else cursor


def test_all_accounts_and_regions_and_nothing_beside_the_log(bucket):
    at = NOW - timedelta(days=2)
    bucket(key("111111111111", "eu-west-1", at), "a")
    bucket(key("111111111111", "us-east-1", at), "b")
    bucket(key("222222222222", "eu-west-1", at), "c")
    bucket(key("222222222222", "eu-west-1", at, kind="CloudTrail-Digest"), "digest")
    bucket(key("222222222222", "eu-west-1", at, kind="CloudTrail-Insight"), "insight")
    bucket(key("222222222222", "eu-west-1", NOW - timedelta(days=200)), "too old")
    bucket("audit/AWSLogs/elsewhere/x.json.gz", "elsewhere")
    assert look()[0] == ["a", "b", "c"]
    assert look(where=f"s3://{BUCKET}/audit/AWSLogs/{ORG}/")[0] == ["a", "b", "c"]


def test_the_next_look_goes_on_from_the_last_object(bucket):
    at = NOW - timedelta(hours=5)
    for number in range(5):
        bucket(key("111111111111", "eu-west-1", at + timedelta(minutes=30 * number)), f"a{number}")
    names, cursor = look()
    assert names == [f"a{number}" for number in range(5)]
    bucket(key("111111111111", "eu-west-1", at + timedelta(minutes=130)), "new")
    bucket(key("111111111111", "eu-west-1", at + timedelta(minutes=100)), "late")
    bucket(key("333333333333", "eu-north-1", NOW), "another account")
    again, _ = look(cursor)
    assert {"new", "late", "another account"} <= set(again)
    assert not {"a0", "a1"} & set(again)  # an hour is looked at again, for what was delivered late; the house drops repeats


def test_an_account_trail_without_organisation_or_prefix(bucket):
    at = NOW - timedelta(days=1)
    bucket(key("111111111111", "eu-west-1", at).removeprefix("audit/").replace(f"{ORG}/", ""), "plain")
    assert look(where=f"s3://{BUCKET}")[0] == ["plain"]


def test_a_thousand_objects_are_paged(bucket):
    at = NOW - timedelta(days=1)
    for number in range(1005):
        bucket(key("111111111111", "eu-west-1", at, number), str(number))
    assert len(look()[0]) == 1005


@pytest.mark.parametrize("where", ["", "bucket", "s3://", "s3://UPPER/x", "s3://../x", "https://x"])
def test_a_silly_address(where):
    if where:
        with pytest.raises(KeyrackError):
            look(where=where)


def test_no_such_bucket_is_a_sentence(bucket):
    with pytest.raises(KeyrackError) as caught:
        look(where="s3://not-there/x")
    assert (caught.value.code, caught.value.retry) == ("usage.refused", "later")
    assert "s3:ListBucket" in caught.value.hint


def test_the_house_follows_it_and_keeps_every_event_once(bucket, tmp_path):
    home = Home(tmp_path / "home")

    def take(now):
        ask = Ask(word="aws", options={"trail_bucket": f"s3://{BUCKET}/audit"})
        return ingest(home, IngestRequest(targets=(), now=now, asks=(ask,)))

    def event(name, at):
        who = {"type": "AssumedRole", "arn": "arn:aws:sts::111111111111:assumed-role/x/y", "accountId": "111111111111"}
        return {
            "eventID": name, "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}", "eventSource": "s3.amazonaws.com", "eventName": "ListBuckets",
            "awsRegion": "eu-west-1", "recipientAccountId": "111111111111", "userIdentity": who, "eventVersion": "1.11",
        }  # fmt: skip

    at = NOW - timedelta(hours=3)
    bucket(key("111111111111", "eu-west-1", at), json.dumps({"Records": [event("e1", at), event("e2", at)]}))
    assert take(NOW).new == 2
    assert take(NOW).new == 0
    bucket(key("111111111111", "eu-west-1", NOW), json.dumps({"Records": [event("e3", NOW)]}))
    assert take(NOW + timedelta(minutes=5)).new == 1
