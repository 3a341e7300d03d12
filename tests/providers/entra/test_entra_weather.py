"""The provider in every weather: gaps or records, never a crash, never silence, bounded calls and memory."""

from __future__ import annotations

import tracemalloc

import pytest
from entra_tenant import NOW
from matrix import record_outcomes

from keyrack.providers.entra import provider
from keyrack.records import Credential, Gap, Grant, Identity, Trust
from keyrack.sdk.testing import check_weather, check_words, storm
from keyrack_estate.chance import Chance
from keyrack_estate.fakes.microsoft.arm import Arm
from keyrack_estate.fakes.microsoft.both import Microsoft
from keyrack_estate.fakes.microsoft.graph import Graph
from keyrack_estate.fakes.microsoft.maker import Maker
from keyrack_estate.fakes.server import serve

HOSTILE = (
    "\x00\x07\x1b[31mred", "'; DROP TABLE identities; --", '"\\"', "\u202egpj.exe", "x" * 10_000, "👩‍🚀🔥", "../../etc/passwd",
    "<script>alert(1)</script>", "a\r\nSet-Cookie: x", "{{7*7}}", "%s%n", "",
)  # fmt: skip


def test_every_gale(tenant, url, target_of, ctx):
    with storm(url) as sky:
        outcomes = check_weather(provider, sky, lambda address: target_of(address, timeout="0.3"), ctx, planted=tenant.planted)
    record_outcomes("entra", outcomes)
    assert {outcome.refused for outcome in outcomes} == {""}


@pytest.mark.parametrize(
    "path", ["/v1.0/servicePrincipals", "/v1.0/applications", "/v1.0/users", "/beta/reports", "ResourceGraph", "vaults"]
)
def test_one_thing_denied_hides_nothing_else(tenant, url, fakes, target_of, ctx, path):
    fakes.graph.denied.add(path)
    fakes.arm.denied.add(path)
    records = list(provider.discover(target_of(url), ctx))
    gaps = [gap for gap in records if isinstance(gap, Gap)]
    assert gaps
    assert {gap.reason for gap in gaps} == {"denied"}
    assert all(gap.permission and gap.hint for gap in gaps)
    assert len(records) > 20
    check_words(provider.manifest, records)


def test_use_is_absent_only_when_the_report_was_whole(tenant, url, fakes, target_of, ctx):
    fakes.graph.denied.add("/beta/reports")
    assert not [r for r in provider.discover(target_of(url), ctx) if type(r).__name__ == "Usage"]


def test_a_licence_that_is_missing_is_no_refusal(tenant, url, fakes, target_of, ctx):
    fakes.graph.premium = False
    gaps = [gap for gap in provider.discover(target_of(url), ctx) if isinstance(gap, Gap)]
    assert {gap.reason for gap in gaps} == {"unsupported"}
    assert all("licence" in gap.detail for gap in gaps)


def test_small_pages_and_an_empty_page_bring_everything(tenant, url, fakes, target_of, ctx):
    whole = set(map(str, provider.discover(target_of(url), ctx)))
    for part in (fakes.graph, fakes.arm):
        part.page = 2
        part.quirks.add("empty-page")
    assert set(map(str, provider.discover(target_of(url), ctx))) == whole


def test_a_page_that_repeats_ends_and_is_said(tenant, url, fakes, target_of, ctx):
    for part in (fakes.graph, fakes.arm):
        part.page = 2
        part.quirks.add("repeat-page")
    gaps = [gap for gap in provider.discover(target_of(url), ctx) if isinstance(gap, Gap)]
    assert gaps
    assert {gap.reason for gap in gaps} == {"truncated"}
    assert fakes.total() < 300, "an empty listing that goes on for ever is followed for 50 pages"


def test_a_token_that_expires_midway_keeps_what_came_before(tenant, url, fakes, target_of, ctx):
    fakes.graph.expire_after = 6
    records = list(provider.discover(target_of(url), ctx))
    gaps = [gap for gap in records if isinstance(gap, Gap)]
    assert {gap.reason for gap in gaps} == {"denied"}
    assert any("ended midway" in gap.detail for gap in gaps)
    assert [record for record in records if isinstance(record, Identity)]


def test_the_other_clouds_have_no_reports(tenant, url, fakes, target_of, ctx):
    gaps = [gap for gap in provider.discover(target_of(url, cloud="usgov"), ctx) if isinstance(gap, Gap)]
    assert [(gap.capability, gap.incomplete) for gap in gaps] == [("entra.sign_in_activity", False)]
    assert not any("reports" in path for path in fakes.graph.calls)


