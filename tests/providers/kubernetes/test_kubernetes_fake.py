"""The fake against the real server and the official client, and what only the fake can show: added kinds, odd paging, size."""

import tracemalloc

import pytest
from kubernetes import client
from kubernetes_kit import TOKEN, official
from kubernetes_seed import base, meta

from keyrack.providers.kubernetes import kinds, provider
from keyrack.providers.kubernetes.grant import cluster_role
from keyrack.records import Credential, Gap, Grant, Identity, Placement, Resource, Trust, Usage
from keyrack.sdk import Secret
from keyrack.sdk.testing import check_contract


def of(records, record, /, **values):
    return [r for r in records if isinstance(r, record) and all(getattr(r, k) == v for k, v in values.items())]


def one(records, record, uid):
    return next(r for r in records if isinstance(r, record) and r.uid == uid)


@pytest.fixture
def records(seeded, target, ctx):
    server, made = seeded
    return check_contract(provider, target(server.url), ctx, planted=[*made.values(), TOKEN])


def test_the_official_client_reads_what_it_wrote(seeded):
    server, made = seeded
    api = official(server.url)
    core, rbac = client.CoreV1Api(api), client.RbacAuthorizationV1Api(api)
    assert {n.metadata.name for n in core.list_namespace().items} == {"payments", "storefront-dev"}
    assert core.read_namespaced_secret("login", "payments").type == "kubernetes.io/basic-auth"
    assert rbac.read_cluster_role_binding("batch-admin").role_ref.name == "cluster-admin"
    first = core.list_secret_for_all_namespaces(limit=2)
    rest = core.list_secret_for_all_namespaces(_continue=first.metadata._continue, limit=100)
    assert len(first.items) == 2
    assert len(rest.items) == len([o for o in base(made) if o["kind"] == "Secret"]) - 2
    assert client.BatchV1Api(api).list_cron_job_for_all_namespaces().items[0].metadata.name == "sweep"
    assert client.CustomObjectsApi(api).list_cluster_custom_object("external-secrets.io", "v1", "secretstores")["items"]
    review = client.AuthorizationV1Api(api).create_self_subject_access_review(
        client.V1SelfSubjectAccessReview(spec={"resourceAttributes": {"verb": "list", "resource": "pods"}})
    )
    assert review.status.allowed


def test_the_official_client_is_refused_as_by_the_real_server(fake):
    core = client.CoreV1Api(official(fake.url, "stranger"))
    with pytest.raises(client.ApiException) as refused:
        core.list_namespace()
    assert refused.value.status == 401
    core = client.CoreV1Api(official(fake.url))
    core.create_namespace({"metadata": {"name": "a"}})
    core.create_namespaced_service_account("a", {"metadata": {"name": "b"}})
    token = core.create_namespaced_service_account_token("b", "a", {"spec": {"audiences": ["api"]}}).status.token
    assert client.CoreV1Api(official(fake.url, token)).list_namespace().items
    del fake.tokens[token]
    with pytest.raises(client.ApiException) as refused:
        client.CoreV1Api(official(fake.url, token)).list_namespace()
    assert refused.value.status == 401
    with pytest.raises(client.ApiException) as refused:
        core.create_namespace({"metadata": {"name": "a"}})
    assert refused.value.status == 409


