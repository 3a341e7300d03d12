"""The services moto lacks, through the front: each seen and checked against what was planted, with botocore's own shapes on the wire."""

import pytest
from account_seed import OWN
from aws_front_kit import ANY_CERTIFICATE, BATCH, NOW, POD, anchor_arn, association, seed_center, seed_front, seed_roles
from aws_kit import quiet_settings

from keyrack.providers.aws import provider
from keyrack.records import Credential, Gap, Grant, Identity, Person, Resource, Trust, Usage
from keyrack.sdk import Context, Fingerprinter, Secret, Target
from keyrack.sdk.testing import check_contract
from keyrack_estate.fakes.aws import front


@pytest.fixture(scope="module")
def world(bare_moto_session):
    bare_moto_session.reset()
    seed_roles(bare_moto_session)
    state, secret = seed_front(bare_moto_session)
    people = seed_center(bare_moto_session, state)
    with front(bare_moto_session.url, state) as made:
        yield made, people, secret


@pytest.fixture(scope="module")
def records(world, tmp_path_factory):
    with pytest.MonkeyPatch.context() as monkeypatch:
        quiet_settings(monkeypatch, tmp_path_factory.mktemp("aws"))
        ctx = Context(now=NOW, fingerprint=Fingerprinter(b"k" * 32))
        return list(provider.discover(Target("aws", options={"endpoint_url": world[0].url}), ctx))


def of(records, type_, **values):
    return [r for r in records if isinstance(r, type_) and all(getattr(r, name) == value for name, value in values.items())]


def only(records, type_, **values):
    (record,) = of(records, type_, **values)
    return record


def test_contract(world, ctx):
    check_contract(provider, Target("aws", options={"endpoint_url": world[0].url}), ctx, planted=[world[2]])


def test_nothing_of_it_is_a_gap(records):
    mine = {
        "aws.roles_anywhere",
        "aws.eks",
        "aws.cognito",
        "aws.access_analyzer",
        "aws.identity_center",
        "aws.service_credentials",
    }
    delegated = "organizations:ListDelegatedAdministrators"  # moto is in no organisation, and says so in its own words
    assert [g for g in of(records, Gap) if g.capability in mine and g.subject != delegated] == []


def test_trust_anchors_and_their_certificates(records):
    anchors = {a.name: a for a in of(records, Resource, type="aws:trust-anchor")}
    assert {name: a.attrs for name, a in anchors.items()} == {
        "batch-ca": {"enabled": "true", "source": "bundle", "crl": "false"},
        "old-ca": {"enabled": "false", "source": "bundle", "crl": "false"},
    }
    certificate = only(records, Credential, kind="certificate")
    assert (certificate.expiry, certificate.status, certificate.attrs["ca"]) == ("set", "active", "true")
    assert (certificate.expires_at - NOW).days in {19, 20}


def test_roles_admit_certificates_by_profile_and_trust_policy(records):
    trusts = {t.identity_uid: t for t in of(records, Trust, mechanism="aws:roles-anywhere", subject_kind="federated")}
    assert set(trusts) == {ANY_CERTIFICATE[4:], BATCH[4:]}
    assert "x509" not in trusts[ANY_CERTIFICATE[4:]].attrs
    batch = trusts[BATCH[4:]]
    assert (batch.subs, batch.attrs["x509"]) == (["batch-*"], "x509subject/cn=batch-*")
    assert batch.attrs["source_condition"] == anchor_arn()


def test_subjects_are_identities_with_reported_use(records):
    seen = {i.name: i for i in of(records, Identity, type="aws:roles-anywhere-subject")}
    assert set(seen) == {"CN=batch-7,O=Acme", "CN=odd,O=Acme"}
    assert {u.grade for u in of(records, Usage, source="rolesanywhere:last-seen")} == {"reported"}
    fits = of(records, Trust, mechanism="aws:roles-anywhere", subject_kind="identity")
    assert [(t.subject, t.identity_uid) for t in fits] == [(seen["CN=batch-7,O=Acme"].uid, BATCH[4:])]


def test_pod_identities_tie_service_accounts_by_the_clusters_issuer(records):
    cluster = only(records, Resource, type="aws:eks-cluster")
    trusts = of(records, Trust, mechanism="aws:pod-identity")
    assert {t.subs[0] for t in trusts} == {"system:serviceaccount:payments:api", "system:serviceaccount:web:api"}
    assert {t.identity_uid for t in trusts} == {POD[4:]}
    assert {t.issuer for t in trusts} == {cluster.attrs["issuer"]}
    assert cluster.attrs["issuer"].startswith("oidc.eks.")


def test_access_entries_of_people_and_roles_not_of_nodes(records):
    entry = only(records, Trust, mechanism="aws:eks-access")
    assert entry.subject == BATCH[4:]
    assert entry.attrs["policies"] == "AmazonEKSClusterAdminPolicy on cluster"
    assert entry.attrs["groups"] == "ops"


def test_cognito_clients_and_their_secrets(records, world):
    clients = {i.name: i for i in of(records, Identity, type="aws:cognito-client")}
    assert clients["old-spa"].attrs["flows"] == "implicit"
    assert clients["old-spa"].attrs["callbacks"] == "http://shop.acme.example/cb"
    secret = only(records, Credential, kind="oauth_secret")
    assert secret.identity_uid == clients["batch"].uid
    assert secret.fingerprint == Fingerprinter(b"k" * 32).of(Secret(world[2]))
    assert only(records, Grant, language="oauth").actions == ["orders/write"]


def test_identity_pools_give_roles_to_everybody(records):
    trust = only(records, Trust, mechanism="aws:identity-pool")
    assert (trust.subject, trust.subject_kind, trust.identity_uid) == ("*", "anyone", f"aws:iam::{OWN}:role/visitor")


