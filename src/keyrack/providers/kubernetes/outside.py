"""What ties the cluster to the outside: external-secrets, secret stores, admission webhooks. Pure.

Facts: external-secrets.io/latest/api/spec (ExternalSecret, SecretStore, ClusterSecretStore); "Dynamic Admission Control",
clientConfig (kubernetes.io/docs): a mutating webhook sees and may rewrite every object its rules name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from keyrack.providers.kubernetes.names import Cluster, Meta, attrs, safe
from keyrack.records import Identity, Record, Resource, Trust
from keyrack.records.uids import aws_uid, row_uid
from keyrack.sdk import Place
from keyrack.sdk.fields import Raw, part, rows, text, texts
from keyrack.sdk.formats.base import clean

Remote = dict[tuple[str, str], dict[str, Place]]
"""(namespace, name of the Secret that is made) -> key -> the place its value comes from."""


@dataclass(frozen=True, slots=True)
class Store:
    """A SecretStore: which outer store it reads (``server`` and the mount), and as whom."""

    provider: str
    server: str
    mount: str


def store_key(kind: str, namespace: str, name: str) -> tuple[str, str, str]:
    """How an ExternalSecret finds its store: ClusterSecretStores have no namespace."""
    return kind, "" if kind.startswith("Cluster") else namespace, name


def secret_store(cluster: Cluster, kind: str, raw: Raw, found: Meta) -> tuple[Store, list[Record]]:
    """A store, and its records: the thing itself and the account or stored secret it signs in with."""
    provider, settings = _provider(part(raw, "spec", "provider"))
    server, mount = _place_of(provider, settings)
    auth = part(settings, "auth")
    uid = cluster.thing(kind, found.namespace, found.name)
    conditions = rows(raw, "spec", "conditions")
    static = _static(auth)
    record = Resource(
        uid=uid,
        type="k8s:secret-store",
        name=safe(found.name),
        provider="kubernetes",
        scope=cluster.name,
        tags=found.tags,
        attrs=attrs(
            namespace=found.namespace,
            kind=kind,
            url=server,
            mount=mount,
            store=provider,
            open_to=_open_to(kind, conditions),
            static="true" if static else "false",
            secret=", ".join(static),
        ),
    )
    return Store(provider, server, mount), [record, *_signs_in(cluster, kind, auth, server, found)]


def _provider(raw: Raw) -> tuple[str, Raw]:
    name = next((key for key, value in raw.items() if isinstance(value, Mapping)), "unknown")
    return clean(name), part(raw, name)


def _place_of(provider: str, settings: Raw) -> tuple[str, str]:
    """Host or project the store is of, and the mount, where the product has such."""
    server = (
        text(settings, "server")
        or text(settings, "vaultUrl")
        or text(settings, "projectID")
        or text(settings, "region")
        or provider
    )
    try:
        host = urlsplit(server).netloc.rpartition("@")[2] or server
    except ValueError:
        host = provider
    return clean(host), clean(text(settings, "path") or "")


def _open_to(kind: str, conditions: list[Raw]) -> str:
    """Who may use the store: its own namespace, the namespaces a condition names, or everybody."""
    if not kind.startswith("Cluster"):
        return "namespace"
    named = [
        item
        for item in conditions
        if texts(item, "namespaces") or part(item, "namespaceSelector") or texts(item, "namespaceRegexes")
    ]
    return "named" if named else "all"


def _static(auth: Raw) -> list[str]:
    """Names of Secrets that a store signs in with: a stored token, key or secret id, instead of a service account."""
    paths = (
        ("tokenSecretRef",),
        ("appRole", "secretRef"),
        ("secretRef", "secretAccessKeySecretRef"),
        ("secretRef", "accessKeyIDSecretRef"),
        ("secretRef", "secretAccessKey"),
        ("authSecretRef", "clientSecret"),
        ("secretRef", "clientSecret"),
        ("ldap", "secretRef"),
        ("userPass", "secretRef"),
    )
    return list(dict.fromkeys(clean(name) for path in paths if (name := text(auth, *path, "name"))))


def _signs_in(cluster: Cluster, kind: str, auth: Raw, server: str, found: Meta) -> Iterator[Record]:
    """The service account a store signs in as, where it names one."""
    kubernetes, jwt = part(auth, "kubernetes"), part(auth, "jwt")
    reference = (
        part(kubernetes, "serviceAccountRef")
        or part(jwt, "serviceAccountRef")
        or part(auth, "workloadIdentity", "serviceAccountRef")
    )
    name = text(reference, "name")
    role = text(kubernetes, "role") or text(jwt, "role")
    if not name:
        return
    account = cluster.account(text(reference, "namespace") or found.namespace or "default", name)
    store = cluster.thing(kind, found.namespace, found.name)
    yield Trust(
        uid=row_uid("trust", account, "k8s:secret-store", store),
        identity_uid=account,
        subject=store,
        subject_kind="workload",
        mechanism="k8s:secret-store",
        attrs=attrs(role=role),
    )
    yield from _becomes(auth, account, server, store)


def _becomes(auth: Raw, account: str, server: str, store: str) -> Iterator[Trust]:
    """The role of a vault, or of AWS, that the account signs in for."""
    kubernetes = part(auth, "kubernetes")
    role = text(kubernetes, "role") or text(auth, "jwt", "role")
    arn = text(auth, "role") or ""
    if role and kubernetes:
        mount = (text(kubernetes, "mountPath") or "kubernetes").strip("/")
        target = f"openbao:{server}:role/{safe(mount)}/{safe(role)}"
        yield Trust(
            uid=row_uid("trust", target, "openbao:kubernetes-login", account),
            identity_uid=target,
            subject=account,
            subject_kind="identity",
            mechanism="openbao:kubernetes-login",
            attrs=attrs(source_path=store),
        )
    elif arn.startswith("arn:aws"):
        yield Trust(
            uid=row_uid("trust", arn, "k8s:annotation", account),
            identity_uid=aws_uid(clean(arn)),
            subject=account,
            subject_kind="identity",
            mechanism="k8s:annotation",
            attrs=attrs(source_path=store),
        )


def external_secret(
    cluster: Cluster, raw: Raw, found: Meta, stores: Mapping[tuple[str, str, str], Store]
) -> tuple[Resource, dict[str, Place]]:
    """An ExternalSecret as a record, and where the keys of the Secret it makes come from."""
    reference = part(raw, "spec", "secretStoreRef")
    kind, name = text(reference, "kind") or "SecretStore", text(reference, "name") or ""
    store = stores.get(store_key(kind, found.namespace, name), Store("unknown", "unknown", ""))
    places: dict[str, Place] = {}
    remotes: list[str] = []
    for item in rows(raw, "spec", "data"):
        key, where = text(item, "secretKey"), part(item, "remoteRef")
        path = _path(store, text(where, "key") or "")
        if key and path:
            wanted = text(where, "property")
            remotes.append(path)
            places[key] = _remote(store, path, wanted)
    bulk = (_path(store, text(item, "extract", "key") or "") for item in rows(raw, "spec", "dataFrom"))
    remotes.extend(path for path in bulk if path)
    target = text(raw, "spec", "target", "name") or found.name
    record = Resource(
        uid=cluster.thing("externalsecret", found.namespace, found.name),
        type="k8s:external-secret",
        name=safe(found.name),
        provider="kubernetes",
        scope=cluster.name,
        tags=found.tags,
        attrs=attrs(
            namespace=found.namespace,
            secret=target,
            store=cluster.thing(kind, store_key(kind, found.namespace, name)[1], name),
            paths=", ".join(dict.fromkeys(remotes)),
            refresh=text(raw, "spec", "refreshInterval"),
        ),
    )
    return record, places


def _path(store: Store, key: str) -> str:
    """Path inside the outer store, mount first, as its own administrators write it."""
    inner = clean(key, 300).strip("/")
    mount = store.mount.strip("/")
    return f"{mount}/{inner}" if mount and inner and not inner.startswith(f"{mount}/") else inner


def _remote(store: Store, path: str, wanted: str | None) -> Place:
    return Place(
        system="vault", exposure="sanctioned", scope=store.server, path=path, attrs=attrs(property=wanted, referenced="true")
    )


def webhook(cluster: Cluster, kind: str, raw: Raw, found: Meta) -> Iterator[Record]:
    """An admission configuration; a webhook at a URL outside the cluster is a third party that sees, or rewrites, objects."""
    for number, item in enumerate(rows(raw, "webhooks")):
        url = text(item, "clientConfig", "url")
        host = _outer_host(url)
        name = f"{safe(found.name)}/{safe(text(item, 'name') or str(number))}"
        covers = sorted({name for rule in rows(item, "rules") for name in _covered(rule)})
        facts = attrs(
            kind=kind,
            url=f"https://{host}" if host else None,
            service=_service(part(item, "clientConfig", "service")),
            covers=", ".join(covers[:30]),
            failure=text(item, "failurePolicy"),
        )
        uid = f"k8s:{cluster.name}:webhook/{name}"
        if host:
            yield Identity(
                uid=uid,
                kind="service_account",
                type="k8s:webhook",
                name=name,
                provider="kubernetes",
                scope=cluster.name,
                created_at=found.created,
                third_party=True,
                vendor=host,
                tags=found.tags,
                attrs={key: value for key, value in facts.items() if key != "service"},
            )
        else:
            yield Resource(
                uid=uid, type="k8s:webhook", name=name, provider="kubernetes", scope=cluster.name, tags=found.tags, attrs=facts
            )


def _covered(rule: Raw) -> Iterator[str]:
    """Resources a rule shows; one of somebody else's group has it behind a dot, so that its ``*`` is not everything."""
    for group in texts(rule, "apiGroups") or [""]:
        own = group in {"", "*"} or "." not in group or group.endswith(".k8s.io")
        for resource in texts(rule, "resources"):
            plain = own and (group in {"", "*"} or not resource.startswith("*"))
            yield clean(resource if plain else f"{resource}.{group}", 300)


def _service(raw: Raw) -> str | None:
    name = text(raw, "name")
    return f"{text(raw, 'namespace') or 'default'}/{name}" if name else None


def _outer_host(url: str | None) -> str | None:
    """Host of a webhook's URL, when it is not a service of the cluster or this very machine."""
    try:
        host = (urlsplit(url or "").hostname or "").rstrip(".")
    except ValueError:
        return None
    inner = (
        not host or host.endswith((".svc", ".cluster.local", ".local", ".internal")) or host in {"localhost", "127.0.0.1", "::1"}
    )
    return None if inner else clean(host)
