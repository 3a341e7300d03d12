"""Certificates the cluster itself signed or renews: signing requests, cert-manager's objects, and the token signing keys. Pure.

Facts: "Certificates and Certificate Signing Requests" (kubernetes.io/docs; signers, ``spec.username`` is who asked, client
certificates cannot be revoked); cert-manager.io/docs "Certificate resource", "Issuer"; RFC 7517 (JSON Web Keys).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from keyrack.providers.kubernetes.names import NODE_PREFIX, Cluster, Meta, attrs, safe
from keyrack.providers.kubernetes.rbac import MASTERS, masters, user
from keyrack.records import Credential, Record, Resource
from keyrack.records.uids import credential_uid
from keyrack.sdk import Fingerprinter, Material, Place, observe
from keyrack.sdk.fields import Raw, part, rows, text, texts, when
from keyrack.sdk.formats import pem
from keyrack.sdk.formats.base import clean
from keyrack.sdk.formats.values import decode64

CLIENT_SIGNERS = frozenset(
    {"kubernetes.io/kube-apiserver-client", "kubernetes.io/kube-apiserver-client-kubelet", "kubernetes.io/legacy-unknown"}
)
"""Signers whose certificates the API server takes as a sign-in."""


def signing_request(cluster: Cluster, raw: Raw, found: Meta, fingerprint: Fingerprinter) -> Iterator[Record]:
    """A certificate that was signed. Requests are cleaned up after a while; the certificates live on."""
    signer = text(raw, "spec", "signerName") or "kubernetes.io/legacy-unknown"
    issued = pem.parse(decode64(text(raw, "status", "certificate") or "")).materials
    leaf = next((item for item in issued if item.kind == "certificate"), None)
    if leaf is None:
        return
    requester = text(raw, "spec", "username") or ""
    common, groups = _subject(leaf)
    identity = cluster.user(common) if common and signer in CLIENT_SIGNERS else None
    if identity and not common.startswith(NODE_PREFIX):
        yield user(cluster, common, certificate=True)
        if MASTERS in groups:
            yield masters(cluster, identity)
    more = attrs(signer=signer, groups=",".join(groups), requested_by=requester)
    material = replace(leaf, status="active", field="status.certificate", attrs={**leaf.attrs, **more})
    place = Place(
        system="cluster_config",
        exposure="config",
        scope=cluster.name,
        path=f"certificatesigningrequests/{safe(found.name)}",
        seen_at=found.created,
        attrs=attrs(referenced="true"),
    )
    yield from observe(material, place, fingerprint, identity_uid=identity)


def _subject(material: Material) -> tuple[str, list[str]]:
    """Common name (the user) and organisations (the groups) of a client certificate ("Authenticating", X509 client certs)."""
    organisations = [
        value.strip() for entry in _relative_names(material.attrs.get("subject", "")) for kind, value in [entry] if kind == "O"
    ]
    common = next((value.strip() for kind, value in _relative_names(material.attrs.get("subject", "")) if kind == "CN"), "")
    return common, organisations


def _relative_names(subject: str) -> Iterator[tuple[str, str]]:
    """Parts of an RFC 4514 name; escaped commas and pluses stay in their value."""
    kind, value, escaped = "", "", False
    current: list[str] = []
    for char in [*subject, ","]:
        if escaped:
            current.append(char)
            escaped = False
        elif char == "\\":
            escaped = True
        elif char in ",+":
            kind, _, value = "".join(current).partition("=")
            yield kind.strip(), value
            current = []
        else:
            current.append(char)


def managed(cluster: Cluster, raw: Raw, found: Meta) -> Iterator[Record]:
    """A cert-manager Certificate: what renews which Secret, and until when the current one is valid."""
    issuer = part(raw, "spec", "issuerRef")
    ready = next((item for item in rows(raw, "status", "conditions") if text(item, "type") == "Ready"), {})
    until = when(raw, "status", "notAfter")
    yield Resource(
        uid=cluster.thing("certificate", found.namespace, found.name),
        type="k8s:certificate",
        name=safe(found.name),
        provider="kubernetes",
        scope=cluster.name,
        tags=found.tags,
        attrs=attrs(
            namespace=found.namespace,
            secret=text(raw, "spec", "secretName"),
            issuer=f"{text(issuer, 'kind') or 'Issuer'}/{text(issuer, 'name') or ''}",
            names=", ".join(texts(raw, "spec", "dnsNames")[:20]),
            status=f"Ready={text(ready, 'status') or 'unknown'}",
            valid_until=until.isoformat() if until else None,
        ),
    )


def issuer(cluster: Cluster, kind: str, raw: Raw, found: Meta) -> Iterator[Record]:
    """A cert-manager Issuer or ClusterIssuer, and the Secret that holds its authority's key or its account's."""
    spec = part(raw, "spec")
    how = next((name for name in ("acme", "ca", "vault", "selfSigned", "venafi") if name in spec), "external")
    reference = {
        "acme": text(spec, "acme", "privateKeySecretRef", "name"),
        "ca": text(spec, "ca", "secretName"),
        "vault": text(spec, "vault", "auth", "tokenSecretRef", "name")
        or text(spec, "vault", "auth", "appRole", "secretRef", "name"),
    }.get(how)
    yield Resource(
        uid=cluster.thing(kind, found.namespace, found.name),
        type="k8s:issuer",
        name=safe(found.name),
        provider="kubernetes",
        scope=cluster.name,
        tags=found.tags,
        attrs=attrs(
            namespace=found.namespace,
            kind=kind,
            issuer=how,
            secret=reference,
            url=_plain_url(text(spec, "acme", "server") or text(spec, "vault", "server")),
        ),
    )


def _plain_url(url: str | None) -> str | None:
    """A URL without what may stand in front of its host."""
    if not url:
        return None
    scheme, sep, rest = clean(url, 500).partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{sep}{host.rpartition('@')[2]}{slash}{path.partition('?')[0]}"


def signing_keys(cluster: Cluster, document: Raw) -> Iterator[Credential]:
    """Public halves of the keys that sign service account tokens: who holds the private half is every account of the cluster."""
    for key in rows(document, "keys"):
        name = text(key, "kid")
        if name is None:
            continue
        modulus = decode64((text(key, "n") or "").replace("-", "+").replace("_", "/"))
        yield Credential(
            uid=credential_uid("kubernetes", public_id=f"{cluster.name}/{safe(name)}"),
            kind="signing_key",
            issuer="kubernetes",
            name=f"service account signing key {safe(name)}",
            public_id=f"{cluster.name}/{safe(name)}",
            status="active",
            algorithm={"RSA": "RSA", "EC": "EC"}.get(text(key, "kty") or ""),
            bits=int.from_bytes(modulus[:4096], "big").bit_length() or None,
            attrs=attrs(referenced="true"),
        )