def test_access_analyzer_is_a_second_opinion(records):
    found = {r.attrs["finding_type"]: r for r in of(records, Resource, type="aws:analyzer-finding")}
    assert set(found) == {"ExternalAccess", "UnusedIAMRole", "UnusedPermission"}
    assert found["ExternalAccess"].attrs["principals"] == "AWS:999988887777"
    said = {(u.identity_uid, u.service, u.action): u for u in of(records, Usage, source="access-analyzer:unused-access")}
    assert said[POD[4:], None, None].grade == "absent"
    assert said[ANY_CERTIFICATE[4:], "s3", "DeleteObject"].grade == "absent"
    assert said[ANY_CERTIFICATE[4:], "s3", "GetObject"].grade == "reported"


def test_people_become_permission_sets(records, world):
    _, (users, sets, _), _ = world
    admins, readers = (only(records, Identity, uid=sets[name][4:]) for name in ("Admins", "Readers"))
    assert (admins.type, admins.kind, admins.attrs["accounts"]) == ("aws:permission-set", "human", f"{OWN},222233334444")
    assert admins.attrs["max_session"] == "28800"
    assert [g.actions for g in of(records, Grant, identity_uid=admins.uid)] == [["*"]]
    assert [g.actions for g in of(records, Grant, identity_uid=readers.uid)] == [["s3:GetObject"]]
    ways = {(t.subject, t.identity_uid): t for t in of(records, Trust, mechanism="aws:sso-assignment")}
    ben, anna = (f"aws:identitystore:::user/{users[name]}" for name in ("ben", "anna"))
    assert set(ways) == {(ben, admins.uid), (anna, readers.uid)}
    assert ways[ben, admins.uid].attrs["group"] == "Platform"
    assert {p.uid for p in of(records, Person)} == {"anna@acme.example", "ben@acme.example"}
    role = only(records, Trust, mechanism="aws:sso-provisioned")
    assert (role.subject, role.identity_uid.rpartition("/")[2]) == (admins.uid, "AWSReservedSSO_Admins_0123456789abcdef")


def test_mailers_and_bedrock_keys(records):
    users = {i.name: i for i in of(records, Identity, type="aws:iam-user")}
    assert users["mailer"].attrs["smtp_only"] == "true"
    assert "smtp_only" not in users["mailer-and-more"].attrs
    key = only(records, Credential, kind="api_token")
    assert (key.identity_uid, key.expiry) == (users["mailer"].uid, "never")


def test_calls_are_as_the_manifest_says(world, scan):
    made, _, _ = world
    made.calls.clear()
    scan(made.url)
    assert made.calls == {
        "iam.ListServiceSpecificCredentials": 1, "rolesanywhere.ListTrustAnchors": 1, "rolesanywhere.ListProfiles": 1,
        "rolesanywhere.ListCrls": 1, "rolesanywhere.ListSubjects": 1, "accessanalyzer.ListAnalyzers": 1,
        "accessanalyzer.ListFindingsV2": 2, "accessanalyzer.GetFindingV2": 3, "eks.ListPodIdentityAssociations": 1,
        "eks.DescribePodIdentityAssociation": 2, "eks.ListAccessEntries": 1, "eks.DescribeAccessEntry": 2,
        "eks.ListAssociatedAccessPolicies": 1, "cognito-identity.GetIdentityPoolRoles": 1, "sso-admin.ListApplications": 1,
        "sso-admin.ListTrustedTokenIssuers": 1, "sso-admin.ListAccountsForProvisionedPermissionSet": 2, "sso-admin.GetPermissionsBoundaryForPermissionSet": 2,
    }  # fmt: skip


@pytest.mark.parametrize("quirk", ["empty-page", "repeat-page"])
def test_odd_paging(world, scan, quirk):
    made, _, _ = world
    made.state.quirks.add(quirk)
    try:
        records = scan(made.url)
    finally:
        made.state.quirks.clear()
    associations = {t.subs[0] for t in of(records, Trust, mechanism="aws:pod-identity")}
    gaps = {g.capability: g.reason for g in of(records, Gap) if g.capability in {"aws.eks", "aws.roles_anywhere"}}
    assert len(associations) == 2
    assert gaps == ({} if quirk == "empty-page" else {"aws.eks": "truncated", "aws.roles_anywhere": "truncated"})


def test_a_refused_call_is_a_gap_with_its_permission(world, scan):
    made, _, _ = world
    made.state.denied |= {"eks.DescribePodIdentityAssociation", "rolesanywhere.ListSubjects"}
    try:
        records = scan(made.url)
    finally:
        made.state.denied.clear()
    denied = {g.permission for g in of(records, Gap, reason="denied")}
    assert denied == {"eks:DescribePodIdentityAssociation", "rolesanywhere:ListSubjects"}
    assert of(records, Resource, type="aws:trust-anchor")


def test_three_hundred_associations(world, scan):
    """1 call each, and no more: EKS has no bulk call."""
    made, _, _ = world
    kept = made.state.rows["eks.ListPodIdentityAssociations"]
    made.state.rows["eks.ListPodIdentityAssociations"] = [association(n, f"ns{n}", "api", POD) for n in range(300)]
    made.calls.clear()
    try:
        records = scan(made.url)
    finally:
        made.state.rows["eks.ListPodIdentityAssociations"] = kept
    assert len(of(records, Trust, mechanism="aws:pod-identity")) == 300
    assert made.calls["eks.DescribePodIdentityAssociation"] == 300
    assert made.calls["eks.ListPodIdentityAssociations"] == 15
