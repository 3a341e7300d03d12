"""Workloads: what runs, as which account, with which secrets written into it. Pods are folded into what made them. Pure.

A pod belongs to its controller, a ReplicaSet to its Deployment, a Job to its CronJob ("Owners and Dependents"); the template of
the outermost one tells everything. Bare pods, and pods of controllers nobody here knows, stand for themselves.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from keyrack.providers.kubernetes import labels, pods
from keyrack.providers.kubernetes.accounts import Namespace
from keyrack.providers.kubernetes.names import NODE_PREFIX, Cluster, Meta, attrs, meta, safe
from keyrack.providers.kubernetes.rbac import user
from keyrack.records import Credential, Record, Resource, Trust
from keyrack.records.identity import Environment
from keyrack.records.uids import credential_uid, row_uid
from keyrack.sdk import Fingerprinter, Place, observe
from keyrack.sdk.fields import Raw, number, part, text

_TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "Pod": ("spec",),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
}
_TEMPLATE = ("spec", "template", "spec")
FOLDED = frozenset({"ReplicaSet", "Job", "Pod"})
"""Kinds that usually belong to something else."""
_MOST_CONSUMERS = 20

Key = tuple[str, str]


@dataclass(slots=True)
class Seen:
    """What workloads tell, kept for what is listed after them."""

    running: Counter[Key] = field(default_factory=Counter)
    """Workloads by the account they run as."""
    owners: dict[tuple[str, str, str], tuple[str, str]] = field(default_factory=dict)
    """(kind, namespace, name) of ReplicaSets and Jobs -> the kind and name of their owner."""
    known: set[tuple[str, str, str]] = field(default_factory=set)
    """Workloads already told of, by lower-case kind, namespace and name."""
    users: dict[tuple[str, str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    """("secret" or "config", namespace, name) -> accounts whose workloads use it."""

    def consumers(self, kind: str, namespace: str, name: str) -> list[str]:
        """Accounts that use a Secret or ConfigMap."""
        return sorted(self.users.get((kind, namespace, name), ()))[:_MOST_CONSUMERS]


@dataclass(frozen=True, slots=True)
class Stage:
    """Where workloads play: the cluster, its namespaces and the fingerprinter."""

    cluster: Cluster
    namespaces: Mapping[str, Namespace]
    fingerprint: Fingerprinter
    seen: Seen


def workload(stage: Stage, kind: str, raw: Raw) -> Iterator[Record]:
    """Records of one object of a workload kind; what belongs to a workload already told of yields nothing."""
    found = meta(raw)
    if found is None:
        return
    spec = part(raw, *_TEMPLATES.get(kind, _TEMPLATE))
    name = found.name
    if kind in FOLDED:
        kind, name = _outermost(stage.seen, kind, found)
    key = kind.lower(), found.namespace, name
    if key not in stage.seen.known:
        stage.seen.known.add(key)
        yield from _records(stage, _Workload(kind, name, found, raw, spec))


@dataclass(frozen=True, slots=True)
class _Workload:
    """One workload: ``kind`` and ``name`` are those of the outermost owner, ``spec`` is the pod's."""

    kind: str
    name: str
    meta: Meta
    raw: Raw
    spec: Raw

    @property
    def account(self) -> str:
        """The account it runs as."""
        return text(self.spec, "serviceAccountName") or text(self.spec, "serviceAccount") or "default"

    @property
    def automount(self) -> str | None:
        """Whether the pod wants its account's token mounted; ``None``: as the account says."""
        said = self.spec.get("automountServiceAccountToken")
        return ("true" if said else "false") if isinstance(said, bool) else None


def _outermost(seen: Seen, kind: str, found: Meta) -> Key:
    owner = found.owner or (kind, found.name)
    if kind != "Pod" and found.owner:
        seen.owners[kind, found.namespace, found.name] = owner
    return seen.owners.get((owner[0], found.namespace, owner[1]), owner)


