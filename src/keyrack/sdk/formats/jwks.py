"""JSON Web Keys with private members. Sources: RFC 7517 (sets), RFC 7518 §6 (members), RFC 7638 (thumbprints).

A set of public keys is meant to be published and yields nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping

from keyrack.sdk.formats.base import Parsed, clean, items, load_json, malformed, mapping, parsed, string
from keyrack.sdk.formats.values import decode64
from keyrack.sdk.material import Material
from keyrack.sdk.secret import Secret

_THUMBPRINT = {"RSA": ("e", "kty", "n"), "EC": ("crv", "kty", "x", "y"), "OKP": ("crv", "kty", "x"), "AKP": ("alg", "kty", "pub")}
_CURVES = {"P-256": 256, "P-384": 384, "P-521": 521, "secp256k1": 256, "Ed25519": 256, "Ed448": 448, "X25519": 256, "X448": 448}


def is_jwks(document: object) -> bool:
    """Whether a JSON document is a key or a set of keys."""
    fields = mapping(document)
    return "kty" in fields or any("kty" in mapping(key) for key in items(fields.get("keys")))


def parse(data: bytes) -> Parsed:
    """Private keys of a JWK or JWK set; ``public_id`` is the RFC 7638 thumbprint (none for symmetric keys: it would be a hash of
    the secret itself).
    """  # noqa: D205 - one sentence
    document = load_json(data)
    if document is None or not is_jwks(document):
        return malformed("a JSON Web Key or key set")
    fields = mapping(document)
    keys = items(fields.get("keys")) or [fields]
    return parsed(found for number, key in enumerate(keys) for found in _key(mapping(key), number))


def _key(fields: Mapping[str, object], number: int) -> Iterator[Material]:
    kind = string(fields.get("kty"))
    value = string(fields.get("k" if kind == "oct" else "priv" if kind == "AKP" else "d"))
    if not decode64(value):
        return
    use, kid = string(fields.get("use")), clean(string(fields.get("kid")))
    yield Material(
        kind="signing_key" if use != "enc" else "private_key",
        issuer="jwt",
        name=f"JSON Web Key {kid or number}",
        detector="jwks",
        secret=Secret(value),
        public_id=_thumbprint(kind, fields),
        field=f"keys.{number}",
        algorithm={"OKP": clean(string(fields.get("crv"))), "oct": "HMAC"}.get(kind, clean(kind) or None),
        bits=_bits(kind, fields),
        protected=False,
    )


def _thumbprint(kind: str, fields: Mapping[str, object]) -> str | None:
    members = _THUMBPRINT.get(kind)
    if members is None or not all(string(fields.get(member)) for member in members):
        return None
    canonical = json.dumps({member: string(fields[member]) for member in members}, separators=(",", ":"), sort_keys=True)
    digest = hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _bits(kind: str, fields: Mapping[str, object]) -> int | None:
    if kind == "RSA":
        modulus = decode64(string(fields.get("n")))
        return int.from_bytes(modulus, "big").bit_length() or None
    if kind == "oct":
        return 8 * len(decode64(string(fields.get("k"))))
    return _CURVES.get(string(fields.get("crv")))
