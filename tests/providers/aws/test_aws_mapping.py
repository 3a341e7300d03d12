"""Pure parts of the aws provider: what tags and names say, how report slots meet key ids, odd report cells."""

from datetime import UTC, datetime, timedelta

import pytest
from account_seed import NOW, OWN
from hypothesis import given
from hypothesis import strategies as st

from keyrack.providers.aws.account import root_user
from keyrack.providers.aws.compute import assignments
from keyrack.providers.aws.keys import KEY_TRACKING, PASSWORD_TRACKING, access_key, password, slots_with_ids
from keyrack.providers.aws.labels import environment, nature, ownership
from keyrack.providers.aws.principals import Iam, principals
from keyrack.providers.aws.raw import account_of, tags, when
from keyrack.providers.aws.report import Row, Slot, parse_report
from keyrack.providers.aws.weather import of_code
from keyrack.records import Credential, Identity, Trust, Usage

USER = f"aws:iam::{OWN}:user/u"
HEADER = (
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,"
    "access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,"
    "access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,"
    "access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated"
)
ROOT = (
    f"<root_account>,arn:aws:iam::{OWN}:root,2012-01-01T00:00:00+00:00,not_supported,2026-09-01T10:00:00+00:00,not_supported,"
    "not_supported,true,true,2013-05-05T00:00:00+00:00,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A"
)
ALICE = (
    f"alice,arn:aws:iam::{OWN}:user/alice,2020-01-01T00:00:00+00:00,true,no_information,2020-01-02T00:00:00+00:00,"
    "2026-12-01T00:00:00+00:00,false,true,2020-02-01T00:00:00+00:00,2026-10-01T00:00:00+00:00,eu-west-1,s3,"
    "false,2019-02-01T00:00:00+00:00,N/A,N/A,N/A,true,2021-01-01T00:00:00+00:00,false,N/A"
)


def day(year, month=1, number=1):
    return datetime(year, month, number, tzinfo=UTC)


def row(**changes):
    values = {
        "user": "u", "arn": f"arn:{USER}", "created": day(2020), "console": True, "password_changed": None, "password_expires": None,
        "password_never_expires": True, "password_used": None, "password_silent": False, "mfa": None, "keys": (), "certificates": (),
    }  # fmt: skip
    return Row(**{**values, **changes})


@pytest.fixture
def report():
    return parse_report(f"{HEADER}\n{ROOT}\n{ALICE}\ncut,arn:aws:iam::1".encode())


def test_report_cells(report):
    root, alice = report.rows.values()
    assert (root.root, root.console, root.mfa, [s.number for s in root.keys]) == (True, None, True, [1])
    assert (alice.console, alice.password_silent, alice.password_expires) == (True, True, day(2026, 12))
    first, second = alice.keys
    assert (first.used, first.region, first.service, first.silent) == (day(2026, 10), "eu-west-1", "s3", False)
    assert (second.active, second.silent) == (False, True)
    assert [s.number for s in alice.certificates] == [1]
    assert report.problems == ("line 4 of the credential report is cut or has no ARN",)


def test_report_without_columns():
    assert "lacks the columns" in parse_report(b"user,arn\nx,arn:aws:iam::1:user/x\n").problems[0]


def test_root_user(report):
    root = next(iter(report.rows.values()))
    uid = f"aws:iam::{OWN}:root"
    records = list(root_user(uid, OWN, root, {"AccountPasswordPresent": 1, "AccountMFAEnabled": 0}))
    identity = next(r for r in records if isinstance(r, Identity))
    assert (identity.kind, identity.attrs["mfa"]) == ("human", "true")
    kinds = {c.kind: c for c in records if isinstance(c, Credential)}
    assert kinds["access_key"].uid == f"cred:at:{uid}/access-key-1"
    assert kinds["password"].status == "active"
    uses = {u.credential_uid: u for u in records if isinstance(u, Usage)}
    assert (uses[kinds["access_key"].uid].grade, uses[kinds["access_key"].uid].since) == ("absent", KEY_TRACKING)
    assert uses[kinds["password"].uid].used_at == datetime(2026, 9, 1, 10, tzinfo=UTC)


def test_root_user_from_the_summary_alone():
    records = list(root_user("aws:iam::1:root", OWN, None, {"AccountAccessKeysPresent": 1}))
    assert [c.kind for c in records if isinstance(c, Credential)] == ["access_key"]
    assert list(root_user("aws:iam::1:root", OWN, None, None)) == []


def test_password_never_used_counts_from_when_aws_could_have_known():
    _, use = password(row(created=day(2012), password_silent=True))
    assert (use.grade, use.since) == ("absent", PASSWORD_TRACKING)
    assert len(list(password(row()))) == 1  # the report says nothing of use: no Usage at all
    assert list(password(row(console=False))) == []


