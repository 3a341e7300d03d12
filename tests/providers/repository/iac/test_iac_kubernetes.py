"""Kubernetes manifests: accounts, workloads, bindings, secrets; encrypted and named ones are none."""

from __future__ import annotations

import json

import pytest
from definitions_kit import base64_of

from keyrack.records import Credential, Grant, Identity, Placement, Resource

WEB = "repo:acme/web:k8s-sa/prod/web"


def test_accounts_with_cloud_identities(declared):
    found = declared(
        {
            "k8s/sa.yaml": """\
        apiVersion: v1
        kind: ServiceAccount
        metadata:
          name: web
          namespace: prod
          labels: {team: payments}
          annotations:
            eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/web
        automountServiceAccountToken: false
        ---
        apiVersion: v1
        kind: List
        items:
          - apiVersion: v1
            kind: ServiceAccount
            metadata: {name: gke, namespace: staging, annotations: {iam.gke.io/gcp-service-account: web@acme.iam.gserviceaccount.com}}
          - apiVersion: v1
            kind: ServiceAccount
            metadata:
              name: aks
              annotations: {azure.workload.identity/client-id: 00000000-1111-2222-3333-444444444444}
        """
        }
    )
    web = found.identity(WEB)
    assert (web.type, web.kind, web.environment, web.tags) == (
        "k8s:service-account",
        "service_account",
        "prod",
        {"team": "payments"},
    )
    assert web.attrs == {"path": "k8s/sa.yaml", "line": "1", "namespace": "prod", "automount": "false"}
    assert {i.name: i.environment for i in found.of(Identity)} == {"web": "prod", "gke": "nonprod", "aks": None}
    (irsa,) = found.trusts("sts:AssumeRoleWithWebIdentity")
    assert (irsa.identity_uid, irsa.subject, irsa.subs, irsa.attrs["line"]) == (
        "aws:iam::111122223333:role/web", WEB, ["system:serviceaccount:prod:web"], "8",
    )  # fmt: skip
    assert {t.identity_uid for t in found.trusts("k8s:workload-identity")} == {
        "gcp:sa/web@acme.iam.gserviceaccount.com",
        "entra:unknown:app/00000000-1111-2222-3333-444444444444",
    }


def workload(kind: str, pod: str) -> str:
    depth = {"Pod": "spec: %s", "CronJob": "spec: {jobTemplate: {spec: {template: {spec: %s}}}}"}.get(
        kind, "spec: {template: {spec: %s}}"
    )
    return f"apiVersion: v1\nkind: {kind}\nmetadata: {{name: web, namespace: prod}}\n{depth % pod}\n"


@pytest.mark.parametrize("kind", ["Pod", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "ReplicaSet", "Rollout"])
def test_workloads_run_as_their_account(declared, kind):
    found = declared({"w.yml": workload(kind, "{serviceAccountName: web, containers: [{name: a, image: x}]}")})
    (trust,) = found.trusts("k8s:runs-as")
    assert (trust.identity_uid, trust.subject, trust.subject_kind) == (
        WEB,
        f"repo:acme/web:k8s-workload/prod/{kind}/web",
        "workload",
    )
    (resource,) = found.of(Resource)
    assert (resource.type, resource.attrs["role"], resource.environment) == ("k8s:workload", WEB, "prod")


def test_the_default_account_counts_only_where_its_token_is_mounted(declared):
    found = declared({"w.yml": workload("Pod", "{containers: [{name: a}]}")})
    assert [t.identity_uid for t in found.trusts("k8s:runs-as")] == ["repo:acme/web:k8s-sa/prod/default"]
    found = declared({"w.yml": workload("Pod", "{automountServiceAccountToken: false, containers: [{name: a}]}")})
    assert not found.trusts("k8s:runs-as")
    assert not found.of(Identity)


def test_bindings_are_grants(declared):
    found = declared(
        {
            "rbac.yaml": """\
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRoleBinding
        metadata: {name: a}
        roleRef: {kind: ClusterRole, name: cluster-admin}
        subjects:
          - {kind: ServiceAccount, name: web, namespace: prod}
          - {kind: User, name: alice}
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: RoleBinding
        metadata: {name: b, namespace: prod}
        roleRef: {kind: Role, name: reader}
        subjects: [{kind: ServiceAccount, name: web}]
        """
        }
    )
    grants = {g.policy: g for g in found.of(Grant)}
    admin, reader = grants["ClusterRole/cluster-admin"], grants["Role/reader"]
    assert (admin.identity_uid, admin.actions, admin.resources, admin.privilege) == (WEB, ["*:*"], ["*"], "admin")
    assert (reader.identity_uid, reader.resources, reader.privilege) == (WEB, ["namespace/prod"], "unknown")


def test_bound_accounts_without_a_manifest_are_identities_and_manifests_say_more(declared):
    binding = (
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: a}\n"
        "roleRef: {kind: ClusterRole, name: cluster-admin}\nsubjects:\n  - {kind: ServiceAccount, name: default, namespace: ops}\n"
        "  - {kind: ServiceAccount, name: web, namespace: prod}\n"
    )
    account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web, namespace: prod, labels: {team: shop}}\n"
    found = declared({"a/rbac.yaml": binding, "z/account.yaml": account})
    bound = found.identity("repo:acme/web:k8s-sa/ops/default")
    assert (bound.type, bound.attrs["path"], bound.attrs["declared_by"]) == ("k8s:service-account", "a/rbac.yaml", "binding")
    web = found.identity(WEB)
    assert (web.tags, web.attrs["path"]) == ({"team": "shop"}, "z/account.yaml")
    assert {g.identity_uid for g in found.of(Grant)} == {bound.uid, WEB}


