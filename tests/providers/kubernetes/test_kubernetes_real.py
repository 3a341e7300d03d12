"""Against a real kube-apiserver: what was created through the official client is what is discovered."""

import json
import time

import pytest
from kubernetes_seed import binding, encoded, meta

from keyrack.access.grants import classify_grant
from keyrack.providers.kubernetes import provider
from keyrack.records import Credential, Gap, Grant, Identity, Placement, Policy, Resource, Trust, Usage
from keyrack.sdk import Secret
from keyrack.sdk.testing import check_contract


@pytest.fixture(scope="module")
def found(real, tmp_path_factory):
    """One contract run over the seeded server, by uid."""
    from datetime import UTC, datetime

    from keyrack.sdk import Context, Fingerprinter, Target

    server, made = real
    path = tmp_path_factory.mktemp("token") / "token"
    path.write_text(server.token)
    options = {"endpoint": server.url, "token_file": str(path), "ca_file": str(server.ca), "cluster": "prod-eu"}
    ctx = Context(now=datetime.now(UTC), fingerprint=Fingerprinter(b"k" * 32))
    records = check_contract(provider, Target("kubernetes", options=options), ctx, planted=[*made.values(), server.token])
    return records, made, ctx


def of(records, record, /, **values):
    return [r for r in records if isinstance(r, record) and all(getattr(r, k) == v for k, v in values.items())]


def one(records, record, uid):
    return next(r for r in records if isinstance(r, record) and r.uid == uid)


def test_nothing_is_missing(found):
    assert [g.subject for g in of(found[0], Gap)] == []


def test_accounts_are_those_created(found):
    records, _, _ = found
    uids = {i.uid for i in of(records, Identity, type="k8s:service-account", status="active")}
    assert {"k8s:prod-eu:sa/payments/api", "k8s:prod-eu:sa/payments/batch", "k8s:prod-eu:sa/storefront-dev/web"} <= uids
    api = one(records, Identity, "k8s:prod-eu:sa/payments/api")
    assert api.environment == "prod"
    assert api.attrs["automount"] == "false"
    assert api.attrs["namespace"] == "payments"
    assert api.created_at is not None
    ghost = one(records, Identity, "k8s:prod-eu:sa/payments/ghost")
    assert ghost.status == "deleted"


def test_owners_come_from_the_account_and_its_namespace(found):
    owners = {
        (o.owner, o.evidence) for o in found[0] if o.table == "ownership" and o.identity_uid == "k8s:prod-eu:sa/payments/api"
    }
    assert owners == {("anna.berg@nordholm.example", "annotation"), ("team:payments", "tag")}


def test_cloud_identities_are_trusts(found):
    trusts = {
        (t.identity_uid, t.attrs["cloud"])
        for t in of(found[0], Trust, mechanism="k8s:annotation", subject="k8s:prod-eu:sa/payments/api")
    }
    assert trusts == {
        ("aws:iam::210000000001:role/payments", "aws"),
        ("gcp:sa/payments@nordholm-prod.iam.gserviceaccount.com", "gcp"),
    }
    trust = of(found[0], Trust, mechanism="k8s:annotation")[0]
    assert trust.subs == ["system:serviceaccount:payments:api"]
    assert trust.issuer.startswith("127.0.0.1:")


def test_grants_follow_bindings(found):
    records, _, _ = found
    batch = of(records, Grant, identity_uid="k8s:prod-eu:sa/payments/batch")
    admin = next(g for g in batch if "*:*" in g.actions)
    assert (admin.actions, admin.resources, admin.policy) == (["*:*"], ["*"], "ClusterRole/cluster-admin")
    secrets = next(g for g in batch if "get:secrets" in g.actions)
    assert (secrets.resources, secrets.privilege) == (["namespace/payments"], "unknown")  # the access room classes it
    assert classify_grant("kubernetes", secrets.actions) == "permissions"
    named = next(g for g in batch if "get:configmaps" in g.actions)
    assert named.resources == ["namespace/payments/configmaps/settings"]
    web = of(records, Grant, identity_uid="k8s:prod-eu:sa/storefront-dev/web")
    assert ["get:secrets.example.com"] in [g.actions for g in web]  # aggregated
    assert classify_grant("kubernetes", ["get:secrets.example.com"]) == "read"  # and no Secrets
    assert any(g.via == "group" and g.resources == ["namespace/storefront-dev"] for g in web)
    assert of(records, Grant, identity_uid="k8s:prod-eu:group/system:authenticated")
    assert of(records, Grant, identity_uid="k8s:prod-eu:user/system:anonymous")


