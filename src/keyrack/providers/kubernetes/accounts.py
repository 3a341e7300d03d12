"""Namespaces and service accounts, and the cloud identities that annotations say they become. Pure.

Facts: "Service Accounts" and "Configure Service Accounts for Pods" (kubernetes.io/docs); docs.aws.amazon.com/eks "IAM roles for
service accounts" and "Creating an aws-auth ConfigMap"; cloud.google.com "Workload Identity Federation for GKE";
azure.github.io/azure-workload-identity "Service Account Labels and Annotations".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from keyrack.providers.kubernetes import labels
from keyrack.providers.kubernetes.names import Cluster, Meta, attrs, safe
from keyrack.providers.kubernetes.rbac import MASTERS, Subjects, masters, members, user
from keyrack.records import Identity, Record, Resource, Trust
from keyrack.records.identity import Environment
from keyrack.records.uids import aws_uid, row_uid
from keyrack.sdk.fields import Raw, rows, text, texts
from keyrack.sdk.formats.base import clean

_ROLE_ARN = re.compile(r"arn:aws[\w-]*:iam::\d{12}:(?:role|user)/[\w+=,.@/-]{1,512}", re.ASCII)
_GOOGLE = re.compile(r"[\w.-]{1,200}@[\w.-]{1,200}\.gserviceaccount\.com", re.ASCII)
_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_AUDIENCES = {"aws": "sts.amazonaws.com", "azure": "api://AzureADTokenExchange"}


@dataclass(frozen=True, slots=True)
class Namespace:
    """What a namespace says of everything in it."""

    name: str
    environment: Environment | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)


def namespace(cluster: Cluster, found: Meta) -> tuple[Namespace, Resource]:
    """A namespace, for what it says of its contents, and as a record."""
    said = Namespace(found.name, labels.environment(found.labels), found.labels, _small(found.annotations))
    record = Resource(
        uid=cluster.thing("namespace", "", found.name),
        type="k8s:namespace",
        name=safe(found.name),
        provider="kubernetes",
        scope=cluster.name,
        environment=said.environment,
        tags=found.tags,
    )
    return said, record


def _small(annotations: Mapping[str, str]) -> dict[str, str]:
    """Annotations short enough to say who owns something; the rest is configuration."""
    return {key: value for key, value in annotations.items() if len(value) <= 200}


@dataclass(frozen=True, slots=True)
class Scene:
    """What is known when accounts come by: bindings, the namespaces, who runs as whom, and the cluster's token issuer."""

    cluster: Cluster
    subjects: Subjects
    namespaces: Mapping[str, Namespace]
    running: Mapping[tuple[str, str], int]
    issuer: str | None = None


def account(scene: Scene, raw: Raw, found: Meta) -> Iterator[Record]:
    """A service account: identity, owners, what its groups give it, and the cloud identities it becomes."""
    cluster, key = scene.cluster, (found.namespace, found.name)
    uid = cluster.account(*key)
    home = scene.namespaces.get(found.namespace, Namespace(found.namespace))
    runs = scene.running.get(key, 0)
    idle_default = found.name == "default" and not runs and key not in scene.subjects.accounts
    automount = raw.get("automountServiceAccountToken")
    yield Identity(
        uid=uid,
        kind="service_account",
        type="k8s:service-account",
        name=safe(found.name),
        provider="kubernetes",
        scope=cluster.name,
        created_at=found.created,
        environment=labels.environment(found.labels) or home.environment,
        tags=found.tags,
        attrs=attrs(
            namespace=found.namespace,
            automount={True: "true", False: "false"}.get(automount) if isinstance(automount, bool) else None,
            service_linked="true" if idle_default or key in scene.subjects.built_in else None,
            workloads=str(runs),
            issuer=scene.issuer,
        ),
    )
    yield from labels.owners(uid, f"service account {found.namespace}/{found.name}", found.labels, _small(found.annotations))
    yield from labels.owners(uid, f"namespace {found.namespace}", home.labels, home.annotations)
    yield from members(scene.subjects, cluster, found.namespace, uid)
    yield from _cloud(scene, uid, found)


def _cloud(scene: Scene, uid: str, found: Meta) -> Iterator[Trust]:
    for target, cloud in _annotated(found.annotations):
        audience = _AUDIENCES.get(cloud)
        yield Trust(
            uid=row_uid("trust", target, "k8s:annotation", uid),
            identity_uid=target,
            subject=uid,
            subject_kind="identity",
            mechanism="k8s:annotation",
            issuer=scene.issuer,
            subs=[f"system:serviceaccount:{clean(found.namespace, 253)}:{clean(found.name, 253)}"],
            audiences=[audience] if audience else [],
            attrs=attrs(cloud=cloud),
        )


def _annotated(annotations: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Cloud identities by annotation: IAM roles (EKS), Google service accounts (GKE), applications (AKS)."""
    role = annotations.get("eks.amazonaws.com/role-arn", "")
    if _ROLE_ARN.fullmatch(role):
        yield aws_uid(role), "aws"
    google = annotations.get("iam.gke.io/gcp-service-account", "")
    if _GOOGLE.fullmatch(google):
        yield f"gcp:sa/{google}", "gcp"
    client, tenant = (annotations.get(f"azure.workload.identity/{name}", "") for name in ("client-id", "tenant-id"))
    if _GUID.fullmatch(client):
        yield f"entra:{tenant if _GUID.fullmatch(tenant) else 'unknown'}:app/{client}", "azure"


def aws_auth(cluster: Cluster, data: Mapping[str, str]) -> Iterator[Record]:
    """EKS's ``aws-auth`` ConfigMap: IAM roles and users that become Kubernetes users; entries for nodes name a template."""
    for section, arn_name in (("mapRoles", "rolearn"), ("mapUsers", "userarn")):
        for entry in _entries(data.get(section, "")):
            arn, name = text(entry, arn_name) or "", text(entry, "username") or ""
            if not _ROLE_ARN.fullmatch(arn) or not name or "{{" in name:
                continue
            uid, groups = cluster.user(name), [clean(group) for group in texts(entry, "groups")]
            yield user(cluster, name)
            yield Trust(
                uid=row_uid("trust", uid, "k8s:aws-auth", arn),
                identity_uid=uid,
                subject=aws_uid(arn),
                subject_kind="identity",
                mechanism="k8s:aws-auth",
                attrs=attrs(groups=",".join(groups)),
            )
            if MASTERS in groups:
                yield masters(cluster, uid)


def _entries(document: str) -> list[Raw]:
    from keyrack.sdk.formats.base import load_yaml

    found = load_yaml(document[:1_000_000].encode("utf-8", "replace")) or []
    return rows({"": found[0]}, "") if found else []
