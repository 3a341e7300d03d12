"""What the seeded project becomes, fact by fact; and that both ways of looking see the same."""

from __future__ import annotations

from datetime import timedelta

import pytest
from gcp_kit import target
from gcp_seed import DEFAULT, DEPLOYER, DEV, NOW, PROD, ago

from keyrack.providers.gcp import provider
from keyrack.records import Credential, Gap, Grant, Identity, Ownership, Placement, Policy, Resource, Trust, Usage
from keyrack.sdk.unique import row_key

SA = f"gcp:sa/{DEPLOYER}"


@pytest.fixture
def found(fake, ctx):
    return list(provider.discover(target(fake.url), ctx))


def of(records, record, /, **wanted):
    return [r for r in records if isinstance(r, record) and all(getattr(r, k) == v for k, v in wanted.items())]


def test_keys_say_how_long_they_live_and_what_they_are(found, seed):
    keys = {c.public_id: c for c in of(found, Credential, kind="private_key")}
    held = keys[seed.key_id]
    assert (held.status, held.expiry, held.expires_at, held.algorithm, held.bits) == ("active", "never", None, "RSA", 2048)
    assert (held.identity_uid, held.created_at, held.attrs["origin"]) == (SA, ago(400), "google_provided")
    assert (keys[seed.old_key].status, keys[seed.old_key].expires_at) == ("expired", ago(10))
    off = next(c for c in keys.values() if c.status == "inactive")
    assert (off.expiry, off.expires_at) == ("set", NOW + timedelta(days=30))


def test_last_use_is_reported_with_its_lies_or_absent_since(fake, ctx, seed):
    found = list(provider.discover(target(fake.url, organization="100000000001"), ctx))
    by = {(u.identity_uid, u.credential_uid): u for u in of(found, Usage)}
    account = by[SA, None]
    assert (account.grade, account.used_at, account.attrs["counts_denied"]) == ("reported", ago(3), "true")
    key = by[SA, f"cred:gcp:{seed.key_id}"]
    assert (key.grade, key.attrs["counts_listing"]) == ("reported", "true")
    idle = by[f"gcp:sa/playground@{DEV}.iam.gserviceaccount.com", None]
    assert (idle.grade, idle.used_at, idle.since) == ("absent", None, ago(400))


def test_grants_say_where_and_under_which_condition(found):
    held = {(g.policy, g.attrs["level"]): g for g in of(found, Grant, identity_uid=SA, effect="allow")}
    assert held["roles/run.admin", "project"].resources == ["*"]
    assert held["roles/iam.securityReviewer", "folder"].resources == ["*"]
    assert "request.time" in (held["roles/logging.viewer", "project"].conditions or "")
    stranger = of(found, Grant, identity_uid=f"gcp:sa/playground@{DEV}.iam.gserviceaccount.com", policy="roles/viewer")
    assert [g.resources for g in stranger] == [[f"gcp:project/{PROD}"]]


def test_custom_roles_are_spelled_out(found):
    custom = of(found, Grant, policy=f"projects/{PROD}/roles/minter")
    assert [g.actions for g in custom] == [["iam.serviceAccounts.getAccessToken", "run.services.get"]]
    assert len(of(found, Policy, kind="role")) == 1


def test_denials_are_grants_and_documents(found):
    assert [g.actions for g in of(found, Grant, effect="deny")] == [["iam.serviceAccountKeys.create"]]
    assert [p.language for p in of(found, Policy, kind="deny")] == ["gcp-iam"]


def test_trusts_of_people_clusters_pipelines_and_everybody(found):
    held = {(t.mechanism, t.subject_kind): t for t in of(found, Trust, identity_uid=SA) if t.subject_kind != "workload"}
    github = held["gcp:workload-identity", "federated"]
    assert (github.issuer, github.subs) == ("token.actions.githubusercontent.com", ["repo:acme/infra:*"])
    assert github.attrs["claims"] == "repository,repository_owner_id"
    cluster = held["k8s:workload-identity", "federated"]
    assert (cluster.subs, cluster.attrs["sub_operator"]) == (["system:serviceaccount:payments:api"], "StringEquals")
    assert held["gcp:impersonation", "identity"].subject == "gcp:user/ada.lovelace@acme.example"
    assert held["gcp:impersonation", "anyone"].subject == "*"
    assert len(of(found, Policy, kind="trust", language="gcp-workload-identity")) == 1


def test_deleted_members_and_strangers_are_told_apart(found):
    by = {i.uid: i for i in of(found, Identity)}
    assert by[f"gcp:sa/gone@{PROD}.iam.gserviceaccount.com"].status == "deleted"
    assert by["gcp:user/eve@stranger.example"].third_party
    assert not by["gcp:user/ada.lovelace@acme.example"].third_party
    assert by[f"gcp:sa/reporting@{PROD}.iam.gserviceaccount.com"].status == "disabled"


def test_owners_come_from_descriptions_and_labels(found):
    assert {(o.owner, o.evidence) for o in of(found, Ownership, identity_uid=SA)} == {
        ("ada.lovelace@acme.example", "annotation"),
        ("team:platform", "tag"),
    }


def test_api_keys_say_what_limits_them(found):
    limits = {c.name: (c.attrs["apis"], c.attrs["clients"]) for c in of(found, Credential, kind="api_token", issuer="gcp")}
    assert limits == {"API key maps": ("maps-backend.googleapis.com", "websites"), "API key open": ("any", "any")}


def test_secrets_say_their_age_by_their_newest_version(found):
    held = {c.name: c for c in of(found, Credential, kind="secret", issuer="unknown")}
    assert (held["rotating"].rotated_at, held["rotating"].attrs["rotation_days"]) == (ago(5), "30")
    assert (held["payments-db"].rotated_at, held["payments-db"].attrs["rotation_enabled"]) == (ago(600), "false")
    assert held["empty"].status == "inactive"


def test_values_are_recognised_when_asked_for(fake, ctx, seed):
    found = list(provider.discover(target(fake.url, read_secrets="true"), ctx))
    from keyrack.sdk import Secret

    mark = ctx.fingerprint.of(Secret(seed.stored))
    held = of(found, Credential, fingerprint=mark)
    assert [c.uid for c in held] == [f"cred:fp:{mark}"]
    assert [p.system for p in of(found, Placement, credential_uid=held[0].uid)] == ["vault"]


def test_workloads_run_as_accounts_and_leak_what_lies_in_their_settings(found):
    runs = {(t.subject.rpartition("/")[2], t.identity_uid) for t in of(found, Trust, mechanism="gcp:runs-as")}
    default = f"gcp:sa/{DEFAULT}"
    assert runs == {("storefront", default), ("nightly", SA), ("resize", SA), ("vm-1", default), ("default-pool", default)}
    leaks = {p.attrs["field"] for p in of(found, Placement, system="workload_env")}
    assert leaks == {"STRIPE_API_KEY", "DB_PASSWORD", "metadata.startup-script.DB_PASSWORD"}
    assert {r.attrs.get("node_metadata") for r in of(found, Resource, type="gcp:node-pool")} == {"open"}


def test_both_ways_see_the_same(fake, ctx, found):
    fake.denied |= {"/assets$|searchAllIamPolicies$"}
    direct = list(provider.discover(target(fake.url), ctx))
    left, right = ({row_key(r): r for r in records if not isinstance(r, Gap)} for records in (found, direct))
    assert left.keys() == right.keys()
    assert {key for key in left if left[key] != right[key]} == set()
    assert [g.subject for g in of(direct, Gap, reason="denied")] == ["Cloud Asset Inventory"]
