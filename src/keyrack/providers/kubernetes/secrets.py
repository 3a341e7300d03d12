"""Secrets and ConfigMaps to credentials, placements and the reported use of legacy tokens. Pure.

Facts: "Service account token Secrets", "Legacy ServiceAccount Token Cleaner" (kubernetes.io/docs/reference/access-authn-authz/
service-accounts-admin): the label ``kubernetes.io/legacy-token-last-used`` has the date of the last use since the API server
began to track, which the ConfigMap ``kube-apiserver-legacy-service-account-token-tracking`` of kube-system dates;
``legacy-token-invalid-since`` marks a token that is no longer accepted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from msgspec import structs

from keyrack.providers.kubernetes import labels, stored
from keyrack.providers.kubernetes.accounts import Namespace
from keyrack.providers.kubernetes.names import Cluster, Meta, attrs, safe
from keyrack.providers.kubernetes.workloads import Seen
from keyrack.records import Credential, Record, Usage
from keyrack.records.uids import row_uid
from keyrack.sdk import Fingerprinter, Material, Place, Secret, observe
from keyrack.sdk.fields import Raw, part, rows, text, when

TOKEN = "kubernetes.io/service-account-token"  # noqa: S105 - a type of Secret
HELM = "helm.sh/release.v1"
TRACKING = "kube-apiserver-legacy-service-account-token-tracking"
USED = "kubernetes.io/legacy-token-last-used"
INVALID = "kubernetes.io/legacy-token-invalid-since"
SOURCE = "kubernetes:legacy-token-last-used"
_BY_TYPE = {
    "kubernetes.io/dockerconfigjson": stored.registry_login,
    "kubernetes.io/dockercfg": stored.registry_login,
    "kubernetes.io/tls": stored.certificate,
    "kubernetes.io/basic-auth": stored.login,
    "kubernetes.io/ssh-auth": stored.ssh_key,
    "bootstrap.kubernetes.io/token": stored.bootstrap_token,
}
_RENEWED = "cert-manager.io/certificate-name"


@dataclass(frozen=True, slots=True)
class Shelf:
    """What is known when Secrets come by. ``tracked_since`` is ``None`` where the API server does not track legacy tokens.

    ``remote`` says where the values of a Secret come from: (namespace, name) -> key -> place in an outer store.
    """

    cluster: Cluster
    namespaces: Mapping[str, Namespace]
    seen: Seen
    fingerprint: Fingerprinter
    now: datetime
    tracked_since: datetime | None = None
    remote: Mapping[tuple[str, str], Mapping[str, Place]] = field(default_factory=dict)

    def place(self, kind: str, found: Meta) -> Place:
        """Where a Secret or ConfigMap lies."""
        home = self.namespaces.get(found.namespace, Namespace(found.namespace))
        secret = kind == "secret"
        return Place(
            system="cluster_secret" if secret else "cluster_config",
            exposure="sanctioned" if secret else "config",
            scope=self.cluster.name,
            path=f"namespaces/{safe(found.namespace)}/{'secrets' if secret else 'configmaps'}/{safe(found.name)}",
            seen_at=found.created,
            environment=labels.environment(found.labels) or home.environment,
            attrs=attrs(namespace=found.namespace),
        )

    def places(self, kind: str, found: Meta) -> list[Place]:
        """The place, once for each account whose workloads use it."""
        place = self.place(kind, found)
        users = self.seen.consumers(kind, found.namespace, found.name)
        return [replace(place, consumer_uid=uid) for uid in users] or [place]


def secret(shelf: Shelf, raw: Raw, found: Meta) -> Iterator[Record]:
    """Records of one Secret with its values."""
    kind = text(raw, "type") or "Opaque"
    data = stored.decoded(raw)
    if kind == HELM:
        return
    if kind == TOKEN:
        yield from legacy_token(shelf, raw, found, data.get("token"))
        return
    materials = _BY_TYPE.get(kind, stored.opaque)(data)
    places = shelf.places("secret", found)
    remote = shelf.remote.get((found.namespace, found.name), {})
    written = _written(raw)
    renewed = _RENEWED in found.annotations
    for material in materials:
        if renewed and material.kind == "certificate":
            material = replace(material, attrs={**material.attrs, "rotation_enabled": "true"})  # noqa: PLW2901 - same thing
        credential, _ = observe(material, places[0], shelf.fingerprint)
        dated = material.kind not in {"certificate", "private_key", "ssh_key"}
        yield structs.replace(credential, rotated_at=written) if written and dated else credential
        outer = remote.get((material.field or "").removeprefix("data."))
        for place in [*places, *([outer] if outer else [])]:
            yield observe(material, place, shelf.fingerprint)[1]


def _written(raw: Raw) -> datetime | None:
    """When values of the Secret were last written: a Secret's age says nothing of theirs ("Server-Side Apply", managedFields)."""
    times = (when(entry, "time") for entry in rows(raw, "metadata", "managedFields") if part(entry, "fieldsV1", "f:data"))
    return max(filter(None, times), default=None)