def _records(stage: Stage, made: _Workload) -> Iterator[Record]:
    cluster, namespace = stage.cluster, made.meta.namespace
    uid, identity = cluster.thing(made.kind, namespace, made.name), cluster.account(namespace, made.account)
    home = stage.namespaces.get(namespace, Namespace(namespace))
    environment = labels.environment(made.meta.labels) or home.environment
    _note(stage.seen, made, identity)
    yield _resource(cluster, made, uid, identity, environment)
    yield Trust(
        uid=row_uid("trust", identity, "k8s:runs-as", uid),
        identity_uid=identity,
        subject=uid,
        subject_kind="workload",
        mechanism="k8s:runs-as",
        attrs=attrs(automount=made.automount),
    )
    place = Place(
        system="workload_env",
        exposure="config",
        scope=cluster.name,
        path=f"namespaces/{safe(namespace)}/{safe(made.kind.lower())}s/{safe(made.name)}",
        consumer_uid=identity,
        environment=environment,
        attrs=attrs(workload=uid),
    )
    for material in pods.literals(made.spec):
        yield from observe(material, place, stage.fingerprint)
    for token in pods.projected(made.spec):
        yield _token(token, identity)


def _note(seen: Seen, made: _Workload, identity: str) -> None:
    namespace = made.meta.namespace
    seen.running[namespace, made.account] += 1
    for secret in pods.secrets_used(made.spec):
        seen.users["secret", namespace, secret].add(identity)
    for config in pods.configs_used(made.spec):
        seen.users["config", namespace, config].add(identity)


def _resource(cluster: Cluster, made: _Workload, uid: str, identity: str, environment: Environment | None) -> Resource:
    images = pods.images(made.spec)
    replicas = number(made.raw, "spec", "replicas")
    return Resource(
        uid=uid,
        type="k8s:workload",
        name=safe(made.name),
        provider="kubernetes",
        scope=cluster.name,
        environment=environment,
        tags=made.meta.tags,
        attrs=attrs(
            namespace=made.meta.namespace,
            role=identity,
            kind=made.kind,
            replicas=None if replicas is None else str(replicas),
            escapes=", ".join(pods.escapes(made.spec)),
            image=images[0] if images else None,
            images=", ".join(images[:10]),
            registries=", ".join(sorted({host for image in images if (host := pods.public_registry(image))})),
            image_pin=_loosest(images),
            public_pin=_loosest([image for image in images if pods.public_registry(image)]),
            automount=made.automount,
        ),
    )


def node(cluster: Cluster, raw: Raw, found: Meta) -> Iterator[Record]:
    """A node: whom its kubelet authenticates as, and the machine, which its cloud knows by ``spec.providerID``."""
    identity = user(cluster, f"{NODE_PREFIX}{found.name}")
    yield identity
    yield Resource(
        uid=identity.uid,
        type="k8s:node",
        name=identity.name,
        provider="kubernetes",
        scope=cluster.name,
        environment=labels.environment(found.labels),
        tags=found.tags,
        attrs=attrs(provider_id=text(raw, "spec", "providerID")),
    )


def _loosest(images: list[str]) -> str | None:
    pins = {pods.pin(image) for image in images}
    return next((pin for pin in ("none", "tag", "digest") if pin in pins), None)


def _token(token: pods.Projected, identity: str) -> Credential:
    """A bound token: the kubelet renews it well before its end ("Service account token volume projection")."""
    audience = token.audience or "the API server"
    return Credential(
        uid=credential_uid("kubernetes", holder=identity, name=f"projected:{token.audience}:{token.seconds}"),
        kind="session_token",
        issuer="kubernetes",
        name=f"projected token for {audience}",
        identity_uid=identity,
        status="active",
        expiry="set",
        attrs=attrs(audience=token.audience, lifetime=str(token.seconds), rotation_enabled="true"),
    )
