"""Kubernetes manifests: service accounts, what runs as them, what RBAC gives them, and secrets written down.

Facts from kubernetes.io/docs: "Configure Service Accounts for Pods" (the default account, automounting), "Secrets",
"Using RBAC Authorization"; docs.aws.amazon.com/eks "IAM roles for service accounts"; cloud.google.com "Workload Identity
Federation for GKE"; azure.github.io/azure-workload-identity "Service Account Labels and Annotations".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyrack.providers.repository.iac.declared_keys import Key, declared_key
from keyrack.providers.repository.iac.kubernetes_secrets import config_records, secret_manifest
from keyrack.providers.repository.iac.literals import Setting, literal_records
from keyrack.providers.repository.iac.origin import Origin
from keyrack.providers.repository.marked import Node
from keyrack.records import Grant, Identity, Record, Resource, Trust
from keyrack.records.grant import Privilege
from keyrack.records.identity import Environment
from keyrack.records.uids import aws_uid, repository_uid, row_uid

LIKELY = re.compile(rb"apiVersion[\"']?\s*:")

_POD_PATHS = (("spec", "template", "spec"), ("spec", "jobTemplate", "spec", "template", "spec"))
_ROLE_ARN = re.compile(r"arn:aws[\w-]*:iam::\d{12}:role/[\w+=,.@/-]{1,512}", re.ASCII)
_GCP = re.compile(r"[\w.-]+@[\w.-]+\.gserviceaccount\.com", re.ASCII)
_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_PROD = {"prod", "production", "prd", "live"}
_NONPROD = {
    "dev",
    "development",
    "test",
    "testing",
    "qa",
    "uat",
    "staging",
    "stage",
    "stg",
    "sandbox",
    "preview",
    "preprod",
    "demo",
}


def records(root: Node, origin: Origin) -> Iterator[Record]:
    """Records of one document; documents that are no Kubernetes object yield nothing."""
    kind = root.get("kind").text
    if not kind or not root.get("apiVersion"):
        return
    if root.get("sops") or kind in {"SealedSecret", "ExternalSecret", "ClusterExternalSecret"}:
        return  # encrypted, or only named: nothing readable lies here
    if kind == "List" or (kind.endswith("List") and root.get("items")):
        for item in root.get("items").each():
            yield from records(item, origin)
    elif kind == "ServiceAccount":
        yield from _service_account(root, origin)
    elif kind in {"RoleBinding", "ClusterRoleBinding"}:
        yield from _binding(root, origin)
    elif kind == "Secret":
        yield from _token(root, origin)
        yield from secret_manifest(root, _setting(root, origin))
    elif kind in {"ConfigMap", "Kustomization"}:
        yield from config_records(root, _setting(root, origin))
    else:
        yield from _workload(root, kind, origin)


def _namespace(root: Node) -> str:
    return root.get("metadata", "namespace").text or "default"


def _setting(root: Node, origin: Origin) -> Setting:
    name = f"{root.get('kind').text}/{root.get('metadata', 'name').text}"
    return Setting(origin, name, environment=environment_of(_namespace(root)))


def environment_of(namespace: str) -> Environment | None:
    """Whether prod or nonprod, where the namespace's words say so."""
    words = set(re.split(r"[^a-z0-9]+", namespace.lower()))
    if words & _NONPROD:
        return "nonprod"
    return "prod" if words & _PROD else None


def account_uid(origin: Origin, namespace: str, name: str) -> str:
    """Uid of a service account; the cluster is not known from a manifest, so it is bound to the repository."""
    return repository_uid(origin.repository, "k8s-sa", f"{namespace}/{name}")


def _account(origin: Origin, namespace: str, name: str, line: int, attrs: dict[str, str], labels: Node) -> Identity:
    tags = {key: value.text for key, value in labels.entries if value.kind == "scalar" and value}
    known = {"path": origin.path, "line": str(line), "namespace": namespace, **attrs}
    return Identity(
        uid=account_uid(origin, namespace, name),
        kind="service_account",
        type="k8s:service-account",
        name=name,
        provider="repository",
        scope=origin.repository,
        environment=environment_of(namespace),
        tags=tags,
        attrs={key: value for key, value in known.items() if value},
    )


def _service_account(root: Node, origin: Origin) -> Iterator[Record]:
    name, namespace = root.get("metadata", "name").text, _namespace(root)
    if not name:
        return
    automount = root.get("automountServiceAccountToken")
    attrs = {"automount": ("true" if automount.true else "false") if automount else ""}
    yield _account(origin, namespace, name, root.line, attrs, root.get("metadata", "labels"))
    annotations = root.get("metadata", "annotations")
    uid = account_uid(origin, namespace, name)
    for target, mechanism, line in _federated(annotations):
        yield Trust(
            uid=row_uid("trust", target, mechanism, uid),
            identity_uid=target,
            subject=uid,
            subject_kind="identity",
            mechanism=mechanism,
            subs=[f"system:serviceaccount:{namespace}:{name}"],
            attrs={"source_path": origin.path, "line": str(line)},
        )