def config_map(shelf: Shelf, raw: Raw, found: Meta) -> Iterator[Record]:
    """Credentials that lie in a ConfigMap, which far more people may read than Secrets."""
    for material in stored.configured(stored.plain(raw)):
        for place in shelf.places("config", found):
            yield from observe(material, place, shelf.fingerprint)


def legacy_token(shelf: Shelf, raw: Raw, found: Meta, value: bytes | None) -> Iterator[Record]:
    """A token Secret: a token without an end, its Secret, and its last use where the API server tracks it."""
    account = stored.account_of(raw)
    if account is None:
        return
    identity = shelf.cluster.account(found.namespace, account)
    used, invalid = _day(found, USED), _day(found, INVALID)
    material = Material(
        kind="api_token",
        issuer="kubernetes",
        name=f"token Secret {safe(found.namespace)}/{safe(found.name)}",
        detector="kubernetes.token_secret",
        secret=Secret(value) if value else None,
        field="data.token",
        status="inactive" if invalid else "active",
        created_at=found.created,
        expiry="never",
        attrs=attrs(legacy="true", secret=f"{found.namespace}/{found.name}"),
    )
    for place in shelf.places("secret", found):
        credential, placement = observe(material, place, shelf.fingerprint, identity_uid=identity)
        yield credential
        yield placement
    yield from _use(shelf, credential, identity, found.created, used)


def _use(shelf: Shelf, credential: Credential, identity: str, created: datetime | None, used: datetime | None) -> Iterator[Usage]:
    since = max(filter(None, (shelf.tracked_since, created)), default=None)
    if used is None and (shelf.tracked_since is None or since is None):
        return
    yield Usage(
        uid=row_uid("usage", credential.uid, SOURCE),
        identity_uid=identity,
        credential_uid=credential.uid,
        grade="reported" if used else "absent",
        source=SOURCE,
        used_at=used,
        since=since,
    )


def _day(found: Meta, label: str) -> datetime | None:
    return when({"at": found.labels.get(label)}, "at")


def tracked_since(raw: Raw) -> datetime | None:
    """From which day on the API server notes the use of legacy tokens."""
    return when(raw, "data", "since")


def named_only(shelf: Shelf, raw: Raw, found: Meta) -> Iterator[Record]:
    """A Secret of which only the metadata was asked for: its name, whose token it is, and who uses it; never a value."""
    if stored.account_of(raw) is not None:
        yield from legacy_token(shelf, raw, found, None)
        return
    material = Material(
        kind="secret",
        issuer="unknown",
        name=f"Secret {safe(found.namespace)}/{safe(found.name)}",
        detector="kubernetes.metadata",
        attrs={"referenced": "true"},
    )
    for place in shelf.places("secret", found):
        yield from observe(material, replace(place, attrs={**place.attrs, "referenced": "true"}), shelf.fingerprint)