def key(created, status="Active", key_id="AKIAX"):
    return {"AccessKeyId": key_id, "CreateDate": created, "Status": status}


def test_slots_meet_ids_by_time_then_status():
    one, two = Slot(1, True, day(2020)), Slot(2, False, day(2021))
    assert slots_with_ids(row(keys=(one, two)), [key(day(2021), "Inactive", "B"), key(day(2020), key_id="A")]) == [
        (two, key(day(2021), "Inactive", "B")),
        (one, key(day(2020), key_id="A")),
    ]
    changed = Slot(1, True, day(2024))
    pairs = slots_with_ids(row(keys=(changed, two)), [key(day(2020), key_id="A"), key(day(2019), "Inactive", "B")])
    assert {(slot.number, raw["AccessKeyId"]) for slot, raw in pairs} == {(1, "A"), (2, "B")}


def test_ambiguous_keys_are_left_unmatched_and_counted_once():
    slots = (Slot(1, True, day(2024), used=day(2025)), Slot(2, True, day(2024), silent=True))
    keys = [key(day(2020), key_id="A"), key(day(2020), key_id="B")]
    assert slots_with_ids(row(keys=slots), keys) == [(None, keys[0]), (None, keys[1])]


def test_two_keys_of_one_second_may_take_either_slot():
    slots = (Slot(1, True, day(2024), silent=True), Slot(2, True, day(2024), silent=True))
    keys = [key(day(2024), key_id="A"), key(day(2024), key_id="B")]
    assert slots_with_ids(row(keys=slots), keys) == [(slots[0], keys[0]), (slots[1], keys[1])]


def test_a_key_younger_than_the_report_takes_no_slot():
    old = Slot(1, True, day(2020))
    assert slots_with_ids(row(keys=(old,)), [key(day(2025))]) == [(None, key(day(2025)))]
    assert slots_with_ids(None, [key(day(2025))]) == [(None, key(day(2025)))]
    assert slots_with_ids(row(keys=(old,)), []) == [(old, None)]


moments = st.integers(0, 5).map(lambda n: day(2020) + timedelta(days=n))


@given(
    st.lists(st.tuples(st.booleans(), moments), max_size=2),
    st.lists(st.tuples(st.sampled_from(["Active", "Inactive"]), moments), max_size=2),
)
def test_joining_loses_and_doubles_no_key(slots, keys):
    mine = tuple(Slot(number, active, at) for number, (active, at) in enumerate(slots, 1))
    listed = [key(at, status, f"K{number}") for number, (status, at) in enumerate(keys)]
    pairs = slots_with_ids(row(keys=mine), listed)
    assert sorted(raw["AccessKeyId"] for _, raw in pairs if raw) == [f"K{n}" for n in range(len(keys))]
    numbers = [slot.number for slot, _ in pairs if slot]
    assert len(numbers) == len(set(numbers))
    assert len(pairs) <= max(len(slots), len(keys)) or len(pairs) == len(keys)


def test_last_used_reply():
    used = {"AccessKeyLastUsed": {"LastUsedDate": day(2026), "ServiceName": "s3", "Region": "us-east-1"}}
    _, use = access_key(USER, None, key(day(2020)), used)
    assert (use.grade, use.used_at, use.service, use.attrs, use.source) == (
        "reported", day(2026), "s3", {"region": "us-east-1"}, "iam:access-key-last-used",
    )  # fmt: skip
    _, never = access_key(USER, None, key(day(2020)), {"AccessKeyLastUsed": {"ServiceName": "N/A", "Region": "N/A"}})
    assert (never.grade, never.since, never.service) == ("absent", day(2020), None)


@pytest.mark.parametrize(
    ("name", "path", "labels", "console", "has_key", "human"),
    [
        ("alice", "/", {}, True, False, True),
        ("alice@acme.example", "/", {}, True, True, True),
        ("alice@acme.example", "/", {}, None, False, True),
        ("alice@acme.example", "/", {}, False, True, False),
        ("alice", "/", {}, None, False, False),
        ("svc-billing", "/", {}, True, True, False),
        ("jenkins", "/", {}, True, True, False),
        ("alice", "/service-accounts/", {}, True, False, False),
        ("ci-anna", "/people/", {}, True, False, True),
        ("terraform", "/", {"type": "human"}, True, True, True),
        ("alice", "/", {"Type": "Service-Account"}, True, True, False),
        ("alicia", "/", {}, True, True, True),
        ("BedrockAPIKey-x1y2", "/", {}, False, False, False),
    ],
)
def test_human_or_service(name, path, labels, console, has_key, human):
    assert nature(name, path, labels, console=console, has_key=has_key).human is human