def test_hostile_names_everywhere(tenant, url, target_of, ctx):
    maker = tenant.maker
    for name in HOSTILE:
        app = maker.app(name, notes=name, tags=[name, f"{name}:{name}"])
        maker.secret(app, name, age=10)
        maker.federate(app, name, name, name)
        maker.foreign(name, verified=name or None)
        maker.permit(app.sp, "User.Read.All")
        maker.directory.consents.append({"id": name, "clientId": app.sp, "resourceId": name, "scope": name, "consentType": name})
        thing = maker.resource(tenant.ids["prod"], "rg-x", "Microsoft.Web/sites", name, tags={name: name, "env": name})
        maker.own_identity(thing)
        vault = maker.resource(
            tenant.ids["prod"], name, "Microsoft.KeyVault/vaults", name, properties={"accessPolicies": [{"objectId": name}]}
        )
        maker.vault_secret(vault, name, age=1, end=None)
        maker.assign(app.sp, maker.definition(name, {"actions": [name, f"*{name}*"]}), f"/subscriptions/{name}")
    records = list(provider.discover(target_of(url), ctx))
    check_words(provider.manifest, records)
    assert len([r for r in records if isinstance(r, Identity) and r.type == "entra:service-principal"]) >= 2 * len(HOSTILE)


class Many(Graph):
    """A directory of so many applications, made page by page."""

    size: int = 0

    def _list(self, request, things):
        if request.path not in {"/v1.0/applications", "/v1.0/servicePrincipals"}:
            return super()._list(request, things)
        return super()._list(request, _Lazy(self.size, request.path.endswith("servicePrincipals"), self.directory.tenant))


class _Lazy(list):
    """Objects made when a page asks for them."""

    def __init__(self, size, principals, tenant):
        super().__init__()
        self.size, self.principals, self.tenant = size, principals, tenant

    def __len__(self):
        return self.size

    def __iter__(self):
        raise AssertionError("nobody may make them all at once")

    def __getitem__(self, piece):
        start, stop, _ = piece.indices(self.size)
        return [self.one(number) for number in range(start, stop)]

    def one(self, number):
        app, sp = f"00000000-0000-4000-8000-{number:012d}", f"00000000-0000-4000-9000-{number:012d}"
        key = {
            "keyId": f"00000000-0000-4000-a000-{number:012d}",
            "startDateTime": "2026-01-01T00:00:00Z",
            "endDateTime": "2027-01-01T00:00:00Z",
        }
        if self.principals:
            return {
                "id": sp,
                "appId": app,
                "displayName": f"app-{number}",
                "servicePrincipalType": "Application",
                "appOwnerOrganizationId": self.tenant,
            }
        return {"id": app, "appId": app, "displayName": f"app-{number}", "passwordCredentials": [key]}


def test_a_hundred_thousand_applications_in_bounded_memory(tenant, target_of, ctx):
    size = 100_000
    maker = Maker(Chance(3, "many"), NOW)
    many = Many(directory=maker.directory, tokens={tenant.graph_token: "keyrack"}, page=999)
    many.size = size
    with serve(Microsoft(graph=many, arm=Arm(cloud=maker.cloud, tokens={tenant.arm_token: "keyrack"}))) as url:
        tracemalloc.start()
        seen = {"identities": 0, "credentials": 0, "gaps": 0}
        for record in provider.discover(target_of(url, tenant=maker.directory.tenant, timeout="60"), ctx):
            seen["identities"] += isinstance(record, Identity)
            seen["credentials"] += isinstance(record, Credential)
            seen["gaps"] += isinstance(record, Gap)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert seen == {"identities": size, "credentials": size, "gaps": 0}
    assert many.total() == 3 * 101 + 12  # three listings of 101 pages; twelve of one
    assert peak < 4_000 * size, f"{peak / size:.0f} bytes an application"


def test_records_of_a_wide_tenant_do_not_grow_the_calls(tenant, url, fakes, target_of, ctx):
    """One page more for each 999 objects, one call more for each 20 APIs, agents and groups: the manifest's formula."""
    fakes.graph.page = 999
    before = dict(fakes.graph.calls)
    list(provider.discover(target_of(url), ctx))
    base = fakes.graph.total() - sum(before.values())
    maker = tenant.maker
    blueprint = tenant.apps["blueprint"]
    for number in range(41):
        app = maker.app(f"more-{number}")
        maker.secret(app, "s", age=1)
        maker.federate(app, "f", "https://token.actions.githubusercontent.com", "repo:a/b:ref:refs/heads/main")
        maker.permit(app.sp, "User.Read.All")
        maker.consent(app.sp, "User.Read")
        maker.agent(f"agent-{number}", blueprint, [tenant.ids["anna"]])
    start = fakes.graph.total()
    records = list(provider.discover(target_of(url), ctx))
    assert fakes.graph.total() - start == base + 2  # 44 agents and blueprints: three batches instead of one
    assert len([g for g in records if isinstance(g, Grant)]) > 82
    assert len([t for t in records if isinstance(t, Trust)]) > 41


def test_calls_follow_the_manifests_formula(tenant, url, fakes, target_of, ctx):
    list(provider.discover(target_of(url), ctx))
    # tenant 2, users, principals, applications, federated 1 each, agents 1, blueprints 1 + sponsors 1, permissions 1, consents 1,
    # role definitions 1, assignments 1, eligible 1, groups 1, reports 2, conditional access 1, and the group of Azure roles 1
    assert fakes.graph.total() == 19
    # subscriptions, identities, workloads, definitions, assignments, vaults, containers, automation, sites: 9 queries; federated
    # credentials 1, deny assignments 2, vault contents 2, variables 1, settings 2 for each of the one site
    assert fakes.arm.total() == 9 + 1 + 2 + 2 + 1 + 2
