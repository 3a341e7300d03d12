"""A cluster's contents, made through the official client alone, on the real server and on the fake alike."""

from __future__ import annotations

import base64
import json
import secrets
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2] / "support"))

from certificate_kit import authority, leaf
from kubernetes import client, utils
from kubernetes.client.rest import ApiException

TOKEN = "fake-" + "admin"
"""The administrator's token of the fake."""
_RBAC = "rbac.authorization.k8s.io"
CRDS = (
    ("cert-manager.io", "v1", "certificates", "Certificate", True),
    ("cert-manager.io", "v1", "issuers", "Issuer", True),
    ("cert-manager.io", "v1", "clusterissuers", "ClusterIssuer", False),
    ("external-secrets.io", "v1", "secretstores", "SecretStore", True),
    ("external-secrets.io", "v1", "clustersecretstores", "ClusterSecretStore", False),
    ("external-secrets.io", "v1", "externalsecrets", "ExternalSecret", True),
)


def _value() -> str:
    return f"Kx{secrets.token_hex(9)}Zq7"


@dataclass
class Planted:
    """The secret values, made up at run time."""

    password: str = field(default_factory=_value)
    registry: str = field(default_factory=_value)
    config: str = field(default_factory=_value)
    env: str = field(default_factory=_value)
    basic: str = field(default_factory=_value)
    aws_id: str = field(
        default_factory=lambda: "AKIA" + "".join(secrets.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(16))
    )
    aws_secret: str = field(default_factory=lambda: base64.b64encode(secrets.token_bytes(30)).decode())
    pair: tuple[bytes, bytes] = field(default_factory=lambda: leaf(authority()[1]))

    def values(self) -> list[str]:
        """Everything that must not come out."""
        key = "".join(self.pair[1].decode().splitlines()[1:-1])
        return [self.password, self.registry, self.config, self.env, self.basic, self.aws_secret, key]


def encoded(value: str | bytes) -> str:
    return base64.b64encode(value.encode() if isinstance(value, str) else value).decode()


def pod(account: str | None, **more: Any) -> dict[str, Any]:
    container = {"name": "main", "image": "docker.io/library/nginx", **more.pop("container", {})}
    return {**({"serviceAccountName": account} if account else {}), "containers": [container], **more}


def template(name: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {"metadata": {"labels": {"app": name}}, "spec": spec}


def meta(name: str, namespace: str | None = None, **more: Any) -> dict[str, Any]:
    return {"name": name, **({"namespace": namespace} if namespace else {}), **more}


def base(made: Planted) -> list[dict[str, Any]]:
    """Typed objects, in the order of creation."""
    return [*_namespaces(), *_accounts(), *_secrets(made), *_workloads(made), *_rbac(), *_webhooks()]


def _namespaces() -> list[dict[str, Any]]:
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": meta("payments", labels={"env": "production", "team": "payments"})},
        {"apiVersion": "v1", "kind": "Namespace", "metadata": meta("storefront-dev", labels={"environment": "dev"})},
    ]


def _accounts() -> list[dict[str, Any]]:
    notes = {
        "eks.amazonaws.com/role-arn": "arn:aws:iam::210000000001:role/payments",
        "iam.gke.io/gcp-service-account": "payments@nordholm-prod.iam.gserviceaccount.com",
        "nordholm.example/owner": "anna.berg@nordholm.example",
    }
    return [
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": meta("api", "payments", annotations=notes),
            "automountServiceAccountToken": False,
        },
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta("batch", "payments")},
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta("web", "storefront-dev")},
    ]


def _secrets(made: Planted) -> list[dict[str, Any]]:
    login = json.dumps({"auths": {"registry.nordholm.example": {"username": "puller", "password": made.registry}}})
    env = f"DB_PASSWORD={made.config}\nDB_HOST=db.nordholm.example\n"
    kinds: list[tuple[str, str, str | None, dict[str, str]]] = [
        ("db-credentials", "payments", None, {"username": encoded("payments_app"), "password": encoded(made.password)}),
        ("db-copy", "storefront-dev", None, {"password": encoded(made.password)}),
        ("registry", "payments", "kubernetes.io/dockerconfigjson", {".dockerconfigjson": encoded(login)}),
        ("tls", "payments", "kubernetes.io/tls", {"tls.crt": encoded(made.pair[0]), "tls.key": encoded(made.pair[1])}),
        ("login", "payments", "kubernetes.io/basic-auth", {"username": encoded("svc"), "password": encoded(made.basic)}),
        (
            "aws",
            "payments",
            None,
            {
                "AWS_ACCESS_KEY_ID": encoded(made.aws_id),
                "AWS_SECRET_ACCESS_KEY": encoded(made.aws_secret),
                "region": encoded("eu-north-1"),
            },
        ),
    ]
    found: list[dict[str, Any]] = [
        {"apiVersion": "v1", "kind": "Secret", "metadata": meta(name, space), **({"type": kind} if kind else {}), "data": data}
        for name, space, kind, data in kinds
    ]
    config = {"app.env": env, "LOG_LEVEL": "debug", "GREETING": "hello"}
    found.append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta("settings", "payments"), "data": config})
    return found


