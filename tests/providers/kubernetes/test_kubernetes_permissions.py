"""What `keyrack permissions kubernetes` prints, applied to a real API server: enough for everything, and each part is missed by name."""

import time

import pytest
import yaml
from kubeapi import kube_api
from kubernetes_seed import Planted, install_crds, seed

from keyrack.providers.kubernetes import kinds, provider
from keyrack.providers.kubernetes.grant import cluster_role
from keyrack.records import Gap
from keyrack.sdk.unique import row_key

ROLE = "/apis/rbac.authorization.k8s.io/v1/clusterroles"
BINDINGS = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings"
PATHS = {
    "Namespace": "/api/v1/namespaces",
    "ServiceAccount": "/api/v1/namespaces/keyrack/serviceaccounts",
    "ClusterRole": ROLE,
    "ClusterRoleBinding": BINDINGS,
}
PERMISSIONS = [p for c in provider.manifest.capabilities for p in c.permissions]
LISTED = sorted({p.name for p in PERMISSIONS if p.name.startswith("list ")})


@pytest.fixture(scope="module")
def least(tmp_path_factory):
    """The printed manifests applied; the server, its scanner's token and the ClusterRole. Nobody has rights as one of all accounts.

    A server of its own: what is made here would show in other tests.
    """
    with kube_api(tmp_path_factory.mktemp("kube-least")) as server:
        seed(server.client(), Planted(), added=False)
        install_crds(server.client())
        server.must("DELETE", f"{BINDINGS}/open")
        for document in yaml.safe_load_all(cluster_role(PERMISSIONS)):
            made = server.must("POST", PATHS[document["kind"]], document)
            if document["kind"] == "ClusterRole":
                role = made
        server.settle()
        yield server, server.account("keyrack", "keyrack"), role


def settled(check):
    """The authorizer hears of a changed role a moment later."""
    for _ in range(100):
        if (found := check()) is not None:
            return found
        time.sleep(0.05)
    pytest.fail("the changed role never came into force")


def missing(server, token, target, ctx, **options):
    probes = provider.probe(target(server.url, token=token, ca=server.ca, **options), ctx)
    return {p.permission for p in probes if not p.detail.startswith("may list") and not p.detail.startswith("may get")}


def test_with_exactly_that_role_nothing_is_missed(least, scan):
    server, token, _ = least
    ours = scan(server.url, token=token, ca=server.ca)
    theirs = scan(server.url, token=server.token, ca=server.ca)
    assert [gap for gap in ours if isinstance(gap, Gap)] == []
    assert {row_key(record) for record in ours} == {row_key(record) for record in theirs}


def test_it_reads_and_does_nothing_else(least):
    server, token, _ = least
    for method, path in (
        ("POST", "/api/v1/namespaces"),
        ("DELETE", "/api/v1/namespaces/payments/secrets/login"),
        ("GET", "/api/v1/namespaces/payments/secrets/login"),
        ("GET", "/api/v1/secrets?watch=true&timeoutSeconds=1"),
    ):
        assert server.call(method, path, {} if method == "POST" else None, token=token)[0] == 403


@pytest.mark.parametrize("permission", LISTED)
def test_a_part_that_is_taken_away_is_missed_by_name(least, target, ctx, permission):
    server, token, role = least
    resource, _, group = permission.removeprefix("list ").partition(".")
    rules = []
    for rule in role["rules"]:
        kept = [name for name in rule.get("resources", []) if (name, rule["apiGroups"]) != (resource, [group])]
        if kept or "nonResourceURLs" in rule:
            rules.append({**rule, "resources": kept} if kept else rule)
    held = server.must("GET", f"{ROLE}/keyrack-read")
    server.must("PUT", f"{ROLE}/keyrack-read", {**held, "rules": rules})
    found = settled(lambda: missing(server, token, target, ctx) or None)
    held = server.must("GET", f"{ROLE}/keyrack-read")
    server.must("PUT", f"{ROLE}/keyrack-read", {**held, "rules": role["rules"]})
    settled(lambda: None if missing(server, token, target, ctx) else True)
    assert found == {permission}


def test_one_namespace_asks_for_rights_in_it_alone(least, target, ctx):
    server, token, _ = least
    assert missing(server, token, target, ctx, namespaces="payments") == set()
    assert len(LISTED) == len({kind.permission for kind in kinds.ALL})