def test_policies_are_whole_and_the_access_engine_agrees(found, real):
    from keyrack.access.kubernetes import Request, decide, parse, user

    records, _, _ = found
    objects = parse(json.loads(p.document) for p in of(records, Policy))
    server, _ = real
    for name, verb, resource, namespace in (
        ("payments:batch", "delete", "nodes", ""),
        ("payments:api", "get", "secrets", "payments"),
        ("storefront-dev:web", "list", "pods", "storefront-dev"),
        ("storefront-dev:web", "list", "pods", "payments"),
        ("storefront-dev:web", "get", "secrets", "payments"),
    ):
        account = f"system:serviceaccount:{name}"
        ours = decide(Request(user(account), verb, resource=resource, namespace=namespace), objects).outcome == "allow"
        space = name.split(":", maxsplit=1)[0]
        spec = {
            "user": account,
            "groups": ["system:serviceaccounts", f"system:serviceaccounts:{space}", "system:authenticated"],
            "resourceAttributes": {"verb": verb, "resource": resource, "namespace": namespace},
        }
        body = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": spec}
        theirs = server.must("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", body)["status"]["allowed"]
        assert ours == theirs, (name, verb, resource, namespace)


def test_workloads_run_as_accounts(found):
    records, _, _ = found
    runs = {(t.subject, t.identity_uid) for t in of(records, Trust, mechanism="k8s:runs-as")}
    assert runs == {
        ("k8s:prod-eu:deployment/payments/api", "k8s:prod-eu:sa/payments/api"),
        ("k8s:prod-eu:cronjob/payments/sweep", "k8s:prod-eu:sa/payments/batch"),
        ("k8s:prod-eu:pod/payments/debug", "k8s:prod-eu:sa/payments/batch"),
        ("k8s:prod-eu:daemonset/storefront-dev/agent", "k8s:prod-eu:sa/storefront-dev/default"),
    }
    agent = one(records, Resource, "k8s:prod-eu:daemonset/storefront-dev/agent")
    assert agent.attrs["escapes"] == "hostPID, privileged, hostPath:/"
    assert agent.environment == "nonprod"
    assert agent.attrs["registries"] == "docker.io"
    assert one(records, Resource, "k8s:prod-eu:deployment/payments/api").attrs["image_pin"] == "digest"


def placed(records, ctx, value):
    fingerprint = ctx.fingerprint.of(Secret(value))
    credential = next(c for c in of(records, Credential) if c.fingerprint == fingerprint)
    return credential, of(records, Placement, credential_uid=credential.uid)


def test_one_password_is_one_credential_in_both_namespaces(found):
    records, made, ctx = found
    credential, places = placed(records, ctx, made.password)
    assert credential.kind == "password"
    assert {(p.system, p.path, p.environment, p.consumer_uid) for p in places} == {
        ("cluster_secret", "namespaces/payments/secrets/db-credentials", "prod", "k8s:prod-eu:sa/payments/api"),
        ("cluster_secret", "namespaces/storefront-dev/secrets/db-copy", "nonprod", None),
    }
    assert credential.rotated_at is not None


def test_kinds_of_secrets(found):
    records, made, ctx = found
    registry, places = placed(records, ctx, made.registry)
    assert (registry.issuer, registry.attrs["login"]) == ("docker", "puller")
    assert places[0].consumer_uid == "k8s:prod-eu:sa/payments/api"
    basic, _ = placed(records, ctx, made.basic)
    assert basic.attrs["login"] == "svc"
    _config, places = placed(records, ctx, made.config)
    assert places[0].system == "cluster_config"
    _env, places = placed(records, ctx, made.env)
    assert (places[0].system, places[0].attrs["workload"]) == ("workload_env", "k8s:prod-eu:deployment/payments/api")
    aws = one(records, Credential, f"cred:aws:{made.aws_id}")
    assert aws.fingerprint == ctx.fingerprint.of(Secret(made.aws_secret))
    certificate = of(records, Credential, kind="certificate")[0]
    key = of(records, Credential, kind="private_key")[0]
    assert certificate.attrs["spki"] == key.attrs["spki"]
    assert certificate.expires_at is not None


def test_legacy_tokens_are_endless_credentials(found):
    tokens = [c for c in of(found[0], Credential) if c.attrs.get("legacy") == "true"]
    assert {c.expiry for c in tokens} == {"never"}
    assert "k8s:prod-eu:sa/payments/api" in {c.identity_uid for c in tokens}
    assert of(found[0], Usage) == []  # 1.20 does not track them: unknown is not unused


def test_projected_tokens_are_bound(found):
    token = next(c for c in of(found[0], Credential) if c.attrs.get("audience") == "vault")
    assert (token.identity_uid, token.attrs["lifetime"], token.expiry) == ("k8s:prod-eu:sa/payments/api", "7200", "set")


def test_webhooks_outside_the_cluster(found):
    hook = of(found[0], Identity, type="k8s:webhook")[0]
    assert (hook.vendor, hook.third_party, hook.attrs["covers"]) == ("hooks.vendor.example", True, "pods, secrets")
    assert hook.attrs["url"] == "https://hooks.vendor.example"  # what may be a key in its path stays out


def test_the_issuer_and_its_keys(found, real):
    cluster = one(found[0], Resource, "k8s:prod-eu:cluster/prod-eu")
    assert cluster.attrs["url"] == real[0].url
    assert cluster.attrs["version"] == "v1.20.2"
    key = of(found[0], Credential, kind="signing_key")[0]
    assert (key.algorithm, key.bits) == ("RSA", 2048)