def _workloads(made: Planted) -> list[dict[str, Any]]:
    api = pod(
        "api",
        container={
            "image": "registry.nordholm.example/api@sha256:" + "0" * 64,
            "env": [
                {"name": "STRIPE_API_TOKEN", "value": made.env},
                {"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db-credentials", "key": "password"}}},
            ],
        },
        imagePullSecrets=[{"name": "registry"}],
        volumes=[
            {
                "name": "vault-token",
                "projected": {
                    "sources": [{"serviceAccountToken": {"audience": "vault", "expirationSeconds": 7200, "path": "t"}}]
                },
            }
        ],
    )
    agent = pod(
        None,
        hostPID=True,
        container={"securityContext": {"privileged": True}},
        volumes=[{"name": "host", "hostPath": {"path": "/"}}],
    )
    job = template("sweep", {**pod("batch"), "restartPolicy": "Never"})
    return [
        _workload("Deployment", "api", "payments", api, replicas=2),
        _workload("DaemonSet", "agent", "storefront-dev", agent),
        {
            "apiVersion": "batch/v1beta1",
            "kind": "CronJob",
            "metadata": meta("sweep", "payments"),
            "spec": {"schedule": "0 3 * * *", "jobTemplate": {"spec": {"template": job}}},
        },
        {"apiVersion": "v1", "kind": "Pod", "metadata": meta("debug", "payments"), "spec": pod("batch")},
    ]


def _workload(kind: str, name: str, namespace: str, spec: dict[str, Any], **more: Any) -> dict[str, Any]:
    body = {"selector": {"matchLabels": {"app": name}}, "template": template(name, spec), **more}
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": meta(name, namespace), "spec": body}


def binding(
    name: str, role: str, subjects: list[dict[str, str]], namespace: str | None = None, kind: str = "ClusterRole"
) -> dict[str, Any]:
    for subject in subjects:
        if subject["kind"] != "ServiceAccount":
            subject["apiGroup"] = _RBAC
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "RoleBinding" if namespace else "ClusterRoleBinding",
        "metadata": meta(name, namespace),
        "roleRef": {"apiGroup": _RBAC, "kind": kind, "name": role},
        "subjects": subjects,
    }


def _account(namespace: str, name: str) -> dict[str, str]:
    return {"kind": "ServiceAccount", "namespace": namespace, "name": name}


