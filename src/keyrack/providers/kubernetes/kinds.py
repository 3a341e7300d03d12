"""The kinds that are listed: where, under which capability, and with which permission. One table.

Paths: "Kubernetes API Concepts" (kubernetes.io/docs/reference/using-api/api-concepts), resource URIs; permissions are written as
``kubectl auth can-i`` takes them: ``list cronjobs.batch``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from keyrack.sdk.web import Call, by_token

PAGE = "500"
METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
"""Names, labels and annotations; the rest stays in the API server ("Kubernetes API Concepts", metadata-only fetches)."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. ``versions`` are tried in order; ``added`` kinds come with a product that may not be installed."""

    name: str
    plural: str
    capability: str
    group: str = ""
    versions: tuple[str, ...] = ("v1",)
    namespaced: bool = True
    added: bool = False
    page: str = PAGE
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def permission(self) -> str:
        """As RBAC and ``kubectl auth can-i`` name it."""
        return f"list {self.plural}.{self.group}" if self.group else f"list {self.plural}"

    def call(self, version: str, namespace: str = "") -> Call:
        """The call that lists it, in one namespace or everywhere."""
        root = f"/apis/{self.group}/{version}" if self.group else f"/api/{version}"
        place = f"/namespaces/{namespace}" if namespace and self.namespaced else ""
        return Call(
            capability=f"kubernetes.{self.capability}",
            path=f"{root}{place}/{self.plural}",
            permission=self.permission,
            params={"limit": self.page, **self.params},
            items=("items",),
            next=by_token("metadata", "continue", param="continue"),
            what=f"{self.plural} of namespace {namespace}" if place else self.plural,
            name=self.plural,
            must=("items",),
            headers=self.headers,
            optional=self.added,
        )


_RBAC = "rbac.authorization.k8s.io"
_ADMISSION = "admissionregistration.k8s.io"
NAMESPACES = Kind("Namespace", "namespaces", "namespaces", namespaced=False)
ROLES = (Kind("ClusterRole", "clusterroles", "rbac", _RBAC, namespaced=False), Kind("Role", "roles", "rbac", _RBAC))
BINDINGS = (
    Kind("ClusterRoleBinding", "clusterrolebindings", "rbac", _RBAC, namespaced=False),
    Kind("RoleBinding", "rolebindings", "rbac", _RBAC),
)
ACCOUNTS = Kind("ServiceAccount", "serviceaccounts", "accounts")
WORKLOADS = (
    Kind("Deployment", "deployments", "workloads", "apps"),
    Kind("StatefulSet", "statefulsets", "workloads", "apps"),
    Kind("DaemonSet", "daemonsets", "workloads", "apps"),
    Kind("CronJob", "cronjobs", "workloads", "batch", ("v1", "v1beta1")),
    Kind("ReplicationController", "replicationcontrollers", "workloads"),
    Kind("ReplicaSet", "replicasets", "workloads", "apps"),
    Kind("Job", "jobs", "workloads", "batch"),
    Kind("Pod", "pods", "workloads"),
)
"""Owners before what they own."""
SECRETS = Kind("Secret", "secrets", "secrets", page="250", params={"fieldSelector": "type!=helm.sh/release.v1"})
"""Helm keeps each release of a chart as a Secret of up to a megabyte; the values in it are seen where they end up."""
SECRET_NAMES = replace(SECRETS, page=PAGE, headers={"Accept": METADATA})
CONFIG_MAPS = Kind(
    "ConfigMap", "configmaps", "config_maps", page="250", params={"fieldSelector": "metadata.name!=kube-root-ca.crt"}
)
TRACKING = replace(
    CONFIG_MAPS,
    params={"fieldSelector": "metadata.name=kube-apiserver-legacy-service-account-token-tracking,metadata.namespace=kube-system"},
)
"""From when on the API server notes the use of legacy tokens; absent before Kubernetes 1.26."""
NODES = Kind("Node", "nodes", "nodes", namespaced=False, page="100")
"""Whole, for the machine's name in its cloud; a node lists its images too, so pages are small."""
REQUESTS = Kind(
    "CertificateSigningRequest", "certificatesigningrequests", "certificates", "certificates.k8s.io", namespaced=False
)
WEBHOOKS = (
    Kind("MutatingWebhookConfiguration", "mutatingwebhookconfigurations", "webhooks", _ADMISSION, namespaced=False),
    Kind("ValidatingWebhookConfiguration", "validatingwebhookconfigurations", "webhooks", _ADMISSION, namespaced=False),
)
CERTIFICATES = Kind("Certificate", "certificates", "cert_manager", "cert-manager.io", added=True)
ISSUERS = (
    Kind("Issuer", "issuers", "cert_manager", "cert-manager.io", added=True),
    Kind("ClusterIssuer", "clusterissuers", "cert_manager", "cert-manager.io", namespaced=False, added=True),
)
_EXTERNAL = "external-secrets.io"
STORES = (
    Kind("SecretStore", "secretstores", "external_secrets", _EXTERNAL, ("v1", "v1beta1"), added=True),
    Kind(
        "ClusterSecretStore",
        "clustersecretstores",
        "external_secrets",
        _EXTERNAL,
        ("v1", "v1beta1"),
        namespaced=False,
        added=True,
    ),
)
EXTERNAL_SECRETS = Kind("ExternalSecret", "externalsecrets", "external_secrets", _EXTERNAL, ("v1", "v1beta1"), added=True)
ALL = (
    NAMESPACES, *ROLES, *BINDINGS, ACCOUNTS, *WORKLOADS, SECRETS, CONFIG_MAPS, NODES, REQUESTS, *WEBHOOKS, CERTIFICATES, *ISSUERS,
    *STORES, EXTERNAL_SECRETS,
)  # fmt: skip
"""Every kind, in the order of the README's table."""
