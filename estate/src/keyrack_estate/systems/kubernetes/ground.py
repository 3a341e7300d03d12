"""The ground both clusters stand on: how their objects are written, and the anchors of what is in them."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from keyrack_estate.chance import Chance
from keyrack_estate.fakes.kubernetes import State, stamp
from keyrack_estate.truth import Anchor, Book, native, place
from keyrack_estate.world import World

PROD, DEV = "prod-eu", "dev-eu"
ISSUERS = {
    PROD: "https://oidc.eks.eu-north-1.amazonaws.com/id/NORDHOLMPROD",
    DEV: "https://oidc.eks.eu-north-1.amazonaws.com/id/NORDHOLMDEV",
}
REGISTRY = "registry.nordholm.example"
RBAC = "rbac.authorization.k8s.io"
OWNER = "nordholm.example/owner"
_LONG = 15
"""Values that are longer are secrets; shorter ones are names."""
Shape = dict[str, Any]


@dataclass
class Clusters:
    """Both clusters, and the secret values that lie in them, for tests that look for leaks."""

    states: dict[str, State]
    values: list[str] = field(default_factory=list)


class Ground:
    """Writes objects of one cluster into its state, and remembers the accounts it made."""

    def __init__(self, world: World, clusters: Clusters, name: str) -> None:
        self.world, self.clusters, self.name = world, clusters, name
        self.truth: Book = world.truth
        self.state = clusters.states[name]
        self.chance: Chance = world.chance.child(f"kubernetes/{name}")
        self.things: list[Anchor] = []

    def put(
        self, plural: str, name: str, namespace: str = "", *, age: float = 300, body: Shape | None = None, **meta: Any
    ) -> None:
        """An object of any kind, made ``age`` days ago; ``meta`` are labels, annotations, managedFields."""
        about = {
            "name": name,
            "creationTimestamp": stamp(self.world.days_ago(age)),
            **{key: value for key, value in meta.items() if value},
        }
        if namespace:
            about["namespace"] = namespace
        self.state.add(plural, {**(body or {}), "metadata": about})

    def namespace(self, name: str, **labels: str) -> None:
        """A namespace with its default account, as the controller makes it."""
        self.put("namespaces", name, labels=dict(labels))
        self.put("serviceaccounts", "default", name)
        self.things.append(self.account_anchor(name, "default"))

    def account(
        self,
        namespace: str,
        name: str,
        *,
        owner: str = "",
        age: float = 300,
        automount: bool | None = None,
        notes: Mapping[str, str] | None = None,
    ) -> Anchor:
        """A service account; ``owner`` is an address that its annotation names."""
        said = {**(notes or {}), **({OWNER: owner} if owner else {})}
        body: Shape = {} if automount is None else {"automountServiceAccountToken": automount}
        self.put("serviceaccounts", name, namespace, age=age, body=body, annotations=said)
        self.things.append(self.account_anchor(namespace, name))
        return self.things[-1]

    def account_anchor(self, namespace: str, name: str) -> Anchor:
        """Anchor of a service account, or of a workload of that name."""
        return native("kubernetes", f"{namespace}/{name}")

    def at(self, namespace: str, plural: str, name: str) -> Anchor:
        """Anchor of a place: a Secret, a ConfigMap, a workload's environment."""
        return place(self.name, f"namespaces/{namespace}/{plural}/{name}")

    def role(self, name: str, rules: Sequence[Mapping[str, Sequence[str]]], namespace: str = "", **labels: str) -> None:
        """A Role, or without a namespace a ClusterRole."""
        plural = f"roles.{RBAC}" if namespace else f"clusterroles.{RBAC}"
        self.put(plural, name, namespace, body={"rules": [dict(rule) for rule in rules]}, labels=dict(labels))

    def bind(self, role: str, subject: str, namespace: str = "", *, kind: str = "ClusterRole", name: str = "") -> None:
        """A binding; the subject is ``namespace/name``, ``user:NAME`` or ``group:NAME``."""
        word, _, rest = subject.partition(":")
        who: Shape = {"kind": word.capitalize(), "name": rest, "apiGroup": RBAC}
        if word not in {"user", "group"}:
            space, _, account = subject.partition("/")
            who = {"kind": "ServiceAccount", "namespace": space, "name": account}
        plural = f"rolebindings.{RBAC}" if namespace else f"clusterrolebindings.{RBAC}"
        body = {"roleRef": {"apiGroup": RBAC, "kind": kind, "name": role}, "subjects": [who]}
        title = name or f"{who['name']}-{role}".replace(":", "-").replace("@", "-")
        self.put(plural, title, namespace, body=body)

    def workload(
        self, namespace: str, name: str, account: str = "", *, kind: str = "deployments.apps", image: str = "", **more: Any
    ) -> None:
        """A workload of one container; ``more`` may hold env, secrets (mounted), pod (spec) and labels."""
        container: Shape = {"name": "main", "image": image or f"{REGISTRY}/{name}@sha256:{'0' * 64}", "env": more.get("env", [])}
        container |= more.get("container", {})
        volumes = [{"name": f"v{n}", "secret": {"secretName": secret}} for n, secret in enumerate(more.get("secrets", ()))]
        spec: Shape = {"containers": [container], "volumes": [*volumes, *more.get("volumes", [])], **more.get("pod", {})}
        if account:
            spec["serviceAccountName"] = account
        labels = {"app": name, **more.get("labels", {})}
        template = {"metadata": {"labels": labels}, "spec": spec}
        body: Shape = {"spec": {"replicas": 2, "selector": {"matchLabels": {"app": name}}, "template": template}}
        if kind == "cronjobs.batch":
            body = {"spec": {"schedule": "0 3 * * *", "suspend": True, "jobTemplate": {"spec": {"template": template}}}}
        self.put(kind, name, namespace, body=body, labels=labels)
        self.things.append(self.account_anchor(namespace, name))

    def secret(
        self,
        namespace: str,
        name: str,
        data: Mapping[str, str],
        *,
        written: float = 30,
        kind: str = "Opaque",
        age: float = 500,
        **meta: Any,
    ) -> Anchor:
        """A Secret whose data was last written ``written`` days ago; returns the anchor of the place."""
        public = ("AKIA", "-----BEGIN CERT", "{")
        self.clusters.values += [value for value in data.values() if len(value) > _LONG and not value.startswith(public)]
        encoded = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
        managed = [self._managed(self.world.days_ago(written), encoded)]
        self.put(
            "secrets", name, namespace, age=max(age, written), body={"type": kind, "data": encoded}, managedFields=managed, **meta
        )
        return self.at(namespace, "secrets", name)

    def _managed(self, moment: datetime, data: Mapping[str, str]) -> Shape:
        fields: Shape = {"f:data": {".": {}, **{f"f:{key}": {} for key in data}}}
        head = {"manager": "kubectl-create", "operation": "Update", "apiVersion": "v1", "fieldsType": "FieldsV1"}
        return {**head, "time": stamp(moment), "fieldsV1": fields}

    def planted(self, label: str, *anchors: Anchor, note: str = "") -> None:
        """This is wrong."""
        self.truth.planted(label, anchors[0], *anchors[1:], note=note)

    def right(self, owasp: str, anchor: Anchor, note: str) -> None:
        """This looks wrong and is right."""
        self.truth.decoy(f"NHI{owasp}:2025", anchor, note)

    def open(self, owasp: str, anchor: Anchor, note: str) -> None:
        """Competent reviewers differ."""
        self.truth.debatable(f"NHI{owasp}:2025", anchor, note)

    def person(self, number: int, *, gone: bool = False) -> str:
        """Address of a colleague, or of somebody who left."""
        people = self.world.company.gone if gone else self.world.company.active
        return people[number % len(people)].email


def rule(verbs: str, resources: str, group: str = "", *, names: str = "", urls: str = "") -> dict[str, list[str]]:
    """A PolicyRule from words separated by blanks."""
    if urls:
        return {"verbs": verbs.split(), "nonResourceURLs": urls.split()}
    found = {"verbs": verbs.split(), "apiGroups": [group], "resources": resources.split()}
    return {**found, "resourceNames": names.split()} if names else found
