"""The provider against the fakes: what it sees, what it says of it, and the house's contract."""

from __future__ import annotations

import json

import pytest

from keyrack.providers.entra import provider
from keyrack.records import Credential, Gap, Grant, Identity, Ownership, Person, Placement, Policy, Resource, Trust, Usage
from keyrack.sdk.testing import check_contract


@pytest.fixture
def records(tenant, url, target_of, ctx):
    return check_contract(provider, target_of(url), ctx, planted=tenant.planted)


def of(records, kind):
    return {getattr(record, kind.key[0]): record for record in records if isinstance(record, kind)}


def test_the_contract_holds_and_nothing_is_missing(records):
    assert [gap for gap in records if isinstance(gap, Gap)] == []


def test_identities_of_every_kind(records, tenant):
    found = of(records, Identity)
    api = found[tenant.uid("sp", "api")]
    assert (api.type, api.kind, api.status, api.environment) == ("entra:service-principal", "oauth_app", "active", "prod")
    assert api.attrs["conditional_access"] == "only from Azure"
    assert found[tenant.uid("sp", "idle")].status == "disabled"
    spa = found[tenant.uid("sp", "spa")]
    assert (spa.attrs["implicit_grant"], spa.attrs["public_client"], spa.attrs["insecure_redirect"]) == (
        "access_token",
        "true",
        "true",
    )
    assert found[tenant.uid("app", "lone")].type == "entra:application"
    vendor = found[tenant.uid("sp", "vendor")]
    assert vendor.third_party
    assert vendor.attrs["publisher_verified"] == "false"
    teams = found[tenant.uid("sp", "teams")]
    assert (teams.vendor, teams.attrs["first_party"]) == ("Microsoft", "true")
    mi = found[tenant.uid("managed-identity", "mi")]
    assert (mi.type, mi.environment, mi.attrs["assigned"]) == ("azure:managed-identity", "prod", "user")
    assert found[tenant.uid("managed-identity", "vm")].environment == "nonprod"
    assert found[tenant.uid("agent", "agent")].kind == "ai_agent"
    assert found[tenant.uid("sp", "blueprint")].type == "entra:agent-blueprint"
    assert (found[tenant.uid("user", "anna")].kind, found[tenant.uid("user", "olof")].status) == ("human", "disabled")


def test_people_with_managers_and_leavers_without_guests(records):
    people = of(records, Person)
    assert people["olof@nordholm.example"].status == "gone"
    assert people["olof@nordholm.example"].manager == "anna@nordholm.example"
    assert people["anna@nordholm.example"].team == "payments"
    assert len(people) == 2


def test_credentials_and_their_reported_use(records, tenant):
    found, keys = of(records, Credential), tenant.apps["api"].keys
    deploy = found[f"cred:azure:{keys['deploy']}"]
    assert (deploy.kind, deploy.status, deploy.expiry, deploy.identity_uid) == (
        "oauth_secret",
        "active",
        "set",
        tenant.uid("sp", "api"),
    )
    assert found[f"cred:azure:{keys['old']}"].status == "expired"
    cert = found[f"cred:azure:{keys['cert']}"]
    assert (cert.kind, len(cert.attrs["sha1"])) == ("certificate", 40)
    use = {u.credential_uid: u for u in of(records, Usage).values() if u.credential_uid}
    assert (use[deploy.uid].grade, use[deploy.uid].identity_uid) == ("reported", tenant.uid("sp", "api"))
    never = use[f"cred:azure:{tenant.apps['idle'].keys['never used']}"]
    assert (never.grade, never.used_at) == ("absent", None)
    assert never.since is not None
    assert f"cred:azure:{keys['old']}" not in use
    flows = {u.attrs.get("flow") for u in of(records, Usage).values() if u.identity_uid == tenant.uid("sp", "api")}
    assert {"application", "delegated"} <= flows


def test_owners_sponsors_notes_and_tags(records, tenant):
    found = {(o.identity_uid, o.owner, o.evidence) for o in of(records, Ownership).values()}
    anna = "anna@nordholm.example"
    assert {
        (tenant.uid("sp", "api"), anna, "owner"),
        (tenant.uid("sp", "idle"), "olof@nordholm.example", "owner"),
        (tenant.uid("sp", "spa"), anna, "annotation"),
        (tenant.uid("agent", "agent"), anna, "sponsor"),
        (tenant.uid("sp", "blueprint"), anna, "sponsor"),
        (tenant.uid("managed-identity", "mi"), anna, "tag"),
    } <= found
    assert not any(uid == tenant.uid("agent", "orphan agent") for uid, _, _ in found)