def test_a_secret_that_asks_for_a_token_is_a_key_without_an_end(declared):
    found = declared(
        {
            "token.yaml": """\
        apiVersion: v1
        kind: Secret
        type: kubernetes.io/service-account-token
        metadata:
          name: ci-token
          namespace: prod
          annotations: {kubernetes.io/service-account.name: web}
        """
        }
    )
    (token,) = found.of(Credential)
    assert (token.kind, token.issuer, token.expiry, token.identity_uid) == ("api_token", "kubernetes", "never", WEB)
    assert (token.name, token.attrs) == ("Secret/prod/ci-token", {"referenced": "true"})
    assert found.identity(WEB).attrs["declared_by"] == "token"


def test_secrets_in_environments_and_manifests(declared, values):
    password, token, other, registry, line = (
        values.password(),
        values.github(),
        values.password(),
        values.password(),
        values.password(),
    )
    docker = json.dumps({"auths": {"r.example.com": {"username": "bot", "auth": base64_of(f"bot:{registry}")}}})
    pod = (
        "{serviceAccountName: web, containers: [{name: a, env: [{name: DB_PASSWORD, value: %s}, {name: PORT, value: '80'}, "
        "{name: SAFE_TOKEN, valueFrom: {secretKeyRef: {name: s, key: k}}}]}]}"
    )
    found = declared({
        "deploy.yaml": workload("Deployment", pod.replace("%s", password)),
        "secret.yaml": f"""\
            apiVersion: v1
            kind: Secret
            metadata: {{name: s, namespace: staging}}
            type: Opaque
            data:
              password: {base64_of(other)}
              username: {base64_of("admin-user")}
              tls.crt: {base64_of("-----BEGIN CERTIFICATE-----")}
              .dockerconfigjson: {base64_of(docker)}
              app.env: {base64_of(f"API_PASSWORD={line}{chr(10)}PORT=80{chr(10)}")}
            stringData: {{token: {token}}}
            """,
    }, password, token, other, registry, line)  # fmt: skip
    places = found.committed()
    assert {field: p.line for field, p in places.items()} == {
        "Deployment/web.containers[0].env.DB_PASSWORD": 4,
        "Secret/s.data.password": 6,
        "Secret/s.data.r.example.com.docker_password": 9,
        "Secret/s.data.app.env.API_PASSWORD": 10,
        "Secret/s.stringData.token": 11,
    }
    env = places["Deployment/web.containers[0].env.DB_PASSWORD"]
    assert (env.consumer_uid, env.environment, env.system) == (WEB, "prod", "iac")
    assert places["Secret/s.data.password"].environment == "nonprod"


def test_the_same_password_in_manifest_and_secret_is_one_credential(declared, values):
    password = values.password()
    found = declared({
        "a.yaml": f"apiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\ndata: {{password: {base64_of(password)}}}\n",
        "b.yaml": f"apiVersion: v1\nkind: Secret\nmetadata: {{name: b}}\nstringData: {{password: {password}}}\n",
    }, password)  # fmt: skip
    assert len(found.of(Credential)) == 1
    assert len(found.of(Placement)) == 2


def test_sealed_external_encrypted_and_empty_secrets_are_none(declared):
    found = declared(
        {
            "s.yaml": """\
        apiVersion: bitnami.com/v1alpha1
        kind: SealedSecret
        metadata: {name: a}
        spec: {encryptedData: {password: AgBy3i4OJSWK9PiTySYZZA9rO43cGDEq}}
        ---
        apiVersion: external-secrets.io/v1
        kind: ExternalSecret
        metadata: {name: b}
        spec: {data: [{secretKey: password, remoteRef: {key: prod/db}}]}
        ---
        apiVersion: v1
        kind: Secret
        metadata: {name: c}
        stringData: {password: "ENC[AES256_GCM,data:abc,iv:x,tag:y,type:str]"}
        sops: {version: 3.8.1}
        ---
        apiVersion: v1
        kind: Secret
        metadata: {name: d, annotations: {kubernetes.io/service-account.name: web}}
        type: kubernetes.io/service-account-token
        ---
        apiVersion: v1
        kind: Secret
        metadata: {name: e}
        data: {password: "", token: Q0hBTkdFX01F}
        stringData: {key: "${PASSWORD_FROM_CI}"}
        """
        }
    )
    assert not found.committed()
    assert [c.name for c in found.of(Credential)] == ["Secret/default/d"]  # what it asks for, not a value that lies here
    assert not found.gaps()


def test_config_maps_and_generators(declared, values):
    password, token = values.password(), values.github()
    found = declared({
        "cm.yaml": f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\ndata:\n  DB_PASSWORD: {password}\n  LOG_LEVEL: debug\n",
        "kustomization.yaml": (
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
            f"secretGenerator:\n  - name: s\n    literals: [github-token={token}, user=x]\n"
        ),
    }, password, token)  # fmt: skip
    assert set(found.committed()) == {"ConfigMap/c.data.DB_PASSWORD", "Kustomization/.secretGenerator.s.literals.github-token"}


def test_helm_templates_are_one_gap_by_design(declared):
    found = declared({
        "chart/templates/a.yaml": "apiVersion: v1\nkind: Pod\n{{- if .Values.x }}\nmetadata: {name: {{ .Values.name }}}\n{{- end }}\n",
        "chart/templates/b.yaml": "apiVersion: v1\nkind: {{ .Values.kind }}: x\n",
    })  # fmt: skip
    assert found.gaps() == {("chart/templates", "unsupported")}
    assert all(not gap.incomplete for gap in found.records)
