"""What `keyrack permissions kubernetes` prints: service account, ClusterRole and binding, made from the permissions asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from keyrack.sdk import Permission

_HEAD = """\
# Least privilege for Keyrack: list only, nothing else. Apply: kubectl apply -f -
# RBAC cannot allow names of Secrets without their values: leave out the rule for secrets (--kubernetes-secrets none),
# or keep it and let the API server send names only (--kubernetes-secrets metadata).
apiVersion: v1
kind: Namespace
metadata: {name: keyrack}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: keyrack, namespace: keyrack}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: keyrack-read}
rules:
"""
_TAIL = """\
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: keyrack-read}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: keyrack-read}
subjects:
- {kind: ServiceAccount, name: keyrack, namespace: keyrack}
"""


def cluster_role(permissions: Sequence[Permission]) -> str:
    """Manifests in YAML; permissions are ``list <resource>[.<group>]`` and ``get <path>``."""
    groups: dict[str, list[str]] = {}
    paths: list[str] = []
    for permission in permissions:
        verb, _, thing = permission.name.partition(" ")
        if thing.startswith("/"):
            paths.append(thing)
        elif verb == "list":
            resource, _, group = thing.partition(".")
            groups.setdefault(group, []).append(resource)
    rules = [
        f'- apiGroups: ["{group}"]\n  resources: [{", ".join(_once(resources))}]\n  verbs: [list]\n'
        for group, resources in groups.items()
    ]
    if paths:
        rules.append(f"- nonResourceURLs: [{', '.join(_once(paths))}]\n  verbs: [get]\n")
    return _HEAD + "".join(rules) + _TAIL


def _once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
