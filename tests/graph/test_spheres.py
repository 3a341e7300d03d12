"""Other languages across borders: what a grant covers, and that spheres lead to exactly those a pair-by-pair reading finds."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from keyrack.graph.blast import blast
from keyrack.graph.build import build
from keyrack.graph.languages import language_edges
from keyrack.graph.model import Estate, is_crowd
from keyrack.graph.paths import paths_to
from keyrack.records import Credential, Grant, Identity, Resource, Trust

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
TOKEN = "iam.serviceAccounts.getAccessToken"
TENANT = "11111111-1111-1111-1111-111111111111"
GROUP = "/subscriptions/s1/resourcegroups/web"
MACHINE = f"{GROUP}/providers/microsoft.compute/virtualmachines/vm1"


def gcp(name, project):
    return Identity(
        uid=f"gcp:sa/{name}@{project}.iam.gserviceaccount.com", kind="service_account", type="gcp:service-account", name=name,
        provider="gcp", scope=project,
    )  # fmt: skip


def project(name, *above):
    return Resource(
        uid=f"gcp:project/{name}", type="gcp:project", name=name, provider="gcp", scope=name, attrs={"above": ",".join(above)}
    )


def managed(name, **attrs):
    return Identity(
        uid=f"entra:{TENANT}:managed-identity/{name}", kind="workload", type="azure:managed-identity", name=name, provider="entra",
        scope=TENANT, attrs=attrs,
    )  # fmt: skip


def account(name, space, cluster="prod-eu"):
    return Identity(
        uid=f"k8s:{cluster}:sa/{space}/{name}", kind="service_account", type="k8s:service-account", name=name, provider="kubernetes",
        scope=cluster, attrs={"namespace": space},
    )  # fmt: skip


def grant(who, *actions, resources=("*",), privilege="unknown", conditions=None, **attrs):
    language = {"gcp": "gcp", "entra": "azure", "kubernetes": "kubernetes"}[who.provider]
    return Grant(
        uid=f"g:{who.uid}:{actions}:{resources}", identity_uid=who.uid, language=language, effect="allow", actions=list(actions),
        resources=list(resources), privilege=privilege, conditions=conditions, attrs=attrs,
    )  # fmt: skip


def reached(estate, who):
    """Identities one step away."""
    return {path.target for other in estate.identities if other != who for path in paths_to(build(estate), other.uid, who.uid)}


@pytest.fixture
def clouds():
    """Two projects of one folder, one outside of it."""
    people = (gcp("ci", "dev"), gcp("deployer", "prod"), gcp("api", "prod"), gcp("etl", "lab"))
    return people, (project("dev", "folders/2", "organizations/1"), project("prod", "folders/2", "organizations/1"),
                    project("lab", "organizations/1"))  # fmt: skip


def test_a_role_on_another_project_reaches_its_accounts_and_no_others(clouds):
    people, projects = clouds
    ci, deployer, api, _ = people
    there = grant(ci, TOKEN, resources=("gcp:project/prod",))
    found = Estate(NOW, identities=people, resources=projects, grants=(there,))
    assert reached(found, ci) == {deployer.uid, api.uid}
    one = replace(there, resources=[deployer.uid])
    assert reached(Estate(NOW, identities=people, resources=projects, grants=(one,)), ci) == {deployer.uid}
    bucket = replace(there, resources=["//storage.googleapis.com/b"])
    assert not reached(Estate(NOW, identities=people, resources=projects, grants=(bucket,)), ci)


def test_a_role_on_a_folder_reaches_every_project_in_it(clouds):
    people, projects = clouds
    ci, deployer, api, etl = people
    for node, targets in (("folders/2", {deployer.uid, api.uid}), ("organizations/1", {deployer.uid, api.uid, etl.uid})):
        on = f"//cloudresourcemanager.googleapis.com/{node}"
        found = Estate(NOW, identities=people, resources=projects, grants=(grant(ci, TOKEN, on=on),))
        assert reached(found, ci) == targets


def test_a_denial_takes_a_permission_away_where_it_stands_and_below(clouds):
    people, projects = clouds
    ci, deployer, api, _ = people
    held, both = grant(ci, TOKEN, resources=("gcp:project/prod",)), {deployer.uid, api.uid}
    folder = "//cloudresourcemanager.googleapis.com/folders/2"
    for node, condition, left in (
        ("gcp:project/prod", None, set()),
        (folder, None, set()),
        ("gcp:project/lab", None, both),
        (folder, '{"expression": "x"}', both),
    ):
        denial = replace(grant(ci, TOKEN, conditions=condition, on=node), uid="g:deny", effect="deny")
        assert reached(Estate(NOW, identities=people, resources=projects, grants=(held, denial)), ci) == left


def test_an_owner_of_another_project_administers_that_project(clouds):
    people, projects = clouds
    ci, deployer, api, _ = people
    owner = grant(ci, "roles/owner", resources=("gcp:project/prod",), privilege="admin")
    graph = build(Estate(NOW, identities=people, resources=projects, grants=(owner,)))
    assert graph.admins == {ci.uid}
    assert {uid for ring in blast(graph, ci.uid) for uid in ring.identities} == {deployer.uid, api.uid}


def test_two_permissions_count_together_only_where_both_hold(clouds):
    people, projects = clouds
    ci, deployer, *_ = people
    act, create = "iam.serviceAccounts.actAs", "compute.instances.create"
    split = (grant(ci, act, resources=("gcp:project/prod",)), grant(ci, create, resources=("gcp:project/lab",)))
    assert not reached(Estate(NOW, identities=people, resources=projects, grants=split), ci)
    both = (grant(ci, act, resources=(deployer.uid,)), grant(ci, create, resources=("gcp:project/prod",)))
    assert reached(Estate(NOW, identities=people, resources=projects, grants=both), ci) == {deployer.uid}


def test_azure_scopes_reach_what_is_attached_below_them():
    ops, app, other = (
        managed("ops"),
        managed("app", resource=f"azure:{MACHINE}"),
        managed("other", resource="azure:/subscriptions/s2/x"),
    )
    run = "Microsoft.Compute/virtualMachines/runCommand/action"
    for scope, targets in (
        (MACHINE, {app.uid}), (GROUP, {app.uid}), ("/subscriptions/s1", {app.uid}), ("/subscriptions/s2", set()), (f"{GROUP}2", set()),
    ):  # fmt: skip
        found = Estate(NOW, identities=(ops, app, other), grants=(grant(ops, run, resources=(scope,)),))
        assert reached(found, ops) == targets, scope


def test_an_azure_identity_is_reached_through_every_machine_it_is_attached_to():
    own = f"{GROUP}/providers/microsoft.managedidentity/userassignedidentities/app"
    ops, app = managed("ops"), managed("app", resource=f"azure:{own}")
    attached = Trust(
        uid="t", identity_uid=app.uid, subject=f"azure:{MACHINE}", subject_kind="workload", mechanism="azure:runs-as"
    )
    run = grant(ops, "Microsoft.Compute/virtualMachines/runCommand/action", resources=(MACHINE,))
    assert not reached(Estate(NOW, identities=(ops, app), grants=(run,)), ops)
    assert reached(Estate(NOW, identities=(ops, app), trusts=(attached,), grants=(run,)), ops) == {app.uid}
    assign = grant(ops, "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action", resources=(own,))
    anywhere = grant(ops, "Microsoft.Compute/virtualMachines/write", resources=("/subscriptions/s9",))
    assert reached(Estate(NOW, identities=(ops, app), grants=(assign, anywhere)), ops) == {app.uid}
    assert not reached(Estate(NOW, identities=(ops, app), grants=(assign,)), ops)


def test_an_owner_of_a_subscription_is_an_administrator_and_of_a_group_is_not():
    ops, app = managed("ops"), managed("app", resource=f"azure:{MACHINE}")
    for scope, admin in (("/subscriptions/s1", True), (GROUP, False)):
        graph = build(Estate(NOW, identities=(ops, app), grants=(grant(ops, "Owner", resources=(scope,), privilege="admin"),)))
        assert (ops.uid in graph.admins) is admin
        assert {uid for ring in blast(graph, ops.uid) for uid in ring.identities} == {app.uid}


ACCOUNTS = [account(name, space, cluster) for cluster in ("a", "b") for space in ("dev", "prod") for name in ("x", "y")]
ACTIONS = ["create:pods", "get:secrets", "create:secrets", "impersonate:groups", "get:nodes/proxy", "*:pods", "list:pods"]
GRANTS = st.lists(
    st.builds(
        grant,
        st.sampled_from(ACCOUNTS),
        st.sampled_from(ACTIONS),
        resources=st.sampled_from([("*",), ("namespace/dev",), ("namespace/prod",)]),
        conditions=st.sampled_from([None, '{"x": 1}']),
    ),
    max_size=5,
)
SINGLE = {"create:pods": {"create:pods", "*:pods"}, "get:secrets": {"get:secrets"}, "get:nodes/proxy": {"get:nodes/proxy"}}


@given(GRANTS, st.sets(st.sampled_from([one.uid for one in ACCOUNTS])))
def test_spheres_lead_to_exactly_those_that_pairs_lead_to(grants, with_tokens):
    tokens = tuple(Credential(uid=f"c:{u}", kind="api_token", issuer="kubernetes", name="t", identity_uid=u) for u in with_tokens)
    edges, _ = language_edges(Estate(NOW, identities=tuple(ACCOUNTS), grants=tuple(grants), credentials=tokens))
    inside = {}
    for edge in edges:
        inside.setdefault(edge.source, set()).add(edge.target)
    found = {
        (edge.source, edge.mechanism, target, edge.conditional)
        for edge in edges
        if edge.mechanism in SINGLE
        for target in (inside.get(edge.target, set()) if is_crowd(edge.target) else {edge.target})
        if target != edge.source
    }
    surest = {key for *key, conditional in map(list, found) for key in [tuple(key)] if not conditional}
    expected = set()
    for one in grants:
        holder = next(a for a in ACCOUNTS if a.uid == one.identity_uid)
        for way, actions in SINGLE.items():
            for peer in ACCOUNTS:
                wide = one.resources == ["*"]
                if one.actions[0] not in actions or peer.uid == holder.uid or peer.scope != holder.scope:
                    continue
                if not wide and (way.endswith("nodes/proxy") or one.resources != [f"namespace/{peer.attrs['namespace']}"]):
                    continue
                if way != "get:secrets" or peer.uid in with_tokens:
                    expected.add((one.identity_uid, way, peer.uid, one.conditions is not None))
    assert {key[:3] for key in found} == {key[:3] for key in expected}
    assert surest == {key[:3] for key in expected if not key[3]}
