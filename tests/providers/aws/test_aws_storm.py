"""Every kind of weather over the whole provider, and what a listing may do to a scan: a hundred thousand items, hostile names."""

import json
import random
from pathlib import Path

import botocore.endpoint
import pytest
from account_seed import OWN, value
from aws_front_kit import seed_center, seed_front, seed_roles
from matrix import record_outcomes
from wire import Answer, wire

from keyrack.errors import KeyrackError
from keyrack.providers.aws import provider
from keyrack.records import Credential, Gap, Identity, Resource
from keyrack.sdk import Target
from keyrack.sdk.testing import check_weather, storm
from keyrack.sdk.testing.leaks import as_text
from keyrack_estate.fakes.aws import front

HOSTILE = [
    "a" * 10_000, "../../etc/passwd", "name\x00with\x1b[31mcontrol\r\n", "x'; DROP TABLE identities; --", '"quoted"\\',
    "\u202egnp.exe", "\U0001f4a5\U0001f511", "%2F%2e%2e", "<script>alert(1)</script>", "{service}", "\ud83d",
]  # fmt: skip


@pytest.fixture
def impatient(monkeypatch):
    """Botocore's waits between attempts are its own; three attempts, none of them worth waiting for here."""
    monkeypatch.setattr(botocore.endpoint.time, "sleep", lambda seconds: None)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "3")


def test_every_kind_of_weather(moto, ctx, impatient):
    seed_roles(moto)
    moto.client("iam").create_user(UserName="robot")
    planted = value(random.Random(5))
    moto.client("secretsmanager").create_secret(Name="s", SecretString=planted)
    state, secret = seed_front(moto)
    seed_center(moto, state)
    with front(moto.url, state) as made, storm(made.url) as sky:
        outcomes = check_weather(
            provider,
            sky,
            lambda url: Target("aws", options={"endpoint_url": url, "timeout": "1.5"}),
            ctx,
            planted=[planted, secret],
        )
    record_outcomes("aws", outcomes)
    assert {o.gale for o in outcomes if o.refused} == set()


def test_a_token_that_expires_midway_leaves_what_was_seen(moto, scan):
    """From one call on, everything is refused: the users are there, the rest are Gaps that say so."""
    moto.client("iam").create_user(UserName="robot")
    with wire(moto.url) as line:
        line.answer(
            "ListOpenIDConnectProviders",
            lambda _: line.answers.update(dict.fromkeys(_LATER, lambda _: EXPIRED)),
        )
        records = scan(line.url)
    assert "robot" in {r.name for r in records if isinstance(r, Identity)}
    expired = {r.capability for r in records if isinstance(r, Gap) and "expired" in r.detail}
    assert {"aws.secrets", "aws.kms", "aws.parameters", "aws.certificates"} <= expired


EXPIRED = Answer(b'{"__type":"ExpiredTokenException","message":"secret detail"}', 400, "application/x-amz-json-1.1")
_LATER = ("ListSecrets", "ListKeys", "DescribeParameters", "ListCertificates")


def resident():
    """Memory of this process, in MiB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 // 2**20


def secrets(names):
    return [
        {"ARN": f"arn:aws:secretsmanager:us-east-1:{OWN}:secret:{name}-AbCdEf", "Name": name, "CreatedDate": 1.7e9}
        for name in names
    ]


def listed(names, token=None):
    body = {"SecretList": secrets(names), **({"NextToken": token} if token else {})}
    return Answer(json.dumps(body).encode(), content_type="application/x-amz-json-1.1")


def test_a_hundred_thousand_secrets_in_bounded_memory(moto, ctx):
    pages, size = 100, 1_000

    def reply(fields):
        number = int(fields.get("NextToken", "0"))
        return listed([f"s{number}-{n}" for n in range(size)], str(number + 1) if number + 1 < pages else None)

    with wire(moto.url) as line:
        line.answer("ListSecrets", reply)
        target = Target("aws", options={"endpoint_url": line.url})
        before, peak, count = resident(), 0, 0
        for record in provider.discover(target, ctx):
            if isinstance(record, Resource) and record.type == "aws:secret":
                count += 1
                if count % 10_000 == 0:
                    peak = max(peak, resident() - before)
        assert line.calls["ListSecrets"] == pages
    assert count == pages * size
    assert peak < 600, f"{peak} MiB"  # about 4 KiB a secret: keys seen, and credentials until the end


def test_hostile_names_are_only_names(moto, scan):
    with wire(moto.url) as line:
        line.answer("ListSecrets", listed(HOSTILE))
        records = scan(line.url)
    found = [r for r in records if isinstance(r, Credential) and r.kind == "secret"]
    assert len(found) == len(HOSTILE)
    for record in records:
        as_text(record).encode()


def test_a_page_that_repeats_is_cut_and_said(moto, scan):
    with wire(moto.url) as line:
        line.answer("ListSecrets", lambda _: listed(["one"], "again"))
        records = scan(line.url)
        assert line.calls["ListSecrets"] < 5
    assert [g.reason for g in records if isinstance(g, Gap) and g.capability == "aws.secrets"] == ["truncated"]


def test_an_empty_page_with_a_token_is_no_end(moto, scan):
    replies = {"": listed([], "1"), "1": listed(["one"])}
    with wire(moto.url) as line:
        line.answer("ListSecrets", lambda fields: replies[fields.get("NextToken", "")])
        names = {r.name for r in scan(line.url) if isinstance(r, Resource) and r.type == "aws:secret"}
    assert names == {"one"}


@pytest.mark.parametrize("seconds", ["0", "-1", "soon", "nan", "99999"])
def test_a_silly_timeout_is_refused(ctx, seconds):
    with pytest.raises(KeyrackError) as caught:
        provider.source(Target("aws", options={"endpoint_url": "http://127.0.0.1:9", "timeout": seconds}), ctx)
    assert caught.value.code == "aws.timeout"
