"""Offline scans: the same records as live for the same data, and no file can break it."""

import base64
import json
from datetime import datetime

import pytest
from account_seed import NOW, OWN
from hypothesis import given, settings
from hypothesis import strategies as st

from keyrack.errors import KeyrackError
from keyrack.providers.aws import provider
from keyrack.providers.aws.offline import discover_offline
from keyrack.providers.aws.report import parse_report
from keyrack.records import Credential, Gap, Grant, Identity, Ownership, Resource, Trust, Usage
from keyrack.sdk import Context, Fingerprinter, Target
from keyrack.sdk.testing import check_contract

CTX = Context(now=NOW, fingerprint=Fingerprinter(b"k" * 32))


def iso(value):
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError


@pytest.fixture(scope="module")
def dumps(seeded, moto_session, tmp_path_factory):
    """What ``aws iam get-account-authorization-details`` and the credential report would write."""
    folder = tmp_path_factory.mktemp("dumps")
    iam = moto_session.client("iam")
    details = iam.get_account_authorization_details()
    details.pop("ResponseMetadata")
    (folder / "details.json").write_text(json.dumps(details, default=iso))
    iam.generate_credential_report()
    (folder / "report.csv").write_bytes(iam.get_credential_report()["Content"])
    return folder


def offline(details=None, report=None):
    options = {"authorization_details": details, "credential_report": report}
    return list(provider.discover(Target("aws", options={k: str(v) for k, v in options.items() if v}), CTX))


def of(records, *types):
    return {repr(r) for r in records if isinstance(r, types)}


def gaps(records):
    return {(g.capability, g.reason) for g in records if isinstance(g, Gap) and g.incomplete}


def test_offline_is_live_without_what_files_cannot_hold(records, dumps):
    found = offline(dumps / "details.json", dumps / "report.csv")
    assert gaps(found) == set()
    live_users = [r for r in records if not (isinstance(r, Identity) and r.type == "aws:root")]
    assert of(found, Identity) == of(live_users, Identity)
    assert of(found, Grant) == of(records, Grant)
    assert of(found, Trust) == {repr(t) for t in records if isinstance(t, Trust) and t.mechanism.startswith("sts:")}
    assert of(found, Ownership) == {repr(o) for o in records if isinstance(o, Ownership) and "runs as" not in o.detail}
    profile = [r for r in records if isinstance(r, Resource) and r.type == "aws:instance-profile"]
    assert of(profile, Resource) <= of(found, Resource)
    roles = [u for u in records if isinstance(u, Usage) and u.source == "iam:role-last-used"]
    assert of(roles, Usage) <= of(found, Usage)


def test_offline_keys_lack_only_their_ids(records, dumps):
    def keys(rows):
        mine = [c for c in rows if isinstance(c, Credential) and c.identity_uid and c.kind == "access_key"]
        return {(c.identity_uid, c.attrs["slot"], c.status, c.rotated_at) for c in mine}

    found = offline(dumps / "details.json", dumps / "report.csv")
    assert keys(found) == keys(records)
    legacy = f"aws:iam::{OWN}:user/legacy"
    assert {f"cred:at:{legacy}/access-key-1", f"cred:at:{legacy}/access-key-2"} <= {
        c.uid for c in found if isinstance(c, Credential)
    }
    assert {u.grade for u in found if isinstance(u, Usage) and u.source == "iam:credential-report"} == {"absent"}


def test_contract_offline(dumps, seeded):
    options = {"authorization_details": str(dumps / "details.json"), "credential_report": str(dumps / "report.csv")}
    check_contract(provider, Target("aws", options=options), CTX, planted=seeded.planted)


@pytest.mark.parametrize("shape", ["list", "concatenated", "lines"])
def test_several_pages(dumps, tmp_path, shape):
    whole = json.loads((dumps / "details.json").read_text())
    pages = [
        {"UserDetailList": whole["UserDetailList"], "IsTruncated": True, "Marker": "x"},
        {"RoleDetailList": whole["RoleDetailList"], "GroupDetailList": whole["GroupDetailList"], "Policies": whole["Policies"]},
    ]
    texts = [json.dumps(page) for page in pages]
    body = {"list": f"[{','.join(texts)}]", "concatenated": "".join(texts), "lines": "\n".join(texts) + "\n"}[shape]
    (tmp_path / "pages.json").write_text(body)
    one, many = offline(dumps / "details.json", dumps / "report.csv"), offline(tmp_path / "pages.json", dumps / "report.csv")
    assert {repr(r) for r in one} == {repr(r) for r in many}


def test_a_last_page_that_promises_more(dumps, tmp_path):
    whole = json.loads((dumps / "details.json").read_text())
    (tmp_path / "p.json").write_text(json.dumps({**whole, "IsTruncated": True}))
    assert ("aws.iam", "truncated") in gaps(offline(tmp_path / "p.json", dumps / "report.csv"))


def test_report_wrapped_in_json(dumps, tmp_path):
    content = base64.b64encode((dumps / "report.csv").read_bytes()).decode()
    (tmp_path / "report.json").write_text(json.dumps({"Content": content, "ReportFormat": "text/csv"}))
    plain, wrapped = (
        offline(dumps / "details.json", dumps / "report.csv"),
        offline(dumps / "details.json", tmp_path / "report.json"),
    )
    assert {repr(r) for r in plain} == {repr(r) for r in wrapped}


