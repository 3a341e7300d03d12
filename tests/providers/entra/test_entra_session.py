"""Signing in, naming the tenant, probing, and what `keyrack permissions` prints."""

from __future__ import annotations

import base64
import json

import pytest

from keyrack.errors import KeyrackError
from keyrack.providers.entra import provider
from keyrack.providers.entra.capabilities import GRAPH_IDS, MANIFEST
from keyrack.records import Gap
from keyrack.sdk import Probing, Target
from keyrack.sdk.testing import check_light_import


def test_importing_loads_no_vendor_library():
    check_light_import("keyrack.providers.entra")


def test_the_tenant_is_named_by_option_token_or_call(tenant, url, fakes, target_of, ctx, monkeypatch):
    name = f"entra:{tenant.maker.directory.tenant}"
    assert provider.source(target_of(url), ctx).id == name
    assert fakes.total() == 0
    assert provider.source(target_of(url, tenant=""), ctx).id == name
    assert fakes.graph.total() == 1
    claims = base64.urlsafe_b64encode(json.dumps({"tid": tenant.ids["prod"]}).encode()).decode().rstrip("=")
    monkeypatch.setenv("KEYRACK_TEST_GRAPH", f"e30.{claims}.sig")
    assert provider.source(target_of(url, tenant=""), ctx).id == f"entra:{tenant.ids['prod']}"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"cloud": "moon"}, "entra.cloud"), ({"timeout": "soon"}, "entra.timeout"), ({"timeout": "inf"}, "entra.timeout"),
        ({"endpoint": "ftp://x"}, "entra.address"), ({"endpoint": "http://example.org"}, "entra.plain_http"),
        ({"token_env": "KEYRACK_TEST_UNSET"}, "entra.token"),
    ],
)  # fmt: skip
def test_wrong_options_are_said(url, target_of, ctx, options, code):
    with pytest.raises(KeyrackError) as caught:
        list(provider.discover(target_of(url, **{"tenant": "", **options}), ctx))
    assert caught.value.code == code


def test_no_way_to_sign_in_is_one_sentence(ctx, monkeypatch, tmp_path):
    for name in ("AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_CLIENT_SECRET", "AZURE_FEDERATED_TOKEN_FILE", "IDENTITY_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "dev")  # no metadata service is asked
    with pytest.raises(KeyrackError) as caught:
        provider.source(Target("entra", options={}), ctx)
    assert caught.value.code == "entra.sign_in"


def test_azure_may_be_left_out(url, fakes, target_of, ctx):
    gaps = [gap for gap in provider.discover(target_of(url, directory_only="true"), ctx) if isinstance(gap, Gap)]
    assert [(gap.capability, gap.incomplete) for gap in gaps] == [("entra.azure", False)]
    assert fakes.arm.total() == 0


def test_probes_name_the_missing_permission(url, fakes, target_of, ctx):
    assert isinstance(provider, Probing)
    assert all(probe.ok for probe in provider.probe(target_of(url), ctx))
    fakes.graph.granted = {"Application.Read.All", "Organization.Read.All"}
    missing = {probe.permission for probe in provider.probe(target_of(url), ctx) if not probe.ok}
    assert missing == {
        "Policy.Read.All", "User.Read.All", "Directory.Read.All", "RoleManagement.Read.Directory", "RoleEligibilitySchedule.Read.Directory",
        "AuditLog.Read.All",
    }  # fmt: skip
    fakes.arm.cloud.containers.clear()
    unseen = [probe for probe in provider.probe(target_of(url), ctx) if not probe.ok and probe.capability == "entra.azure"]
    assert unseen[0].permission == "Microsoft.Resources/subscriptions/read"


def test_the_permissions_the_manifest_states_are_enough(tenant, url, fakes, target_of, ctx):
    fakes.graph.granted = {p.name for c in MANIFEST.capabilities for p in c.permissions if "/" not in p.name}
    assert not [gap for gap in provider.discover(target_of(url), ctx) if isinstance(gap, Gap)]


def test_what_to_create_names_every_permission():
    permissions = [p for c in MANIFEST.capabilities for p in c.permissions]
    assert MANIFEST.grant is not None
    made = json.loads(MANIFEST.grant(permissions))
    asked = {one["id"] for one in made["application"]["requiredResourceAccess"][0]["resourceAccess"]}
    assert asked == {GRAPH_IDS[p.name] for p in permissions if "/" not in p.name}
    assert "Microsoft.Authorization/roleAssignments/read" in made["azureRole"]["Actions"]
