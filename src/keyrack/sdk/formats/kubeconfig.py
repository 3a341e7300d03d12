"""Kubernetes client configuration: clusters, users and the credentials of each user.

Source: Kubernetes reference, "kubeconfig (v1)". ``exec`` and ``auth-provider`` users hold no lasting secret themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from keyrack.sdk.formats.base import Parsed, clean, items, load_yaml, malformed, mapping, string
from keyrack.sdk.formats.dotenv import environment_materials
from keyrack.sdk.formats.urls import endpoint_of
from keyrack.sdk.formats.values import decode64, described
from keyrack.sdk.material import Material


@dataclass(frozen=True, slots=True)
class KubeUser:
    """One user entry; ``servers`` are the clusters that contexts join it to."""

    name: str
    servers: tuple[str, ...]
    insecure_tls: bool
    plugin: str
    materials: tuple[Material, ...]


@dataclass(frozen=True)
class KubeConfig(Parsed):
    """Users of a kubeconfig; ``materials`` are those of all users."""

    users: tuple[KubeUser, ...] = ()


def is_kubeconfig(document: object) -> bool:
    """Whether a YAML document is a kubeconfig."""
    fields = mapping(document)
    return string(fields.get("kind")) == "Config" or {"clusters", "users", "contexts"} <= set(fields)


def parse(data: bytes) -> KubeConfig:
    """Users with their tokens, client keys, passwords and exec plugins."""
    documents = load_yaml(data)
    if documents is None or not any(is_kubeconfig(document) for document in documents):
        return KubeConfig(troubles=malformed("a kubeconfig").troubles)
    users = [user for document in documents if is_kubeconfig(document) for user in _users(mapping(document))]
    return KubeConfig(tuple(m for user in users for m in user.materials), (), tuple(users))


def _named(document: Mapping[str, object], section: str, inner: str) -> dict[str, Mapping[str, object]]:
    found = {}
    for entry in items(document.get(section)):
        fields = mapping(entry)
        found[string(fields.get("name"))] = mapping(fields.get(inner))
    return found


def _users(document: Mapping[str, object]) -> Iterator[KubeUser]:
    clusters = _named(document, "clusters", "cluster")
    contexts = _named(document, "contexts", "context").values()
    for name, fields in _named(document, "users", "user").items():
        joined = [clusters.get(string(c.get("cluster")), {}) for c in contexts if string(c.get("user")) == name]
        if not joined and len(clusters) == 1:
            joined = list(clusters.values())
        servers = sorted({endpoint_of(string(cluster.get("server"))) for cluster in joined} - {""})
        plugin = mapping(fields.get("exec"))
        provider = string(mapping(fields.get("auth-provider")).get("name"))
        yield KubeUser(
            name=clean(name),
            servers=tuple(servers),
            insecure_tls=any(string(cluster.get("insecure-skip-tls-verify")).lower() == "true" for cluster in joined),
            plugin=clean(string(plugin.get("command")).rpartition("/")[2] or provider),
            materials=tuple(_materials(clean(name), fields, ",".join(servers))),
        )


def _materials(name: str, fields: Mapping[str, object], servers: str) -> Iterator[Material]:
    base = f"users.{name}"
    attrs = {"endpoint": servers}
    token = described(
        fields.get("token"),
        kind="api_token",
        issuer="kubernetes",
        name=f"token of kube user {name}",
        detector="kubeconfig",
        field=f"{base}.token",
        attrs=attrs,
    )
    password = described(
        fields.get("password"),
        kind="password",
        issuer="kubernetes",
        name=f"password of kube user {name}",
        detector="kubeconfig",
        field=f"{base}.password",
        attrs={**attrs, "login": string(fields.get("username"))},
    )
    yield from (found for found in (token, password) if found is not None)
    yield from _client_certificate(base, fields, servers)
    yield from _provider(base, mapping(mapping(fields.get("auth-provider")).get("config")))
    variables = {
        string(mapping(entry).get("name")): string(mapping(entry).get("value"))
        for entry in items(mapping(fields.get("exec")).get("env"))
    }
    for found in environment_materials(variables, detector="kubeconfig.exec"):
        yield replace(found, field=f"{base}.exec.env.{found.field}")


def _client_certificate(base: str, fields: Mapping[str, object], servers: str) -> Iterator[Material]:
    """Embedded client key and certificate; a certificate authority's is the cluster's, not a credential of the user."""
    from keyrack.sdk.formats import pem

    for key in ("client-certificate-data", "client-key-data"):
        for found in pem.parse(decode64(string(fields.get(key)))).materials:
            attrs = {**found.attrs, "endpoint": servers} if servers else dict(found.attrs)
            issuer = "x509" if found.kind == "certificate" else found.issuer
            yield replace(found, issuer=issuer, detector="kubeconfig", field=f"{base}.{key}", line=None, attrs=attrs)


def _provider(base: str, config: Mapping[str, object]) -> Iterator[Material]:
    for key in ("refresh-token", "id-token", "access-token", "client-secret"):
        found = described(
            config.get(key),
            kind="refresh_token" if key == "refresh-token" else "oauth_secret" if key == "client-secret" else "session_token",
            issuer="kubernetes",
            name=f"{key} of an auth provider",
            detector="kubeconfig",
            field=f"{base}.auth-provider.{key}",
        )
        if found:
            yield found