def _federated(annotations: Node) -> Iterator[tuple[str, str, int]]:
    """Cloud identities that annotations name: IAM roles (EKS), Google service accounts (GKE), applications (AKS)."""
    aws = annotations.get("eks.amazonaws.com/role-arn")
    if _ROLE_ARN.fullmatch(aws.text):
        yield aws_uid(aws.text), "sts:AssumeRoleWithWebIdentity", aws.line
    gcp = annotations.get("iam.gke.io/gcp-service-account")
    if _GCP.fullmatch(gcp.text):
        yield f"gcp:sa/{gcp.text}", "k8s:workload-identity", gcp.line
    azure, tenant = (
        annotations.get("azure.workload.identity/client-id"),
        annotations.get("azure.workload.identity/tenant-id").text,
    )
    if _GUID.fullmatch(azure.text):
        yield f"entra:{tenant if _GUID.fullmatch(tenant) else 'unknown'}:app/{azure.text}", "k8s:workload-identity", azure.line


def _workload(root: Node, kind: str, origin: Origin) -> Iterator[Record]:
    pod = (
        root.get("spec") if kind == "Pod" else next((found for path in _POD_PATHS if (found := root.get(*path))), Node("missing"))
    )
    name, namespace = root.get("metadata", "name").text, _namespace(root)
    if not pod.get("containers") or not name:
        return
    uid = repository_uid(origin.repository, "k8s-workload", f"{namespace}/{kind}/{name}")
    account = pod.get("serviceAccountName").text or pod.get("serviceAccount").text or "default"
    automount = pod.get("automountServiceAccountToken")
    identity = account_uid(origin, namespace, account)
    yield Resource(
        uid=uid,
        type="k8s:workload",
        name=name,
        provider="repository",
        scope=origin.repository,
        environment=environment_of(namespace),
        attrs={"path": origin.path, "line": str(root.line), "namespace": namespace, "role": identity},
    )
    consumer = identity if account != "default" or not automount or automount.true else None
    if consumer:
        yield from _runs_as(uid, identity, account, namespace, root, origin)
    for group in ("initContainers", "containers"):
        field = f"{kind}/{name}.{group}"
        setting = Setting(origin, field, consumer_uid=consumer, environment=environment_of(namespace))
        yield from literal_records(pod.get(group), setting)


def _runs_as(uid: str, identity: str, account: str, namespace: str, root: Node, origin: Origin) -> Iterator[Record]:
    """The workload's trust; the default account exists in every namespace without being declared."""
    if account == "default":
        yield _account(origin, namespace, "default", root.line, {}, Node("missing"))
    yield Trust(
        uid=row_uid("trust", identity, "k8s:runs-as", uid),
        identity_uid=identity,
        subject=uid,
        subject_kind="workload",
        mechanism="k8s:runs-as",
        attrs={"source_path": origin.path, "line": str(root.line)},
    )


def _named(origin: Origin, namespace: str, name: str, line: int, by: str) -> Identity:
    """An account known by what refers to it; its own manifest, where there is one, says more and comes first."""
    return _account(origin, namespace, name, line, {"declared_by": by}, Node("missing"))


def _token(root: Node, origin: Origin) -> Iterator[Record]:
    """A Secret that asks the cluster for a token without an end ("Secrets", Service account token Secrets)."""
    if root.get("type").text != "kubernetes.io/service-account-token":
        return
    name, namespace = root.get("metadata", "name").text, _namespace(root)
    account = root.get("metadata", "annotations", "kubernetes.io/service-account.name").text
    if name and account:
        yield _named(origin, namespace, account, root.line, "token")
        holder = account_uid(origin, namespace, account)
        address = f"Secret/{namespace}/{name}"
        yield from declared_key(Key(holder, address, origin, root.line, kind="api_token", issuer="kubernetes"))


def _binding(root: Node, origin: Origin) -> Iterator[Record]:
    """A binding's subjects get what its role allows; the role itself is named as the policy."""
    role, role_kind = root.get("roleRef", "name").text, root.get("roleRef", "kind").text
    everywhere = root.get("kind").text == "ClusterRoleBinding"
    namespace = _namespace(root)
    for subject in root.get("subjects").each():
        name = subject.get("name").text
        if subject.get("kind").text != "ServiceAccount" or not name or not role:
            continue
        home = subject.get("namespace").text or namespace
        uid = account_uid(origin, home, name)
        yield _named(origin, home, name, root.line, "binding")
        scope = "*" if everywhere else f"namespace/{namespace}"
        actions, privilege = _BUILT_IN.get(role, ([], "unknown")) if role_kind == "ClusterRole" else ([], "unknown")
        yield Grant(
            uid=row_uid("grant", uid, "kubernetes", role_kind, role, scope),
            identity_uid=uid,
            language="kubernetes",
            effect="allow",
            actions=list(actions),
            resources=[scope],
            via="managed",
            policy=f"{role_kind}/{role}",
            privilege=privilege,
            attrs={"source_path": origin.path, "line": str(root.line)},
        )


_BUILT_IN: dict[str, tuple[list[str], Privilege]] = {
    "cluster-admin": (["*:*"], "admin"),
    "admin": (["*:namespaced", "*:rolebindings"], "permissions"),
    "edit": (["*:namespaced"], "write"),
    "view": (["get:namespaced", "list:namespaced", "watch:namespaced"], "read"),
}
"""Default user-facing roles ("Using RBAC Authorization", User-facing roles)."""
