"""Mapping is total: whatever JSON comes, records or nothing, and every record is encodable."""

from __future__ import annotations

import msgspec
import pytest
from entra_tenant import NOW
from hypothesis import given, settings
from hypothesis import strategies as st

from keyrack.providers.entra import federation, grants, keys, people, principals, privileges, rbac, vaults, workloads
from keyrack.providers.entra.names import Tenant, guid
from keyrack.providers.entra.scan import Api
from keyrack.records import Record
from keyrack.sdk import Fingerprinter

TENANT = Tenant("00000000-0000-4000-8000-00000000000a")
HOLDER = f"entra:{TENANT.id}:sp/00000000-0000-4000-8000-00000000000b"
ID = "00000000-0000-4000-8000-00000000000c"
NAMES = (
    "id", "appId", "displayName", "userPrincipalName", "mail", "accountEnabled", "createdDateTime", "tags", "notes", "owners", "name", "web",
    "implicitGrantSettings", "redirectUris", "passwordCredentials", "keyCredentials", "keyId", "endDateTime", "customKeyIdentifier", "usage",
    "properties", "issuer", "subject", "audiences", "claimsMatchingExpression", "value", "appRoleId", "scope", "consentType", "identity",
    "roleDefinitionId", "directoryScopeId", "principalId", "permissions", "actions", "notActions", "type", "accessPolicies", "objectId",
    "secrets", "attributes", "exp", "rotationPolicy", "lifetimeActions", "template", "containers", "env", "userAssignedIdentities",
    "isEncrypted", "rolePermissions", "allowedResourceActions", "isBuiltIn", "verifiedPublisher", "employeeLeaveDateTime", "manager",
)  # fmt: skip
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.just(ID), st.just("2026-01-01T00:00:00Z"),
    st.just("9999-12-31T23:59:59.9999999Z"), st.just("CustomRole"), st.just("claims['sub'] matches 'a'"), st.just("/subscriptions/a/b"),
    st.just("\ud800"), st.just("*" * 40),
)  # fmt: skip
JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(NAMES), inner, max_size=6)),
    max_leaves=20,
)
THINGS = st.dictionaries(st.sampled_from(NAMES), JSON, max_size=12)
PRINT = Fingerprinter(b"k" * 32)


def hold(records: object) -> None:
    for record in [records] if isinstance(records, Record) else records or ():  # type: ignore[union-attr]
        assert msgspec.json.decode(msgspec.json.encode(record), type=type(record)) == record


@given(THINGS)
@settings(max_examples=150)
def test_the_directorys_objects(raw):
    hold(people.user_records(TENANT, raw))
    hold(people.user_records(TENANT, {**raw, "id": ID}))
    held = principals.principal(TENANT, raw, ID)
    hold(principals.own_identity(TENANT, held, raw, {}))
    hold(principals.lone_application(TENANT, raw, ID))
    hold(principals.other_identity(TENANT, raw, held, {}))
    hold(principals.ownership(TENANT, HOLDER, principals.owners_of(raw)))
    hold(principals.noted(HOLDER, held.notes))
    hold(keys.credentials(HOLDER, raw, NOW))
    hold(keys.credentials(HOLDER, {"passwordCredentials": [{**raw, "keyId": ID}], "keyCredentials": [{**raw, "keyId": ID}]}, NOW))
    hold(keys.key_use({**raw, "keyId": ID}, HOLDER))
    hold(keys.principal_use(raw, HOLDER))
    hold(federation.federated(TENANT, HOLDER, raw))


@given(THINGS, THINGS)
@settings(max_examples=150)
def test_permissions_and_roles(raw, other):
    hold(grants.app_role(HOLDER, raw, Api(HOLDER, "api", ID, {})))
    hold(grants.consent(HOLDER, raw, "api", None))
    hold(grants.directory_role(HOLDER, {**raw, "roleDefinitionId": ID}, {ID: other}))
    hold(rbac.assignment(TENANT, HOLDER, raw, {}))
    hold(rbac.assignment(TENANT, HOLDER, {"properties": {**raw, "roleDefinitionId": ID}}, {ID: other}))
    hold(rbac.custom_role(TENANT, raw))
    hold(rbac.custom_role(TENANT, {"name": ID, "properties": {**raw, "type": "CustomRole"}}))
    hold(rbac.denial(TENANT, raw))
    hold(rbac.vault_policies(raw, {ID: HOLDER}))
    assert privileges.of_azure_role(other) in {"unknown", "list", "read", "write", "permissions", "admin"}


@given(THINGS)
@settings(max_examples=150)
def test_resources_of_azure(raw):
    hold(workloads.resource(TENANT, raw))
    hold(workloads.runs_as(TENANT, raw))
    hold(workloads.tagged_owner(HOLDER, raw))
    for where, values in workloads.variables(raw).items():
        hold(workloads.sightings(TENANT, raw, where, values, PRINT, env=True))
    hold(workloads.automation_variable(TENANT, raw, raw, PRINT))
    hold(vaults.vault(TENANT, raw, None))
    hold(vaults.secret(raw, raw, None))
    hold(vaults.key(TENANT, raw, None))


@pytest.mark.parametrize(
    ("scope", "level"),
    [
        ("/", "tenant"), ("/providers/Microsoft.Management/managementGroups/a", "management-group"), ("/subscriptions/a", "subscription"),
        ("/subscriptions/a/resourceGroups/b", "resource-group"), ("/subscriptions/a/resourceGroups/b/providers/c/d/e", "resource"),
    ],
)  # fmt: skip
def test_levels_of_a_scope(scope, level):
    assert rbac.level_of(scope) == level


@pytest.mark.parametrize(
    ("actions", "excluded", "expected"),
    [
        (["*"], [], "admin"), (["*"], ["Microsoft.Authorization/*/Write"], "permissions"), (["*/read"], [], "read"),
        (["Microsoft.Authorization/*"], [], "permissions"), (["Microsoft.Web/sites/restart/action"], [], "write"), ([], [], "unknown"),
        (["*a" * 60], [], "write"),
    ],
)  # fmt: skip
def test_classes_of_custom_roles(actions, excluded, expected):
    role = {"type": "CustomRole", "permissions": [{"actions": actions, "notActions": excluded}]}
    assert privileges.of_azure_role(role) == expected


def test_only_a_guid_is_a_guid():
    assert guid(ID.upper()) == ID
    assert [guid(value) for value in (None, "", "x", f"{ID}/../x", f"{ID}\n/x")] == [None] * 5


def test_a_passwords_hint_never_leaves():
    raw = {"passwordCredentials": [{"keyId": ID, "hint": "Zq7", "displayName": None, "customKeyIdentifier": "WnE3"}]}
    assert "Zq7" not in msgspec.json.encode(list(keys.credentials(HOLDER, raw, NOW))).decode()
