"""Names: uids of a cluster's things, and metadata of its objects. Pure and total.

Uids: ``k8s:<cluster>:sa/<namespace>/<name>``, ``:user/<name>``, ``:group/<name>``, ``:node/<name>``, and
``:<kind>/<namespace>/<name>`` for workloads and other objects. Shapes: "Objects In Kubernetes" (kubernetes.io/docs/concepts).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from keyrack.sdk.fields import Raw, part, rows, text, when
from keyrack.sdk.formats.base import clean

ACCOUNT_PREFIX = "system:serviceaccount:"
NODE_PREFIX = "system:node:"
_LONGEST = 253
"""Longest name an object may have ("Object Names and IDs", DNS subdomain names); users and groups may be longer."""
_MOST_LABELS = 64


def safe(value: str) -> str:
    """A name fit for a uid: itself when it is printable and not absurdly long, else shortened and told apart by a hash."""
    plain = clean(value, _LONGEST)
    if plain == value:
        return value
    mark = hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{plain[:200]}~{mark}"


@dataclass(frozen=True, slots=True)
class Cluster:
    """One cluster's name, and the uids of what lives in it."""

    name: str

    def account(self, namespace: str, name: str) -> str:
        """A service account."""
        return f"k8s:{self.name}:sa/{safe(namespace)}/{safe(name)}"

    def group(self, name: str) -> str:
        """A group of users."""
        return f"k8s:{self.name}:group/{safe(name)}"

    def user(self, username: str) -> str:
        """Whom a user name stands for: a service account, a node or a user ("Authenticating", service accounts, nodes)."""
        if username.startswith(ACCOUNT_PREFIX):
            namespace, _, name = username.removeprefix(ACCOUNT_PREFIX).partition(":")
            return self.account(namespace, name)
        if username.startswith(NODE_PREFIX):
            return f"k8s:{self.name}:node/{safe(username.removeprefix(NODE_PREFIX))}"
        return f"k8s:{self.name}:user/{safe(username)}"

    def thing(self, kind: str, namespace: str, name: str) -> str:
        """Any other object; without a namespace for those of the whole cluster."""
        place = f"{safe(namespace)}/{safe(name)}" if namespace else safe(name)
        return f"k8s:{self.name}:{safe(kind.lower())}/{place}"

    @property
    def uid(self) -> str:
        """The cluster itself."""
        return f"k8s:{self.name}:cluster/{self.name}"


@dataclass(frozen=True, slots=True)
class Meta:
    """Metadata of one object. ``owner`` is the kind and name of the controller that made it."""

    name: str
    namespace: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    created: datetime | None = None
    owner: tuple[str, str] | None = None

    @property
    def tags(self) -> dict[str, str]:
        """Labels fit for a record."""
        return {clean(key): clean(value) for key, value in list(self.labels.items())[:_MOST_LABELS]}


def meta(raw: Raw) -> Meta | None:
    """Metadata of an object; ``None`` when it has no name, which no object of an API server lacks."""
    found = part(raw, "metadata")
    name = text(found, "name")
    if name is None:
        return None
    owner = next((item for item in rows(found, "ownerReferences") if item.get("controller") is True), {})
    kind, of = text(owner, "kind"), text(owner, "name")
    return Meta(
        name=name,
        namespace=text(found, "namespace") or "",
        labels=texts_of(found.get("labels")),
        annotations=texts_of(found.get("annotations")),
        created=when(found, "creationTimestamp"),
        owner=(kind, of) if kind and of else None,
    )


def texts_of(value: object) -> dict[str, str]:
    """Entries of a mapping of texts; anything else is left out."""
    pairs = value.items() if isinstance(value, Mapping) else ()
    return {key: inner for key, inner in pairs if isinstance(key, str) and isinstance(inner, str)}


def attrs(**values: str | None) -> dict[str, str]:
    """Attributes of a record: those that are known, fit to be written."""
    return {name: clean(value, 1000) for name, value in values.items() if value}