@pytest.mark.parametrize(
    ("labels", "path", "expected"),
    [
        ({"env": "production"}, "/", "prod"),
        ({"Environment": "PRD"}, "/", "prod"),
        ({"acme:stage": "Pre-Prod"}, "/", "nonprod"),
        ({"env": "blue"}, "/", None),
        ({"team": "prod"}, "/", None),
        ({}, "/prod/", "prod"),
        ({}, "/apps/staging/", "nonprod"),
        ({"env": "dev"}, "/prod/", "nonprod"),
    ],
)
def test_environment(labels, path, expected):
    assert environment(labels, path) == expected


@pytest.mark.parametrize(
    ("labels", "owners"),
    [
        ({"Owner": "Maria.Lopez@Acme.example"}, [("maria.lopez@acme.example", "tag")]),
        ({"owner": "a@x.io, b@x.io"}, [("a@x.io", "tag"), ("b@x.io", "tag")]),
        ({"team": "Platform"}, [("team:platform", "tag")]),
        ({"squad": "team:sre"}, [("team:sre", "tag")]),
        ({"technical-contact": "mlopez"}, [("mlopez", "tag")]),
        ({"created-by": "terraform"}, []),
        ({"CreatedBy": "anna@x.io"}, [("anna@x.io", "creator")]),
        ({"acme:owner": "n/a"}, []),
        ({"created": "2024-01-01"}, []),
        ({"Name": "a@x.io"}, []),
    ],
)
def test_owners_in_tags(labels, owners):
    assert [(o.owner, o.evidence) for o in ownership(USER, labels, USER)] == owners


@given(st.dictionaries(st.text(), st.text(), max_size=5), st.text(), st.text())
def test_labels_are_total(labels, name, path):
    environment(labels, path)
    list(ownership(USER, labels, USER))
    nature(name, path, labels, console=None, has_key=False)


def test_tag_shapes():
    assert tags({"Tags": [{"Key": "a", "Value": "1"}, {"key": "b", "value": "2"}, {"TagKey": "c", "TagValue": "3"}, 7]}) == {
        "a": "1", "b": "2", "c": "3",
    }  # fmt: skip
    assert tags({"Tags": {"a": "1", "b": 2}}) == {"a": "1"}


def test_moments():
    assert when({"t": "2023-03-09 10:41:45+00:00"}, "t") == datetime(2023, 3, 9, 10, 41, 45, tzinfo=UTC)
    assert when({"t": "2023-03-09T10:41:45"}, "t") == datetime(2023, 3, 9, 10, 41, 45, tzinfo=UTC)
    assert when({"t": "soon"}, "t") is None
    assert when({"t": 7}, "t") is None


def test_accounts():
    assert account_of(f"arn:aws-us-gov:iam::{OWN}:role/x") == OWN
    assert account_of("arn:aws:iam::aws:policy/x") is None


def test_sso_and_saml_roles_are_for_humans():
    trust = {
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Federated": f"arn:aws:iam::{OWN}:saml-provider/x"},
            "Action": "sts:AssumeRoleWithSAML",
        }
    }
    iam = Iam(OWN)
    names = ("AWSReservedSSO_Admin_0123456789abcdef", "okta-admins")
    iam.add(
        {
            "RoleDetailList": [
                {"RoleName": n, "Arn": f"arn:aws:iam::{OWN}:role/{n}", "AssumeRolePolicyDocument": trust} for n in names
            ]
        }
    )
    records = list(principals(iam, NOW))
    evidence = [r.attrs["human_evidence"] for r in records if isinstance(r, Identity)]
    assert evidence == ["IAM Identity Center permission set", "only SAML sign-ins become this role"]
    assert {t.mechanism for t in records if isinstance(t, Trust)} == {"sts:AssumeRoleWithSAML"}


def test_role_silence_reaches_back_no_further_than_aws_does():
    iam = Iam(OWN)
    old = {"RoleName": "r", "Arn": f"arn:aws:iam::{OWN}:role/r", "CreateDate": "2015-01-01T00:00:00Z", "RoleLastUsed": {}}
    iam.add({"RoleDetailList": [old]})
    (use,) = [r for r in principals(iam, NOW) if isinstance(r, Usage)]
    assert (use.grade, use.since) == ("absent", NOW - timedelta(days=400))


@given(st.text() | st.binary().map(lambda data: __import__("base64").b64encode(data).decode()))
def test_user_data_is_total(text):
    assignments(text)


@pytest.mark.parametrize(
    ("code", "status", "reason"),
    [
        ("AccessDenied", 403, "denied"),
        ("UnauthorizedOperation", 403, "denied"),
        ("Throttling", 400, "throttled"),
        ("Whatever", 429, "throttled"),
        ("Whatever", 403, "denied"),
        ("Whatever", 503, "unreachable"),
        ("Whatever", 200, "malformed"),
        ("UnknownOperationException", 400, "unsupported"),
    ],
)
def test_error_codes(code, status, reason):
    assert of_code(code, status).reason == reason
