"""The kinds the fake kube-apiserver knows, and the Status objects it refuses with ("Kubernetes API Concepts", API errors)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_RBAC, _ADMISSION, _CERT, _EXTERNAL = (
    "rbac.authorization.k8s.io",
    "admissionregistration.k8s.io",
    "cert-manager.io",
    "external-secrets.io",
)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind; ``added`` ones are custom resources."""

    name: str
    group: str = ""
    versions: tuple[str, ...] = ("v1",)
    namespaced: bool = True
    added: bool = False


_ALL = {
    "namespaces": Kind("Namespace", namespaced=False),
    "nodes": Kind("Node", namespaced=False),
    "serviceaccounts": Kind("ServiceAccount"),
    "secrets": Kind("Secret"),
    "configmaps": Kind("ConfigMap"),
    "pods": Kind("Pod"),
    "replicationcontrollers": Kind("ReplicationController"),
    "deployments": Kind("Deployment", "apps"),
    "statefulsets": Kind("StatefulSet", "apps"),
    "daemonsets": Kind("DaemonSet", "apps"),
    "replicasets": Kind("ReplicaSet", "apps"),
    "jobs": Kind("Job", "batch"),
    "cronjobs": Kind("CronJob", "batch"),
    "clusterroles": Kind("ClusterRole", _RBAC, namespaced=False),
    "roles": Kind("Role", _RBAC),
    "clusterrolebindings": Kind("ClusterRoleBinding", _RBAC, namespaced=False),
    "rolebindings": Kind("RoleBinding", _RBAC),
    "certificatesigningrequests": Kind("CertificateSigningRequest", "certificates.k8s.io", namespaced=False),
    "mutatingwebhookconfigurations": Kind("MutatingWebhookConfiguration", _ADMISSION, namespaced=False),
    "validatingwebhookconfigurations": Kind("ValidatingWebhookConfiguration", _ADMISSION, namespaced=False),
    "certificates": Kind("Certificate", _CERT, added=True),
    "issuers": Kind("Issuer", _CERT, added=True),
    "clusterissuers": Kind("ClusterIssuer", _CERT, namespaced=False, added=True),
    "secretstores": Kind("SecretStore", _EXTERNAL, ("v1", "v1beta1"), added=True),
    "clustersecretstores": Kind("ClusterSecretStore", _EXTERNAL, ("v1", "v1beta1"), namespaced=False, added=True),
    "externalsecrets": Kind("ExternalSecret", _EXTERNAL, ("v1", "v1beta1"), added=True),
}
KINDS: dict[str, Kind] = {f"{plural}.{kind.group}" if kind.group else plural: kind for plural, kind in _ALL.items()}
"""By plural and group, as RBAC writes them."""
GROUPS: list[dict[str, Any]] = [
    {
        "name": group,
        "versions": [{"groupVersion": f"{group}/v1", "version": "v1"}],
        "preferredVersion": {"groupVersion": f"{group}/v1", "version": "v1"},
    }
    for group in dict.fromkeys(
        [*(kind.group for kind in KINDS.values() if kind.group), "authorization.k8s.io", "authentication.k8s.io"]
    )
]
"""What ``/apis`` lists."""


def status(code: int, reason: str, message: str, *, name: str = "", kind: str = "", group: str = "") -> dict[str, Any]:
    """A failure as the API server tells it."""
    about = {"name": name, **({"group": group} if group else {}), "kind": kind}
    details = {"details": about} if name else {}
    head = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure"}
    return {**head, "message": message, "reason": reason, **details, "code": code}
