"""Values of Secrets and ConfigMaps to Material: what a value is, by the Secret's type, by its key and by its own form. Pure.

Facts: "Secrets", "Types of Secret" (kubernetes.io/docs/concepts/configuration/secret); "Authenticating with Bootstrap Tokens".
Values are fingerprinted by the caller and dropped; nothing here keeps one.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from keyrack.sdk import Secret, shapes
from keyrack.sdk.fields import Raw, part, text, when
from keyrack.sdk.formats import docker, documents, pem, settings
from keyrack.sdk.formats.base import Parsed, clean
from keyrack.sdk.formats.catalogue import recognise
from keyrack.sdk.formats.dotenv import environment_materials, material_of
from keyrack.sdk.formats.values import present
from keyrack.sdk.material import Material
from keyrack.sdk.placeholders import placeholder

_LONGEST = 1024 * 1024
"""Largest Secret or ConfigMap ("Secrets", Restriction on data size)."""
_LONGEST_VALUE = 8 * 1024
"""A longer single value under a harmless key is data, not a credential."""
_BESIDE = re.compile(
    r"(?:.*[._-])?(?:ca|crt|cer|pub|username|user|login|account|account_?name|namespace|known_hosts|type|url|uri|host|hosts|hostname|server|address|"
    r"port|region|bucket|email|endpoint|database|dbname|db|db_name|issuer|client_?id|tenant_?id|subscription_?id|project(?:_?id)?|name|realm|scopes?|"
    r"schema|sslmode|ssl|version|enabled|path|format|alg|algorithm|expiry|expires|created|comment|description)",
    re.IGNORECASE,
)
"""Keys that stand beside the secret itself ("Types of Secret", and common usage)."""


def decoded(raw: Raw) -> dict[str, bytes]:
    """Bytes of a Secret's ``data`` (base64, RFC 4648); a value that is no base64 is left out."""
    found: dict[str, bytes] = {}
    for key, value in part(raw, "data").items():
        if isinstance(value, str) and len(value) <= 2 * _LONGEST:
            try:
                found[key] = base64.b64decode(value.encode("ascii"), validate=True)
            except (ValueError, binascii.Error):
                continue
    return found


def plain(raw: Raw) -> dict[str, bytes]:
    """Bytes of a ConfigMap's ``data``."""
    pairs = part(raw, "data").items()
    return {key: value.encode("utf-8", "surrogateescape") for key, value in pairs if isinstance(value, str)}


def registry_login(data: Mapping[str, bytes]) -> Iterator[Material]:
    """Logins of an image pull secret, one a registry."""
    for key in (".dockerconfigjson", ".dockercfg"):
        for material in docker.parse(data.get(key, b"{}")).materials:
            yield replace(material, field=f"data.{key}")


def certificate(data: Mapping[str, bytes]) -> Iterator[Material]:
    """Certificate chain and key of a TLS Secret; the authority's certificate beside them is nobody's credential."""
    for key in ("tls.crt", "tls.key"):
        yield from _at(pem.parse(data.get(key, b"")), key)


def login(data: Mapping[str, bytes]) -> Iterator[Material]:
    """The password of a basic-auth Secret, with its user name."""
    user = clean(data.get("username", b"").decode("utf-8", "replace"))
    for material in _value("password", data.get("password", b"")):
        yield replace(material, kind="password", attrs={**material.attrs, **({"login": user} if user else {})})


def ssh_key(data: Mapping[str, bytes]) -> Iterator[Material]:
    """The key of an ssh-auth Secret."""
    yield from _at(pem.parse_ssh(data.get("ssh-privatekey", b"")), "ssh-privatekey")


def bootstrap_token(data: Mapping[str, bytes]) -> Iterator[Material]:
    """A bootstrap token: it lets a machine join as a node until it expires, if it does."""
    identifier = clean(data.get("token-id", b"").decode("utf-8", "replace"))
    secret = data.get("token-secret", b"")
    if identifier and secret:
        expires = when({"at": data.get("expiration", b"").decode("utf-8", "replace")}, "at")
        groups = clean(data.get("auth-extra-groups", b"").decode("utf-8", "replace"))
        yield Material(
            kind="api_token",
            issuer="kubernetes",
            name=f"bootstrap token {identifier}",
            detector="kubernetes.bootstrap_token",
            secret=Secret(secret),
            public_id=f"bootstrap:{identifier}",
            field="data.token-secret",
            expires_at=expires,
            expiry="set" if expires else "never",
            attrs={"groups": groups} if groups else {},
        )


def opaque(data: Mapping[str, bytes]) -> Iterator[Material]:
    """Everything in a Secret is secret by its place, but for what plainly stands beside one: names, hosts, certificates."""
    texts = {key: text_of for key, value in data.items() if (text_of := _single_line(value)) is not None}
    taken: set[str] = set()
    for material in environment_materials(texts, detector="kubernetes.secret"):
        taken.add(material.field or "")
        yield replace(material, field=f"data.{material.field}")
    pairs = {value for value in texts.values() if re.fullmatch(r"(?:AKIA|ASIA)[A-Z0-9]{16}", value)}
    for key, value in data.items():
        if clean(key) in taken or (key in texts and texts[key] in pairs):
            continue
        if key in texts:
            if not _BESIDE.fullmatch(key):
                yield from _value(key, value)
        else:
            yield from document(key, value)


def configured(data: Mapping[str, bytes]) -> Iterator[Material]:
    """Credentials in a ConfigMap: only what its name and form give away, for nothing here is secret by its place."""
    texts = {key: text_of for key, value in data.items() if (text_of := _single_line(value)) is not None}
    for material in environment_materials(texts, detector="kubernetes.config"):
        yield replace(material, field=f"data.{material.field}")
    for key, value in data.items():
        if key not in texts:
            yield from document(key, value)


def document(key: str, value: bytes) -> Iterator[Material]:
    """Credentials inside a file kept under a key: read by its name where that tells its format, else by its content."""
    if len(value) > _LONGEST:
        return
    parsers: list[Callable[[bytes], Parsed]]
    if value.lstrip()[:1] == b"{":  # first, for a JSON document may hold a key in PEM
        parsers = [documents.parse_json, settings.parse]
    elif b"-----BEGIN " in value[:4096]:
        parsers = [pem.parse]
    else:
        parsers = [settings.parse]
    form = recognise(key)
    if form is not None:
        parsers.insert(0, form.parse)
    yield from _at(next((found for parse in parsers if (found := parse(value)).materials), Parsed()), key)


def _at(found: Parsed, key: str) -> Iterator[Material]:
    for material in found.materials:
        inner = f".{material.field}" if material.field else ""
        yield replace(material, field=clean(f"data.{key}{inner}", 300))


def _single_line(value: bytes) -> str | None:
    """A value that is one line of text; ``None`` for documents and binary data."""
    if len(value) > _LONGEST_VALUE:
        return None
    try:
        line = value.decode("utf-8").strip()
    except UnicodeDecodeError:
        return None
    return line if line and "\n" not in line and not line.startswith("{") else None


def _value(key: str, value: bytes) -> Iterator[Material]:
    """A value that is secret by its place, whatever its name looks like."""
    line = _single_line(value)
    if line is None or not present(line) or placeholder(line):
        return
    shape = shapes.classify(line.encode(), key)
    yield material_of(key, shape.material(key, "kubernetes.secret", field=clean(f"data.{key}", 300), variable=clean(key)))


def account_of(raw: Raw) -> str | None:
    """The service account a token Secret is for."""
    return text(raw, "metadata", "annotations", "kubernetes.io/service-account.name")