def test_grants_of_the_directory(records, tenant):
    grants = [record for record in records if isinstance(record, Grant)]
    by = {(g.identity_uid, g.actions[0]): g for g in grants if g.language == "entra"}
    strong = by[tenant.uid("sp", "api"), "RoleManagement.ReadWrite.Directory"]
    assert (strong.resources, strong.conditions) == (["*"], None)
    mail = by[tenant.uid("sp", "vendor"), "Mail.ReadWrite"]
    assert (mail.attrs["consent"], mail.attrs["consented_by"]) == ("user", tenant.uid("user", "anna"))
    assert mail.conditions is not None
    assert by[tenant.uid("sp", "api"), "Global Administrator"].resources == ["*"]
    assert by[tenant.uid("sp", "api"), "Key keeper"].privilege == "permissions"
    assert by[tenant.uid("user", "anna"), "Helpdesk Administrator"].conditions is not None
    assert by[tenant.uid("sp", "idle"), "Directory Readers"].via == "group"


def test_grants_of_azure(records, tenant):
    by = {(g.identity_uid, g.policy): g for g in records if isinstance(g, Grant) and g.language == "azure"}
    owner = by[tenant.uid("sp", "api"), "Owner"]
    assert (owner.actions, owner.attrs["scope_level"]) == (["Owner"], "subscription")
    assert by[tenant.uid("managed-identity", "mi"), "Reader"].resources == ["*"]
    group = by[tenant.uid("sp", "idle"), "Contributor"]
    assert (group.via, group.attrs["scope_level"]) == ("group", "resource-group")
    restarter = by[tenant.uid("managed-identity", "vm"), "Restarter"]
    assert (restarter.actions, restarter.privilege) == (["Microsoft.Web/sites/restart/action"], "write")
    vault = by[tenant.uid("sp", "api"), "access policy of the vault"]
    assert vault.privilege == "write"
    assert "data:Microsoft.KeyVault/vaults/keys/*" in vault.actions
    roles = [p for p in records if isinstance(p, Policy) and p.language == "azure-rbac"]
    assert [role.name for role in roles] == ["Restarter"]


def test_federation_of_applications_and_managed_identities(records, tenant):
    trusts = [t for t in records if isinstance(t, Trust) and t.mechanism == "entra:federated-credential"]
    by = {t.attrs["name"]: t for t in trusts}
    assert by["github"].subs == ["repo:nordholm/payments-api:environment:production"]
    assert by["github"].issuer == "token.actions.githubusercontent.com"
    assert (by["flexible"].subs, by["flexible"].attrs["sub_operator"], by["flexible"].attrs["claims"]) == (
        ["repo:nordholm/*"],
        "StringLike",
        "job_workflow_ref",
    )
    assert (by["k8s"].identity_uid, by["k8s"].issuer) == (tenant.uid("managed-identity", "mi"), "oidc.example/x")
    documents = [json.loads(p.document) for p in records if isinstance(p, Policy) and p.kind == "trust"]
    assert {document["name"] for document in documents} == {"github", "flexible", "k8s"}


def test_workloads_and_secrets_in_their_settings(records, tenant):
    runs = {
        (t.subject.rpartition("/")[2], t.identity_uid) for t in records if isinstance(t, Trust) and t.mechanism == "azure:runs-as"
    }
    assert {("shop", tenant.uid("managed-identity", "mi")), ("build-1", tenant.uid("managed-identity", "vm"))} <= runs
    placed = {p.attrs.get("field"): p for p in records if isinstance(p, Placement)}
    assert placed["appsettings.DATABASE_URL"].system == "app_setting"
    assert placed["appsettings.DATABASE_URL"].consumer_uid == tenant.uid("managed-identity", "mi")
    assert placed["web.STRIPE_SECRET_KEY"].system == "workload_env"
    assert placed["variables.SENDGRID_API_KEY"].exposure == "config"
    assert placed["variables.hidden"].exposure == "sanctioned"
    assert "connectionstrings.main" not in placed


def test_the_vault_by_names_and_dates(records):
    stored = {c.name: c for c in records if isinstance(c, Credential) and (c.public_id or "").startswith("/subscriptions/")}
    assert (stored["stripe"].kind, stored["stripe"].expiry) == ("secret", "never")
    assert stored["stripe"].created_at is not None
    assert (stored["tls"].kind, stored["tls"].expiry) == ("certificate", "set")
    kinds = {r.type for r in records if isinstance(r, Resource)}
    assert {
        "azure:key-vault",
        "azure:vault-key",
        "azure:subscription",
        "entra:tenant",
        "azure:app",
        "azure:container-app",
    } <= kinds