def shape(value):
    """Names and types, one level of lists deep; values that hold data by name are taken as they are."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items() if key not in {"managedFields", "status", "generation"}}
    return [shape(value[0])] if isinstance(value, list) and value else type(value).__name__


PATHS = (
    "/api/v1/namespaces/payments/serviceaccounts/api",
    "/api/v1/namespaces/payments/secrets/db-credentials",
    "/api/v1/namespaces/payments/configmaps/settings",
    "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/open",
    "/apis/rbac.authorization.k8s.io/v1/namespaces/payments/roles/reader",
    "/apis/rbac.authorization.k8s.io/v1/namespaces/payments/roles/nobody",
    "/api/v1/namespaces/payments/secrets?fieldSelector=metadata.name%3Dlogin",
    "/api/v1/namespaces/payments/secrets?fieldSelector=metadata.name!%3Dlogin,type%3Dkubernetes.io/tls",
    "/.well-known/openid-configuration",
    "/openid/v1/jwks",
)


@pytest.mark.parametrize("path", PATHS)
def test_the_fake_has_the_shapes_of_the_real_server(real, seeded, path):
    server, _ = real
    status, theirs = server.call("GET", path)
    fake, _ = seeded
    import http.client
    import json

    link = http.client.HTTPConnection(fake.url.removeprefix("http://"))
    link.request("GET", path, headers={"Authorization": f"Bearer {TOKEN}"})
    answer = link.getresponse()
    ours = json.loads(answer.read())
    assert answer.status == status
    if path == "/openid/v1/jwks":
        assert set(ours) == set(theirs)
        return
    wanted, got = shape(theirs), shape(ours)
    for name in ("secrets", "imagePullSecrets"):  # a controller of old servers adds the token Secret
        wanted.pop(name, None)
    assert got == wanted


def test_metadata_only_lists_have_the_shape_of_the_real_server(real, seeded):
    server, _ = real
    path = "/api/v1/namespaces/payments/secrets?fieldSelector=metadata.name%3Dlogin"
    theirs = server.must("GET", path, Accept=kinds.METADATA)
    import http.client
    import json

    link = http.client.HTTPConnection(seeded[0].url.removeprefix("http://"))
    link.request("GET", path, headers={"Authorization": f"Bearer {TOKEN}", "Accept": kinds.METADATA})
    assert shape(json.loads(link.getresponse().read())) == shape(theirs)


def test_both_servers_bring_the_same_records(real, seeded, scan):
    """Values differ, for each was seeded with its own; so do the tokens only old servers make, and what the server itself is."""
    server, _ = real
    theirs = scan(server.url, token=server.token, ca=server.ca)
    ours = scan(seeded[0].url)
    mine = {"k8s:prod-eu:sa/payments/", "k8s:prod-eu:sa/storefront-dev/", "k8s:prod-eu:daemonset", "k8s:prod-eu:deployment"}

    def known(records):
        found = [
            r for r in of(records, Identity) if any(r.uid.startswith(p) for p in mine) and r.name not in {"default", "narrow"}
        ]
        places = {(r.path, r.system, r.consumer_uid) for r in of(records, Placement) if "token" not in r.path}
        runs = {(r.subject, r.identity_uid) for r in of(records, Trust, mechanism="k8s:runs-as")}
        facts = {(r.uid, r.status, r.environment, tuple(sorted({**r.attrs, "issuer": "its own"}.items()))) for r in found}
        return (
            facts,
            {p for p in places if p[1] in {"cluster_secret", "cluster_config", "workload_env"} and "certificatesign" not in p[0]},
            runs,
        )

    assert known(ours) == known(theirs)


def test_outer_stores(records, seeded, ctx):
    shared = one(records, Resource, "k8s:prod-eu:clustersecretstore/shared")
    assert (shared.attrs["open_to"], shared.attrs["static"], shared.attrs["secret"]) == ("all", "true", "login")
    trust = of(records, Trust, mechanism="openbao:kubernetes-login")[0]
    assert trust.identity_uid == "openbao:bao.nordholm.example:8200:role/kubernetes/payments"
    assert trust.subject == "k8s:prod-eu:sa/payments/api"
    assert one(records, Resource, "k8s:prod-eu:certificate/payments/web").attrs["secret"] == "tls"
    assert one(records, Resource, "k8s:prod-eu:clusterissuer/ca").attrs["issuer"] == "ca"
    password = next(c for c in of(records, Credential) if c.fingerprint == ctx.fingerprint.of(Secret(seeded[1].password)))
    vault = next(p for p in of(records, Placement, credential_uid=password.uid) if p.system == "vault")
    assert (vault.scope, vault.path, vault.attrs["property"]) == ("bao.nordholm.example:8200", "secret/payments/db", "password")


def legacy(fake, name, **labels):
    fake.state.add(
        "secrets",
        {
            "type": "kubernetes.io/service-account-token",
            "metadata": {
                "name": name,
                "namespace": "a",
                "labels": labels,
                "annotations": {"kubernetes.io/service-account.name": "b"},
                "creationTimestamp": "2024-01-01T00:00:00Z",
            },
            "data": {"token": "ZXlK" + name.encode().hex()},
        },
    )


def test_reported_use_of_legacy_tokens_is_honest(fake, scan):
    legacy(fake, "used", **{"kubernetes.io/legacy-token-last-used": "2026-03-01"})
    legacy(fake, "unused")
    legacy(fake, "invalid", **{"kubernetes.io/legacy-token-invalid-since": "2026-04-01"})
    assert len(of(scan(fake.url), Usage)) == 1  # without tracking, only what is there was used; the rest is unknown
    tracking = "kube-apiserver-legacy-service-account-token-tracking"
    fake.state.add("configmaps", {"metadata": meta(tracking, "kube-system"), "data": {"since": "2025-06-01"}})
    found = scan(fake.url)
    grades = {(u.grade, str(u.used_at)[:10], str(u.since)[:10]) for u in of(found, Usage)}
    assert grades == {("reported", "2026-03-01", "2025-06-01"), ("absent", "None", "2025-06-01")}
    assert {c.status for c in of(found, Credential)} == {"active", "inactive"}


def accounts(fake, number):
    for index in range(number):
        fake.state.add("serviceaccounts", {"metadata": meta(f"sa-{index:04}", "a")})


def test_an_expired_continue_is_begun_anew_once(fake, scan):
    accounts(fake, 30)
    fake.page = 10
    fake.quirks.add("expired-continue")
    records = scan(fake.url)
    assert len(of(records, Identity)) == 30
    assert of(records, Gap) == []
    assert fake.expired == 1


def test_an_empty_page_with_a_next_one(fake, scan):
    accounts(fake, 30)
    fake.page = 10
    fake.quirks.add("empty-page")
    records = scan(fake.url)
    assert len(of(records, Identity)) == 30
    assert of(records, Gap) == []


def test_a_page_that_repeats_ends_and_is_said(fake, scan):
    accounts(fake, 30)
    fake.page = 10
    fake.quirks.add("repeat-page")
    records = scan(fake.url)
    assert len(of(records, Identity)) == 10
    assert {g.reason for g in of(records, Gap)} == {"truncated"}


def test_a_token_that_expires_midway_is_read_again(fake, ctx, target, tmp_path):
    accounts(fake, 30)
    fake.page = 10
    fake.tokens["second"] = "admin"
    records = []
    wanted = target(fake.url)
    for record in provider.discover(wanted, ctx):
        records.append(record)
        if isinstance(record, Identity) and TOKEN in fake.tokens:
            del fake.tokens[TOKEN]
            (tmp_path / "token").write_text("second")
    assert len(of(records, Identity)) == 30
    assert of(records, Gap) == []


def test_a_token_that_cannot_be_renewed_leaves_gaps(fake, ctx, target):
    accounts(fake, 30)
    fake.page = 10
    records = []
    for record in provider.discover(target(fake.url), ctx):
        records.append(record)
        if isinstance(record, Identity):
            fake.tokens.clear()
    assert len(of(records, Identity)) == 10
    assert {g.reason for g in of(records, Gap)} == {"denied"}


class Many:
    """A list of objects made as they are read."""

    def __init__(self, size, make):
        self.size, self.make = size, make

    def __len__(self):
        return self.size

    def __getitem__(self, index):
        if isinstance(index, slice):
            return [self.make(number) for number in range(*index.indices(self.size))]
        return self.make(index)


def secret(number):
    return {
        "metadata": {"name": f"s-{number}", "namespace": f"n-{number % 50}", "creationTimestamp": "2026-01-01T00:00:00Z"},
        "type": "Opaque",
        "data": {"password": "c2VjcmV0" + f"{number:06}".encode().hex()},
    }


def test_a_hundred_thousand_accounts_in_bounded_memory(fake, ctx, target):
    size = 100_000
    fake.state.lazy["serviceaccounts"] = Many(size, lambda n: {"metadata": {"name": f"sa-{n}", "namespace": f"n-{n % 50}"}})
    tracemalloc.start()
    try:
        count = sum(isinstance(record, Identity) for record in provider.discover(target(fake.url), ctx))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == size
    assert peak < 64 * 2**20  # the keys told apart, not the records
    assert fake.calls["GET /api/(?P<version>[^/]+)/(?P<plural>[^/]+)"] <= size / 500 + 12


@pytest.mark.parametrize("size", [1, 600, 2500])
def test_calls_are_a_function_of_size(fake, ctx, target, size):
    """As the manifest says: one call for each 500 (Secrets, ConfigMaps: 250) of a kind, one at least, and none for each object."""
    fake.state.lazy["secrets"] = Many(size, secret)
    fake.state.lazy["pods"] = Many(
        size, lambda n: {"metadata": {"name": f"p-{n}", "namespace": "a"}, "spec": {"containers": [{"name": "c"}]}}
    )
    list(provider.discover(target(fake.url), ctx))
    listed = {kind.plural for kind in kinds.ALL}
    pages = -(-size // 500) + -(-size // 250) + len(listed) - 2
    assert fake.total() == pages + 4 + 1  # version, groups, issuer, keys; and the day legacy tokens are tracked from


def test_nothing_is_asked_of_products_that_are_not_installed(fake, scan, monkeypatch):
    from keyrack_estate.fakes import kubernetes as fakes

    monkeypatch.setattr(fakes, "GROUPS", [g for g in fakes.GROUPS if g["name"].endswith(".k8s.io") or "." not in g["name"]])
    assert of(scan(fake.url), Gap) == []
    added = [kind for kind in kinds.ALL if kind.added]
    assert fake.total() == len(kinds.ALL) - len(added) + 5


def test_the_printed_role_is_enough(fake):
    import yaml

    permissions = [p for c in provider.manifest.capabilities for p in c.permissions]
    documents = list(yaml.safe_load_all(cluster_role(permissions)))
    rules = documents[2]["rules"]
    allowed = {
        (group, resource) for rule in rules for group in rule.get("apiGroups", []) for resource in rule.get("resources", [])
    }
    assert allowed == {(kind.group, kind.plural) for kind in kinds.ALL}
    assert {verb for rule in rules for verb in rule["verbs"]} == {"list", "get"}
    without = list(yaml.safe_load_all(cluster_role([p for p in permissions if not p.optional])))[2]["rules"]
    assert all("secrets" not in rule.get("resources", []) for rule in without)


def test_what_ties_workloads_to_code_and_nodes_to_machines(fake, scan):
    """The inventory's links `built-from` and `same-node` read these."""
    containers = [{"name": "main", "image": "ghcr.io/nordholm/api:2"}, {"name": "proxy", "image": "docker.io/envoy"}]
    spec = {"initContainers": [{"name": "setup", "image": "busybox"}], "containers": containers}
    fake.state.add("deployments.apps", {"metadata": meta("api", "a"), "spec": {"template": {"spec": spec}}})
    fake.state.add("nodes", {"metadata": meta("n1"), "spec": {"providerID": "aws:///eu-north-1a/i-0abc"}})
    found = scan(fake.url)
    workload = one(found, Resource, "k8s:prod-eu:deployment/a/api")
    assert workload.attrs["image"] == "ghcr.io/nordholm/api:2"
    assert (workload.attrs["image_pin"], workload.attrs["public_pin"]) == ("none", "none")
    assert one(found, Resource, "k8s:prod-eu:node/n1").attrs == {"provider_id": "aws:///eu-north-1a/i-0abc"}
    assert one(found, Identity, "k8s:prod-eu:node/n1").type == "k8s:node"


