"""Bad weather on the wire: every fault ends as a Gap or an error with a hint, the rest of the scan goes on, no vendor text leaks."""

import time

import pytest
from account_seed import OWN
from wire import Answer, error, wire, xml

from keyrack.errors import KeyrackError
from keyrack.providers.aws import api as api_module
from keyrack.providers.aws import provider
from keyrack.records import Credential, Gap, Grant, Identity, Resource
from keyrack.sdk import Target

DETAILS = "GetAccountAuthorizationDetails"
CALLER = xml("GetCallerIdentity", f"<Account>{OWN}</Account><Arn>arn:aws:iam::{OWN}:user/me</Arn><UserId>x</UserId>")


def user(name):
    return (
        f"<member><Path>/</Path><UserName>{name}</UserName><UserId>AIDA{name}</UserId><Arn>arn:aws:iam::{OWN}:user/{name}</Arn>"
        "<CreateDate>2024-01-02T03:04:05Z</CreateDate></member>"
    )


def page(*users, marker=None, truncated=None):
    more = marker is not None if truncated is None else truncated
    tail = f"<IsTruncated>{str(more).lower()}</IsTruncated>" + (f"<Marker>{marker}</Marker>" if marker else "")
    return xml(DETAILS, f"<UserDetailList>{''.join(map(user, users))}</UserDetailList>{tail}")


def gaps(records, **values):
    found = [r for r in records if isinstance(r, Gap) and all(getattr(r, name) == value for name, value in values.items())]
    assert all("secret detail" not in repr(gap) for gap in found)
    return found


def names(records):
    return {r.name for r in records if isinstance(r, Identity) and r.type == "aws:iam-user"}


@pytest.fixture
def line(moto):
    moto.client("iam").create_user(UserName="robot")
    with wire(moto.url) as state:
        yield state


