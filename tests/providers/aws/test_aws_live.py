"""The aws provider against a real moto server: what it sees, and what that costs."""

from collections import Counter

import pytest
from account_seed import GITHUB, OWN, PARTNER
from wire import wire

from keyrack.errors import KeyrackError
from keyrack.providers.aws import provider
from keyrack.records import Credential, Gap, Grant, Identity, Ownership, Placement, Resource, Trust, Usage
from keyrack.sdk import Target
from keyrack.sdk.testing import check_contract

ANNA = f"aws:iam::{OWN}:user/people/anna.berg@acme.example"
APP = f"aws:iam::{OWN}:role/prod/app"
EVERYTHING = {"user_data": "true", "read_plain_parameters": "true", "all_ssh_keys": "true"}


def of(records, type_, **values):
    return [r for r in records if isinstance(r, type_) and all(getattr(r, name) == value for name, value in values.items())]


def only(records, type_, **values):
    (record,) = of(records, type_, **values)
    return record


def test_contract(seeded, moto_session, ctx):
    target = Target("aws", options={"endpoint_url": moto_session.url, **EVERYTHING})
    check_contract(provider, target, ctx, planted=seeded.planted)


def test_source_is_the_account(seeded, moto_session, ctx):
    source = provider.source(Target("aws", options={"endpoint_url": moto_session.url}), ctx)
    assert (source.id, source.title) == (f"aws:{OWN}", f"AWS account {OWN}")


def test_humans_and_services(records):
    kinds = {i.name: i.kind for i in of(records, Identity)}
    assert kinds["anna.berg@acme.example"] == kinds["root"] == "human"
    assert {kinds[name] for name in ("svc-billing", "legacy", "deploy", "vendor", "app")} == {"service_account"}
    billing = only(records, Identity, name="svc-billing")
    assert billing.environment == "prod"
    assert billing.attrs["service_evidence"] == "name, no password"
    assert only(records, Identity, uid=ANNA).attrs["console"] == "true"
    linked = [i.name for i in of(records, Identity) if i.attrs.get("service_linked")]
    assert linked == ["AWSServiceRoleForAutoScaling"]


def test_owners(records):
    owners = {(o.identity_uid.rpartition("/")[2], o.owner) for o in of(records, Ownership)}
    assert owners == {
        ("anna.berg@acme.example", "team:platform"),
        ("svc-billing", "maria.lopez@acme.example"),
        ("deploy", "team:platform"),
        ("app", "jon@acme.example"),
    }


def test_access_keys_have_ids_states_and_reported_use(records, seeded):
    keys = {c.public_id: c for c in of(records, Credential, kind="access_key", issuer="aws") if c.identity_uid}
    assert set(keys) == {*seeded.keys["svc-billing"], *seeded.keys["legacy"]}
    first, second = (keys[key_id] for key_id in seeded.keys["legacy"])
    assert (first.status, second.status) == ("active", "inactive")
    assert (first.attrs["slot"], second.attrs["slot"]) == ("1", "2")
    assert first.expiry == "never"
    use = only(records, Usage, credential_uid=first.uid)
    assert (use.grade, use.source, use.since) == ("absent", "iam:credential-report", first.created_at)


def test_other_user_credentials(records):
    password = only(records, Credential, name="console password")
    assert (password.identity_uid, password.status, password.rotated_at is not None) == (ANNA, "active", True)
    assert only(records, Credential, kind="ssh_key").identity_uid == ANNA
    signing = only(records, Credential, name="signing certificate")
    assert (signing.algorithm, signing.bits, signing.expiry) == ("EC", 256, "set")
    server = only(records, Credential, name="IAM server certificate www")
    assert server.uid == f"cred:x509:{server.public_id}"
    assert server.status == "active"


def test_grants_by_every_way(records):
    ways = {(g.identity_uid.rpartition("/")[2], g.via) for g in of(records, Grant)}
    assert {("svc-billing", "inline"), ("anna.berg@acme.example", "group"), ("deploy", "managed"), ("deploy", "boundary")} <= ways
    admin = only(records, Grant, policy="aws:iam::aws:policy/AdministratorAccess")
    assert (admin.actions, admin.resources) == (["*"], ["*"])
    assert admin.attrs["boundary"] == f"aws:iam::{OWN}:policy/limit"
    pull = only(records, Grant, policy=f"aws:iam::{OWN}:group/devs/pull")
    assert pull.attrs["group"] == f"aws:iam::{OWN}:group/devs"


def test_trusts_are_classified(records):
    kinds = {(t.identity_uid.rpartition("/")[2], t.subject): t.subject_kind for t in of(records, Trust)}
    assert kinds["deploy", GITHUB] == "federated"
    assert kinds["vendor", PARTNER] == "other_account"
    assert kinds["app", "lambda.amazonaws.com"] == "service"
    oidc = only(records, Trust, issuer=GITHUB)
    assert (oidc.subs, oidc.audiences, oidc.attrs["sub_operator"]) == (["repo:acme/*"], ["sts.amazonaws.com"], "StringLike")