def test_report_alone_and_details_alone(dumps):
    alone = offline(report=dumps / "report.csv")
    assert ("aws.iam", "not_configured") in gaps(alone)
    assert any(isinstance(r, Credential) for r in alone)
    details = offline(dumps / "details.json")
    assert ("aws.credential_report", "not_configured") in gaps(details)
    assert not any(isinstance(r, Usage) and r.source == "iam:credential-report" for r in details)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "malformed"),
        (b"{", "truncated"),
        (b"not json", "malformed"),
        (b"{}", "malformed"),
        (b"\xff\xfe\x00", "malformed"),
        (b'{"UserDetailList": [', "truncated"),
        (b"[" * 100_000, "truncated"),
        (b'{"UserDetailList": 7}{"RoleDetailList": [1, null, {"Arn": 3}]}', "malformed"),
    ],
)
def test_broken_details(dumps, tmp_path, body, reason):
    (tmp_path / "d.json").write_bytes(body)
    assert ("aws.iam", reason) in gaps(offline(tmp_path / "d.json", dumps / "report.csv"))


def test_missing_unreadable_and_wrong_files(tmp_path):
    assert ("aws.iam", "missing") in gaps(offline(tmp_path / "nowhere"))
    assert ("aws.iam", "unreadable") in gaps(offline(tmp_path))
    assert ("aws.iam", "unreadable") in gaps(offline("a\0b"))
    with pytest.raises(KeyrackError) as caught:
        provider.source(Target("aws", options={"authorization_details": str(tmp_path / "nowhere")}), CTX)
    assert caught.value.code == "aws.files"


def test_swapped_files_are_named_and_the_right_option_with_them(dumps):
    details, report = dumps / "details.json", dumps / "report.csv"
    swapped = [g for g in offline(report, details) if isinstance(g, Gap) and g.incomplete]
    assert [(g.capability, g.subject, g.hint) for g in swapped] == [
        ("aws.iam", str(report), "give it as --aws-credential-report"),
        ("aws.credential_report", str(details), "give it as --aws-authorization-details"),
    ]
    with pytest.raises(KeyrackError) as caught:
        provider.source(Target("aws", options={"authorization_details": str(report), "credential_report": str(details)}), CTX)
    assert str(report) in str(caught.value)
    assert caught.value.hint == "give it as --aws-credential-report"


def test_what_files_cannot_hold_is_a_gap_of_each_rule_that_needs_it(dumps):
    """Else a rule on functions or KMS keys would answer "clean" about things nobody looked at."""
    found = offline(dumps / "details.json", dumps / "report.csv")
    blind = {g.capability for g in found if isinstance(g, Gap)}
    answered = {"aws.iam", "aws.credential_report", "aws.signing_certificates"}
    assert blind == {capability.name for capability in provider.manifest.capabilities} - answered
    assert not any(g.incomplete for g in found if isinstance(g, Gap))


def test_missing_policy_documents_and_old_dumps(tmp_path):
    role = {
        "RoleName": "r",
        "Arn": f"arn:aws:iam::{OWN}:role/r",
        "CreateDate": "2024-01-02T03:04:05Z",
        "AssumeRolePolicyDocument": "%7B%22Statement%22%3A%20%5B%22x%22%5D%7D",
        "AttachedManagedPolicies": [
            {"PolicyName": "AdministratorAccess", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
            {"PolicyName": "Lost", "PolicyArn": f"arn:aws:iam::{OWN}:policy/Lost"},
        ],
    }
    user = {
        "UserName": "u",
        "Arn": f"arn:aws:iam::{OWN}:user/u",
        "GroupList": ["gone"],
        "UserPolicyList": [{"PolicyDocument": "{"}],
    }
    (tmp_path / "d.json").write_text(json.dumps({"RoleDetailList": [role], "UserDetailList": [user]}))
    found = offline(tmp_path / "d.json")
    assert [g.actions for g in found if isinstance(g, Grant)] == [["*"]]
    subjects = {g.subject: g.reason for g in found if isinstance(g, Gap) and g.capability == "aws.iam"}
    assert subjects == {
        f"aws:iam::{OWN}:policy/Lost": "missing",
        "group gone": "missing",
        "RoleLastUsed": "missing",
        f"aws:iam::{OWN}:role/r trust policy": "malformed",
        f"aws:iam::{OWN}:user/u unnamed": "malformed",
    }
    assert not any(isinstance(r, Usage) for r in found)


@given(st.binary(max_size=400))
def test_report_parser_is_total(data):
    parse_report(data)
    parse_report(b"user,arn,password_enabled,access_key_1_active,access_key_1_last_rotated\n" + data)


words = st.sampled_from(
    """UserDetailList RoleDetailList GroupDetailList Policies Arn UserName RoleName Tags Key Value RoleLastUsed LastUsedDate CreateDate
    AssumeRolePolicyDocument PolicyVersionList Document IsDefaultVersion UserPolicyList PolicyDocument GroupList Path
    AttachedManagedPolicies PolicyArn InstanceProfileList PermissionsBoundary PermissionsBoundaryArn arn:aws:iam::123456789012:user/u
    2020-01-01T00:00:00Z 0001-01-01T00:00:00+09:00""".split()  # noqa: SIM905 - easier to read
)
trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=5),
    max_leaves=25,
)


@settings(max_examples=300)
@given(st.dictionaries(words, trees, max_size=4))
def test_mapping_is_total(tmp_path_factory, page):
    file = tmp_path_factory.getbasetemp() / "any.json"
    file.write_text(json.dumps(page))
    for record in discover_offline({"authorization_details": str(file)}, CTX):
        repr(record).encode()