FAULTS = {
    "denied": (error("AccessDenied", 403), "denied"),
    "throttled": (error("Throttling"), "throttled"),
    "rate exceeded": (error("RequestLimitExceeded", 503), "throttled"),
    "bare 429": (Answer(b"", 429), "throttled"),
    "html 200": (Answer(b"<html><body>login</body></html>", content_type="text/html"), "malformed"),
    "broken xml": (Answer(b"<GetAccount"), "malformed"),
    "empty": (Answer(b""), "malformed"),
    "other xml": (xml("SomethingElse", "<a>1</a>"), "malformed"),
    "no members": (xml(DETAILS, "<IsTruncated>false</IsTruncated>"), "malformed"),
    "server error": (error("ServiceFailure", 500), "unreachable"),
    "cut": (Answer(b"<GetAccountAuthorizationDetailsResponse>", claimed=5000), "truncated"),
    "dropped": (Answer(drop=True), "truncated"),
    "expired": (error("ExpiredToken", 403), "denied"),
    "clock": (error("SignatureDoesNotMatch", 403), "denied"),
    "disabled region": (error("OptInRequired", 403), "denied"),
    "unknown call": (error("InvalidAction"), "unsupported"),
    "bad dates": (xml(DETAILS, "<UserDetailList><member><CreateDate>soon</CreateDate></member></UserDetailList>"), "malformed"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_one_gap_and_the_rest_goes_on(line, scan, fault):
    answer, reason = FAULTS[fault]
    line.answer(DETAILS, answer)
    records = scan(line.url)
    (gap,) = [g for g in gaps(records, capability="aws.iam") if g.subject == "iam:GetAccountAuthorizationDetails"]
    assert (gap.reason, gap.incomplete) == (reason, True)
    assert gap.permission == ("iam:GetAccountAuthorizationDetails" if fault == "denied" else None)
    assert gap.hint
    assert any(isinstance(r, Resource) and r.type == "aws:account" for r in records)
    assert line.calls[DETAILS] <= 2


def test_json_protocols_are_checked_too(line, scan):
    """Botocore turns a broken JSON body into an empty reply; that must not pass for an empty listing."""
    broken = Answer(b"{broken", content_type="application/x-amz-json-1.1")
    for operation in ("ListSecrets", "DescribeParameters", "ListKeys", "ListCertificates", "ListTaskDefinitionFamilies"):
        line.answer(operation, broken)
    line.answer("ListFunctions", Answer(b"[]", content_type="application/json"))
    line.answer(
        "ListProjects", Answer(b'{"__type":"ThrottlingException","message":"secret detail"}', 400, "application/x-amz-json-1.1")
    )
    found = {g.capability: g.reason for g in gaps(scan(line.url)) if g.incomplete}
    malformed = ("aws.secrets", "aws.parameters", "aws.kms", "aws.certificates", "aws.ecs", "aws.lambda")
    assert {found[name] for name in malformed} == {"malformed"}
    assert found["aws.codebuild"] == "throttled"


def test_every_call_denied(line, scan):
    line.upstream = None
    for operation in ("GetCallerIdentity", DETAILS):
        line.answer(operation, CALLER if operation == "GetCallerIdentity" else page("u"))
    records = scan(line.url)
    assert names(records) == {"u"}
    assert len(gaps(records, incomplete=True)) > 10


def test_a_silent_endpoint(line, scan, monkeypatch):
    monkeypatch.setattr(api_module, "READ_TIMEOUT", 0.3)
    line.answer(DETAILS, Answer(hang=3))
    assert gaps(scan(line.url), capability="aws.iam", reason="unreachable")


def test_pages_are_followed(line, scan):
    pages = {None: page("a", "b", marker="next"), "next": page("c")}
    line.answer(DETAILS, lambda asked: pages[asked.get("Marker")])
    assert names(scan(line.url)) == {"a", "b", "c"}
    assert line.calls[DETAILS] == 2


def test_a_marker_loop_ends(line, scan):
    line.answer(DETAILS, page("a", marker="again"))
    records = scan(line.url)
    assert gaps(records, capability="aws.iam", reason="truncated")
    assert names(records) == {"a", "robot"}  # the credential report knows the other one


def test_more_without_a_marker(line, scan):
    line.answer(DETAILS, page("a", truncated=True))
    records = scan(line.url)
    assert gaps(records, capability="aws.iam", reason="truncated")
    assert names(records) == {"a", "robot"}  # the credential report knows the other one


def test_a_later_page_fails(line, scan):
    line.answer(DETAILS, lambda asked: error("Throttling") if asked.get("Marker") else page("a", marker="next"))
    records = scan(line.url)
    assert gaps(records, capability="aws.iam", reason="throttled")
    assert names(records) == {"a", "robot"}  # the credential report knows the other one


CREDENTIAL = (
    "<member><UserName>robot</UserName><Status>Active</Status><ServiceSpecificCredentialId>ACCA{n}</ServiceSpecificCredentialId>"
    "<ServiceName>{service}</ServiceName><{field}>{login}</{field}><CreateDate>2025-01-02T03:04:05Z</CreateDate>{more}</member>"
)


def test_service_specific_credentials_in_two_pages(line, scan):
    bedrock = CREDENTIAL.format(
        n=1, service="bedrock.amazonaws.com", field="ServiceCredentialAlias", login="robot-at-1",
        more="<ExpirationDate>2030-01-02T03:04:05Z</ExpirationDate>",
    )  # fmt: skip
    git = CREDENTIAL.format(n=2, service="codecommit.amazonaws.com", field="ServiceUserName", login="robot-at-2", more="")
    operation = "ListServiceSpecificCredentials"
    first = xml(
        operation,
        f"<ServiceSpecificCredentials>{bedrock}</ServiceSpecificCredentials><IsTruncated>true</IsTruncated><Marker>m</Marker>",
    )
    last = xml(operation, f"<ServiceSpecificCredentials>{git}</ServiceSpecificCredentials><IsTruncated>false</IsTruncated>")
    line.answer(operation, lambda asked: last if asked.get("Marker") else first)
    found = {c.public_id: c for c in scan(line.url) if isinstance(c, Credential) and (c.public_id or "").startswith("ACCA")}
    assert (found["ACCA1"].kind, found["ACCA1"].expiry, found["ACCA1"].attrs["endpoint"]) == (
        "api_token",
        "set",
        "bedrock.amazonaws.com",
    )
    assert (found["ACCA2"].kind, found["ACCA2"].expiry, found["ACCA2"].identity_uid) == (
        "password",
        "never",
        f"aws:iam::{OWN}:user/robot",
    )
    line.answer(operation, first)
    assert gaps(scan(line.url), capability="aws.service_credentials", reason="truncated")


def test_a_report_that_never_gets_ready(line, scan, monkeypatch):
    monkeypatch.setattr("keyrack.providers.aws.fetch_report._WAITS", (0.0, 0.0))
    line.answer("GenerateCredentialReport", xml("GenerateCredentialReport", "<State>STARTED</State>"))
    line.answer("GetCredentialReport", error("ReportInProgress", 404))
    assert gaps(scan(line.url), capability="aws.credential_report", reason="throttled")
    assert line.calls["GenerateCredentialReport"] == 2


def test_generating_is_denied_but_a_report_lies_ready(line, scan, moto):
    moto.client("iam").generate_credential_report()
    line.answer("GenerateCredentialReport", error("AccessDenied", 403))
    assert not gaps(scan(line.url), capability="aws.credential_report")


def test_without_a_report_keys_are_still_found_and_their_use_asked(line, scan, moto):
    iam = moto.client("iam")
    key = iam.create_access_key(UserName="robot")["AccessKey"]["AccessKeyId"]
    line.answer("GetCredentialReport", error("AccessDenied", 403))
    records = scan(line.url)
    assert gaps(records, capability="aws.credential_report", permission="iam:GetCredentialReport")
    assert gaps(records, capability="aws.signing_certificates", reason="missing")
    assert [c.uid for c in records if isinstance(c, Credential) and c.kind == "access_key"] == [f"cred:aws:{key}"]
    assert line.calls["GetAccessKeyLastUsed"] == 1


def test_when_the_details_fail_the_report_still_names_the_users(line, scan, moto):
    key = moto.client("iam").create_access_key(UserName="robot")["AccessKey"]["AccessKeyId"]
    line.answer(DETAILS, error("AccessDenied", 403))
    records = scan(line.url)
    assert names(records) == {"robot"}
    assert any(isinstance(r, Credential) and r.public_id == key for r in records)


def test_users_that_only_an_old_report_knows_are_gone(line, scan):
    line.answer(DETAILS, page("other"))
    assert names(scan(line.url)) == {"other"}


def test_key_listing_denied_leaves_keys_without_ids_and_gives_up_early(line, scan, moto):
    iam = moto.client("iam")
    for number in range(60):
        iam.create_user(UserName=f"u{number}")
        iam.create_access_key(UserName=f"u{number}")
    line.answer("ListAccessKeys", error("AccessDenied", 403))
    records = scan(line.url)
    assert gaps(records, capability="aws.access_keys", permission="iam:ListAccessKeys")
    keys = {c.uid for c in records if isinstance(c, Credential) and c.kind == "access_key"}
    assert len(keys) == 60
    assert f"cred:at:aws:iam::{OWN}:user/u0/access-key-1" in keys
    assert line.calls["ListAccessKeys"] <= 32


def test_service_last_accessed(line, scan):
    moto_has_not = "GenerateServiceLastAccessedDetails"
    line.answer(moto_has_not, xml(moto_has_not, f"<JobId>{'j' * 36}</JobId>"))
    operation = "GetServiceLastAccessedDetails"
    used = "<member><ServiceName>S3</ServiceName><ServiceNamespace>s3</ServiceNamespace><LastAuthenticated>2026-01-02T03:04:05Z</LastAuthenticated></member>"
    never = "<member><ServiceName>EC2</ServiceName><ServiceNamespace>ec2</ServiceNamespace></member>"
    frame = "<JobStatus>{}</JobStatus><JobCreationDate>2026-01-02T03:04:05Z</JobCreationDate><ServicesLastAccessed>{}</ServicesLastAccessed>{}"
    replies = iter(
        [
            xml(operation, frame.format("IN_PROGRESS", "", "")),
            xml(operation, frame.format("COMPLETED", used, "<IsTruncated>true</IsTruncated><Marker>m</Marker>")),
            xml(operation, frame.format("COMPLETED", never, "<IsTruncated>false</IsTruncated>")),
        ]
    )
    line.answer(operation, lambda _: next(replies))
    records = scan(line.url, service_last_accessed="true")
    found = {u.service: u for u in records if getattr(u, "source", "") == "iam:service-last-accessed"}
    assert (found["s3"].grade, found["ec2"].grade) == ("reported", "absent")
    assert found["s3"].attrs["counts_denied"] == "true"
    assert found["ec2"].since is not None
    line.answer(operation, xml(operation, frame.format("FAILED", "", "")))
    assert gaps(scan(line.url, service_last_accessed="true"), capability="aws.service_last_accessed", reason="malformed")


@pytest.mark.parametrize(
    ("answer", "code", "retry"),
    [
        (error("ExpiredToken", 403), "aws.expired", "after_fix"),
        (error("InvalidClientTokenId", 403), "aws.bad_key", "after_fix"),
        (error("SignatureDoesNotMatch", 403), "aws.clock", "after_fix"),
        (error("Throttling"), "aws.throttled", "later"),
        (Answer(b"<html>"), "aws.malformed", "after_fix"),
    ],
)
def test_signing_in_fails_with_a_hint(line, ctx, answer, code, retry):
    line.answer("GetCallerIdentity", answer)
    with pytest.raises(KeyrackError) as caught:
        provider.source(Target("aws", options={"endpoint_url": line.url}), ctx)
    assert (caught.value.code, caught.value.retry) == (code, retry)
    assert caught.value.hint
    assert "secret detail" not in str(caught.value)


def test_nothing_listens(ctx, scan):
    options = {"endpoint_url": "http://127.0.0.1:9"}
    with pytest.raises(KeyrackError) as caught:
        provider.source(Target("aws", options=options), ctx)
    assert caught.value.code == "aws.unreachable"
    started = time.monotonic()
    records = scan(**options)
    assert {type(r) for r in records} == {Gap}
    assert gaps(records, reason="unreachable")
    assert time.monotonic() - started < 30


def test_the_account_is_known_from_its_users_when_sts_fails(line, scan):
    line.answer("GetCallerIdentity", error("Throttling"))
    records = scan(line.url)
    assert names(records) == {"robot"}
    assert gaps(records, capability="aws.account", reason="throttled")


def test_a_policy_the_details_left_out_is_fetched(line, scan, moto):
    iam = moto.client("iam")
    body = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sqs:*","Resource":"*"}]}'
    arn = iam.create_policy(PolicyName="p", PolicyDocument=body)["Policy"]["Arn"]
    attached = f"<AttachedManagedPolicies><member><PolicyName>p</PolicyName><PolicyArn>{arn}</PolicyArn></member></AttachedManagedPolicies>"
    robot = user("robot").replace("</member>", f"{attached}</member>", 1)
    line.answer(DETAILS, xml(DETAILS, f"<UserDetailList>{robot}</UserDetailList>"))
    assert [g.actions for g in scan(line.url) if isinstance(g, Grant)] == [["sqs:*"]]
    assert (line.calls["GetPolicy"], line.calls["GetPolicyVersion"]) == (1, 1)