def test_workloads_run_as_roles(records, seeded):
    runs = {t.subject for t in of(records, Trust, mechanism="aws:runs-as", identity_uid=APP)}
    assert runs == {
        f"aws:lambda:us-east-1:{OWN}:function:orders",
        f"aws:ecs:us-east-1:{OWN}:task-definition/web",
        f"aws:codebuild:us-east-1:{OWN}:project/build",
        f"aws:ec2:us-east-1:{OWN}:instance/{seeded.instance}",
    }
    assert only(records, Trust, mechanism="aws:execution-role").identity_uid.endswith("role/deploy")
    assert only(records, Resource, type="aws:ec2-instance").attrs["imds"] == "required"


def test_secret_looking_values_become_placements(records, seeded):
    found = {
        (p.attrs.get("workload", p.path).rpartition(":")[2], p.attrs["field"]) for p in of(records, Placement, exposure="config")
    }
    assert found == {
        ("orders", "STRIPE_KEY"),
        ("orders", "AWS_SECRET_ACCESS_KEY"),
        ("task-definition/web", "web.API_TOKEN"),
        ("project/build", "DB_PASSWORD"),
        (f"instance/{seeded.instance}", "userData.DEPLOY_TOKEN"),
        ("parameter/app/db_password", "/app/db_password"),
    }
    waiting = only(records, Credential, public_id=seeded.lambda_key_id)
    assert (waiting.uid, waiting.identity_uid) == (f"cred:aws:{seeded.lambda_key_id}", None)
    stripe = only(records, Credential, issuer="stripe")
    place = only(records, Placement, credential_uid=stripe.uid)
    assert (place.consumer_uid, place.environment, place.exposure) == (APP, "prod", "config")


def test_references_say_who_uses_a_stored_secret(records, seeded):
    uses = {
        (p.attrs["workload"].rpartition(":")[2], p.attrs["field"], p.credential_uid.split(":")[3])
        for p in of(records, Placement, system="workload_env", exposure="sanctioned")
    }
    assert uses == {
        ("orders", "DB_SECRET", "secretsmanager"),
        ("task-definition/web", "web.DB", "secretsmanager"),
        ("task-definition/web", "web.KEY", "ssm"),
        ("project/build", "DB", "secretsmanager"),
    }


def test_stores(records):
    secret = only(records, Resource, name="prod/db")
    assert (secret.type, secret.environment, secret.attrs["rotation_enabled"]) == ("aws:secret", "prod", "false")
    assert "deleted_at" in only(records, Resource, name="old").attrs
    assert only(records, Resource, type="aws:kms-key").attrs["rotation_enabled"] == "true"
    acm = only(records, Credential, name="certificate of www.acme.example")
    assert (acm.attrs["origin"], acm.attrs["in_use"], acm.expiry) == ("imported", "false", "set")
    assert {p.detector for p in of(records, Placement, system="vault")} == {"secretsmanager", "ssm"}


def test_account_and_federation(records):
    account = only(records, Resource, type="aws:account")
    assert (account.uid, account.name) == (f"aws:account:{OWN}", "acme-main")
    assert account.attrs["password_policy"] == "min_length=14,max_age=90"
    oidc = only(records, Resource, type="aws:oidc-provider")
    assert (oidc.name, oidc.attrs["audiences"], oidc.attrs["thumbprints"]) == (GITHUB, "sts.amazonaws.com", "6" * 40)
    assert "valid_until" in only(records, Resource, type="aws:saml-provider").attrs


def test_what_moto_cannot_answer_is_a_gap(records):
    assert only(records, Gap, capability="aws.service_credentials").incomplete
    assert not only(records, Gap, capability="aws.service_last_accessed").incomplete


def test_every_region(seeded, moto_session, scan):
    records = scan(moto_session.url, regions="eu-west-1, us-east-1,eu-west-1,nowhere")
    assert only(records, Gap, subject="nowhere").reason == "unsupported"
    assert Counter(r.type for r in of(records, Resource))["aws:secret"] == 2
    with wire(moto_session.url) as line:
        scan(line.url, regions="all")
    assert line.calls["ListSecrets"] > 10


def test_an_emulator_needs_no_credentials(seeded, moto_session, scan, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert of(scan(moto_session.url), Identity)


def test_no_credentials_is_an_error_with_a_hint(scan, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(KeyrackError) as caught:
        scan()
    assert caught.value.code == "aws.no_credentials"
    assert "aws sso login" in caught.value.hint


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"profile": "nobody"}, "aws.profile"),
        ({"endpoint_url": "ftp://x"}, "aws.endpoint"),
        ({"endpoint_url": "http://[x"}, "aws.endpoint"),
    ],
)
def test_bad_settings(scan, options, code):
    with pytest.raises(KeyrackError) as caught:
        scan(**options)
    assert caught.value.code == code


def test_a_broken_config_file(scan, tmp_path):
    (tmp_path / "config").write_text("[profile x\n=\n")
    with pytest.raises(KeyrackError):
        scan(profile="x")


def test_missing_boto3_is_said(scan, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "boto3", None)
    with pytest.raises(KeyrackError) as caught:
        scan("http://127.0.0.1:1")
    assert "keyrack[aws]" in caught.value.hint


def test_accounts_of_the_organisation(moto, scan):
    organizations = moto.client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    sister = organizations.create_account(AccountName="data", Email="aws-data@acme.example")["CreateAccountStatus"]["AccountId"]
    accounts = {r.scope: r for r in of(scan(moto.url), Resource, type="aws:account")}
    assert set(accounts) == {OWN, sister}
    assert accounts[sister].name == "data"
    assert accounts[sister].attrs["email"] == "acme.example"