def test_a_google_key_in_a_secret_is_known_by_its_id(fake, scan):
    """Its PEM is inside JSON: the document is read first."""
    import json

    pem = "-----BEGIN PRIVATE " + "KEY-----\n" + "QUJD" * 40 + "\n-----END PRIVATE KEY-----\n"
    key = {
        "type": "service_account",
        "private_key_id": "ab" * 20,
        "client_email": "x@p.iam.gserviceaccount.com",
        "private_key": pem,
    }
    for name in ("key.json", "credentials"):
        fake.state.add("secrets", {"metadata": meta(name.partition(".")[0], "a"), "stringData": {name: json.dumps(key)}})
    keys = [c for c in of(scan(fake.url), Credential) if c.issuer == "gcp"]
    assert {c.uid for c in keys} == {f"cred:gcp:{'ab' * 20}"}


def test_a_webhook_covers_secrets_of_kubernetes_alone(fake, scan):
    """`*` of a vendor's own group is not everything, and its kind `secrets` is none."""

    def hook(name, groups, resources):
        rules = [{"apiGroups": groups, "apiVersions": ["*"], "operations": ["*"], "resources": resources}]
        return {"name": name, "clientConfig": {"url": f"https://{name}.example/x"}, "rules": rules}

    hooks = [hook("all", ["*"], ["*/*"]), hook("core", [""], ["secrets"]), hook("own", ["cert.example"], ["*", "secrets"])]
    fake.state.add("validatingwebhookconfigurations.admissionregistration.k8s.io", {"metadata": meta("w"), "webhooks": hooks})
    covers = {i.vendor: i.attrs["covers"] for i in of(scan(fake.url), Identity, type="k8s:webhook")}
    assert covers == {"all.example": "*/*", "core.example": "secrets", "own.example": "*.cert.example, secrets.cert.example"}


def test_rights_of_all_accounts_are_the_groups_and_the_members(fake, scan):
    for name in ("a", "b"):
        fake.state.add("serviceaccounts", {"metadata": meta(name, "a")})
    rules = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}, {"nonResourceURLs": ["*"], "verbs": ["get"]}]
    fake.state.add("clusterroles.rbac.authorization.k8s.io", {"metadata": meta("look"), "rules": rules})
    body = {
        "metadata": meta("all"),
        "roleRef": {"kind": "ClusterRole", "name": "look"},
        "subjects": [{"kind": "Group", "name": "system:serviceaccounts"}],
    }
    fake.state.add("clusterrolebindings.rbac.authorization.k8s.io", body)
    grants = of(scan(fake.url), Grant)
    assert {g.identity_uid.rpartition(":")[2] for g in grants} == {"serviceaccounts", "sa/a/a", "sa/a/b"}
    assert {tuple(g.actions) for g in grants} == {("list:pods",), ("get:/*",)}  # every URL, which is not everything