def test_a_signed_certificate_of_masters(real, scan):
    import subprocess

    server, _ = real
    request = subprocess.run(
        [
            "openssl",
            "req",
            "-new",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            "/dev/null",
            "-subj",
            "/O=system:masters/CN=breakglass",
        ],
        check=True,
        capture_output=True,
    ).stdout
    spec = {"request": encoded(request), "signerName": "kubernetes.io/kube-apiserver-client", "usages": ["client auth"]}
    root = "/apis/certificates.k8s.io/v1/certificatesigningrequests"
    body = {
        "apiVersion": "certificates.k8s.io/v1",
        "kind": "CertificateSigningRequest",
        "metadata": meta("breakglass"),
        "spec": spec,
    }
    status, _ = server.call("POST", root, body)
    assert status == 403  # CertificateSubjectRestriction: this signer gives nobody system:masters
    request = subprocess.run(
        ["openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "/dev/null", "-subj", "/O=deployers/CN=jenkins"],
        check=True,
        capture_output=True,
    ).stdout
    spec["request"] = encoded(request)
    made = server.must("POST", root, {**body, "metadata": meta("jenkins")})
    made["status"] = {"conditions": [{"type": "Approved", "status": "True", "reason": "test", "message": "test"}]}
    server.must("PUT", f"{root}/jenkins/approval", made)
    for _ in range(100):
        if server.must("GET", f"{root}/jenkins")["status"].get("certificate"):
            break
        time.sleep(0.1)
    records = scan(server.url, token=server.token, ca=server.ca)
    credential = next(c for c in of(records, Credential) if c.attrs.get("signer"))
    assert credential.identity_uid == "k8s:prod-eu:user/jenkins"
    assert (credential.attrs["groups"], credential.attrs["requested_by"]) == ("deployers", "admin")
    assert one(records, Identity, "k8s:prod-eu:user/jenkins").kind == "certificate"


def test_a_narrow_token_gives_exact_gaps_and_probes(real, scan, target, ctx):
    server, _ = real
    rules = [
        {"apiGroups": [""], "resources": ["namespaces", "serviceaccounts"], "verbs": ["list"]},
        {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["list"]},
    ]
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": meta("narrow"), "rules": rules}
    server.must("POST", "/apis/rbac.authorization.k8s.io/v1/clusterroles", role)
    bound = binding("narrow", "narrow", [{"kind": "ServiceAccount", "namespace": "payments", "name": "narrow"}])
    server.must("POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", bound)
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta("narrow", "payments")}
    server.must("POST", "/api/v1/namespaces/payments/serviceaccounts", account)
    token = server.account("payments", "narrow")
    # system:authenticated may `view` in the seed; Secrets, RBAC, nodes, requests and the added kinds are not in it
    gaps = {(g.reason, g.permission) for g in of(scan(server.url, token=token, ca=server.ca), Gap)}
    assert ("denied", "list secrets") in gaps
    assert ("denied", "list clusterroles.rbac.authorization.k8s.io") in gaps
    assert ("denied", "list certificatesigningrequests.certificates.k8s.io") in gaps
    assert not any(permission in {"list namespaces", "list deployments.apps", "list pods"} for _, permission in gaps)
    probes = {p.permission: p.ok for p in provider.probe(target(server.url, token=token, ca=server.ca), ctx)}
    missing = {permission for permission, ok in probes.items() if not ok}
    assert missing == {permission for reason, permission in gaps if permission and _needed(permission)}
    assert probes["list pods"]


def _needed(permission):
    return next(p for c in provider.manifest.capabilities for p in c.permissions if p.name == permission).optional is False


def test_names_only_never_shows_a_value(real, scan, ctx):
    server, made = real
    records = scan(server.url, token=server.token, ca=server.ca, secrets="metadata")
    assert ctx.fingerprint.of(Secret(made.basic)) not in {c.fingerprint for c in of(records, Credential)}
    names = {p.path for p in of(records, Placement) if p.system == "cluster_secret"}
    assert "namespaces/payments/secrets/db-credentials" in names
    assert any(c.attrs.get("legacy") for c in of(records, Credential))
    assert [g.reason for g in of(records, Gap)] == ["not_configured"]


def test_one_namespace_is_enough_for_those_who_may_see_no_more(real, scan):
    server, _ = real
    records = scan(server.url, token=server.token, ca=server.ca, namespaces="storefront-dev")
    assert {i.attrs["namespace"] for i in of(records, Identity, type="k8s:service-account", status="active")} == {
        "storefront-dev"
    }


def test_small_pages_bring_the_same(real, scan, monkeypatch):
    from dataclasses import replace

    from keyrack.providers.kubernetes import kinds

    server, _ = real
    whole = {r.uid for r in scan(server.url, token=server.token, ca=server.ca) if hasattr(r, "uid")}
    for name in ("SECRETS", "ACCOUNTS", "CONFIG_MAPS", "NAMESPACES"):
        monkeypatch.setattr(kinds, name, replace(getattr(kinds, name), page="2"))
    monkeypatch.setattr(kinds, "ROLES", tuple(replace(kind, page="7") for kind in kinds.ROLES))
    assert {r.uid for r in scan(server.url, token=server.token, ca=server.ca) if hasattr(r, "uid")} == whole