def _rbac() -> list[dict[str, Any]]:
    rules = [
        {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get", "list"]},
        {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"], "resourceNames": ["settings"]},
    ]
    parts = {"apiGroups": ["example.com"], "resources": ["secrets"], "verbs": ["get"]}
    return [
        {"apiVersion": f"{_RBAC}/v1", "kind": "Role", "metadata": meta("reader", "payments"), "rules": rules},
        {"apiVersion": f"{_RBAC}/v1", "kind": "ClusterRole", "metadata": meta("part", labels={"sum": "yes"}), "rules": [parts]},
        {
            "apiVersion": f"{_RBAC}/v1",
            "kind": "ClusterRole",
            "metadata": meta("whole"),
            "aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {"sum": "yes"}}]},
            "rules": [],
        },
        binding("batch-reads", "reader", [_account("payments", "batch")], "payments", "Role"),
        binding("batch-admin", "cluster-admin", [_account("payments", "batch")]),
        binding("web-whole", "whole", [_account("storefront-dev", "web")]),
        binding("gone", "view", [_account("payments", "ghost")]),
        binding(
            "open", "view", [{"kind": "Group", "name": "system:authenticated"}, {"kind": "User", "name": "system:anonymous"}]
        ),
        binding("dev-accounts", "view", [{"kind": "Group", "name": "system:serviceaccounts:storefront-dev"}], "storefront-dev"),
        binding(
            "people",
            "edit",
            [{"kind": "User", "name": "anna.berg@nordholm.example"}, {"kind": "Group", "name": "oidc:platform"}],
            "payments",
        ),
    ]


def _webhooks() -> list[dict[str, Any]]:
    hook = {
        "name": "check.vendor.example",
        "clientConfig": {"url": "https://hooks.vendor.example/check/abc"},
        "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["secrets", "pods"]}],
        "admissionReviewVersions": ["v1"],
        "sideEffects": "None",
        "failurePolicy": "Ignore",
        "timeoutSeconds": 1,
        "namespaceSelector": {"matchLabels": {"hooked": "yes"}},
    }
    return [
        {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingWebhookConfiguration",
            "metadata": meta("vendor"),
            "webhooks": [hook],
        }
    ]


def custom() -> list[tuple[str, str, str | None, dict[str, Any]]]:
    """Custom objects: group, plural, namespace, body."""
    vault = {
        "server": "https://bao.nordholm.example:8200",
        "path": "secret",
        "auth": {"kubernetes": {"mountPath": "kubernetes", "role": "payments", "serviceAccountRef": {"name": "api"}}},
    }
    token = {**vault, "auth": {"tokenSecretRef": {"name": "login", "key": "password"}}}
    remote = {"secretKey": "password", "remoteRef": {"key": "payments/db", "property": "password"}}
    group = "external-secrets.io"
    wanted = {"secretStoreRef": {"kind": "SecretStore", "name": "vault"}, "target": {"name": "db-credentials"}, "data": [remote]}
    return [
        (
            group,
            "secretstores",
            "payments",
            {"kind": "SecretStore", "metadata": meta("vault", "payments"), "spec": {"provider": {"vault": vault}}},
        ),
        (
            group,
            "clustersecretstores",
            None,
            {"kind": "ClusterSecretStore", "metadata": meta("shared"), "spec": {"provider": {"vault": token}}},
        ),
        (group, "externalsecrets", "payments", {"kind": "ExternalSecret", "metadata": meta("db", "payments"), "spec": wanted}),
        (
            "cert-manager.io",
            "certificates",
            "payments",
            {
                "kind": "Certificate",
                "metadata": meta("web", "payments"),
                "spec": {"secretName": "tls", "dnsNames": ["web.acme.example"], "issuerRef": {"name": "ca"}},
            },
        ),
        (
            "cert-manager.io",
            "clusterissuers",
            None,
            {"kind": "ClusterIssuer", "metadata": meta("ca"), "spec": {"ca": {"secretName": "tls"}}},
        ),
    ]


def install_crds(api: Any) -> None:
    """Tell a real server of the added kinds."""
    made = client.ApiextensionsV1Api(api)
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    for group, version, plural, kind, namespaced in CRDS:
        body = {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": f"{plural}.{group}", "annotations": {"api-approved.kubernetes.io": "unapproved, test"}},
            "spec": {
                "group": group,
                "scope": "Namespaced" if namespaced else "Cluster",
                "names": {"plural": plural, "singular": kind.lower(), "kind": kind},
                "versions": [{"name": version, "served": True, "storage": True, "schema": schema}],
            },
        }
        made.create_custom_resource_definition(body)


def seed(api: Any, made: Planted, *, batch: str = "batch/v1beta1", added: bool = True) -> None:
    """Create everything. ``batch`` is the version in which the server knows CronJobs; ``added``: custom objects too."""
    for body in base(made):
        if body["kind"] == "CronJob" and batch != "batch/v1":
            client.CustomObjectsApi(api).create_namespaced_custom_object(
                "batch", batch.split("/")[1], body["metadata"]["namespace"], "cronjobs", body
            )
            continue
        utils.create_from_dict(api, {**body, **({"apiVersion": batch} if body["kind"] == "CronJob" else {})})
    if not added:
        return
    objects = client.CustomObjectsApi(api)
    for group, plural, namespace, body in custom():
        body["apiVersion"] = f"{group}/v1"
        _created(objects, group, plural, namespace, body)


def _created(objects: Any, group: str, plural: str, namespace: str | None, body: dict[str, Any]) -> None:
    """A CRD's endpoints take a moment to appear."""
    for attempt in range(100):
        try:
            if namespace:
                objects.create_namespaced_custom_object(group, "v1", namespace, plural, body)
            else:
                objects.create_cluster_custom_object(group, "v1", plural, body)
        except ApiException as error:
            if error.status != 404 or attempt == 99:
                raise
            time.sleep(0.1)
        else:
            return


def official(url: str, token: str = TOKEN) -> Any:
    """The official client for a fake."""
    settings = client.Configuration()
    settings.host = url
    settings.api_key = {"authorization": f"Bearer {token}"}
    return client.ApiClient(settings)
