"""X.509 certificates. Source: RFC 5280; ``public_id`` is the SHA-256 thumbprint of the DER form, lower-case hex.

A notAfter of 9999-12-31 means "no well-defined expiration" (RFC 5280 §4.1.2.5) and is recorded as ``never``.
"""

from __future__ import annotations

import hashlib
import warnings
from typing import TYPE_CHECKING

from keyrack.sdk.formats.base import Parsed, clean, malformed, parsed
from keyrack.sdk.material import Material

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

_NO_EXPIRY_YEAR = 9999


def parse_der(data: bytes) -> Parsed:
    """One certificate in DER."""
    found = certificate(data)
    return parsed([found]) if found else malformed("a certificate in DER")


def certificate(der: bytes, line: int | None = None, detector: str = "x509") -> Material | None:
    """Material of one DER certificate; ``None`` when it cannot be decoded."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            loaded = x509.load_der_x509_certificate(der)
            return _material(loaded, der, line, detector)
    except (ValueError, TypeError, OverflowError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.InvalidVersion):
        return None


def _material(loaded: x509.Certificate, der: bytes, line: int | None, detector: str) -> Material:
    algorithm, bits, spki = _key_facts(loaded)
    subject, issuer = clean(loaded.subject.rfc4514_string()), clean(loaded.issuer.rfc4514_string())
    expires = loaded.not_valid_after_utc
    endless = expires.year >= _NO_EXPIRY_YEAR
    attrs = {
        "subject": subject,
        "issuer_name": issuer,
        "self_signed": "true" if _self_signed(loaded) else "false",
        "ca": "true" if _is_ca(loaded) else "false",
        "signature": _signature(loaded),
        "spki": spki,
        "sha1": hashlib.sha1(der, usedforsecurity=False).hexdigest(),  # Windows and Entra know certificates by it
    }
    return Material(
        kind="certificate",
        issuer="x509",
        name=_name(loaded) or subject or "certificate",
        detector=detector,
        public_id=hashlib.sha256(der).hexdigest(),
        line=line,
        created_at=loaded.not_valid_before_utc,
        expires_at=None if endless else expires,
        expiry="never" if endless else "set",
        algorithm=algorithm,
        bits=bits,
        attrs={key: value for key, value in attrs.items() if value},
    )


def _key_facts(loaded: x509.Certificate) -> tuple[str | None, int | None, str]:
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        return key_facts(loaded.public_key())
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None, None, ""


def key_facts(key: PublicKeyTypes) -> tuple[str | None, int | None, str]:
    """Algorithm, size in bits and SHA-256 of the SubjectPublicKeyInfo (hex) of a public key.

    Raises:
        ValueError: a key that cannot be encoded.
    """
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa, x448, x25519
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    names: tuple[tuple[type, str, int | None], ...] = (
        (rsa.RSAPublicKey, "RSA", None),
        (dsa.DSAPublicKey, "DSA", None),
        (ec.EllipticCurvePublicKey, "EC", None),
        (ed25519.Ed25519PublicKey, "Ed25519", 256),
        (ed448.Ed448PublicKey, "Ed448", 448),
        (x25519.X25519PublicKey, "X25519", 256),
        (x448.X448PublicKey, "X448", 448),
    )
    spki = hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()
    for kind, name, size in names:
        if isinstance(key, kind):
            return name, size or getattr(key, "key_size", None), spki
    return type(key).__name__.removesuffix("PublicKey"), None, spki


def _name(loaded: x509.Certificate) -> str:
    from cryptography.x509.oid import NameOID

    names = loaded.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    if names:
        return clean(names[0].value if isinstance(names[0].value, str) else "")
    return next(iter(_alternative_names(loaded)), "")


def _alternative_names(loaded: x509.Certificate) -> list[str]:
    from cryptography import x509

    try:
        extension = loaded.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return []
    return [clean(getattr(name, "value", "")) for name in extension.value]


def _is_ca(loaded: x509.Certificate) -> bool:
    from cryptography import x509

    try:
        return loaded.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return loaded.version is x509.Version.v1 and loaded.subject == loaded.issuer
    except (x509.DuplicateExtension, ValueError):
        return False


def _signature(loaded: x509.Certificate) -> str:
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        digest = loaded.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return "unknown"
    if digest is not None:
        return digest.name
    names = {"1.3.101.112": "ed25519", "1.3.101.113": "ed448"}  # RFC 8410: these sign without a separate digest
    return names.get(loaded.signature_algorithm_oid.dotted_string, "unknown")


def _self_signed(loaded: x509.Certificate) -> bool:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    if loaded.subject != loaded.issuer:
        return False
    try:
        loaded.verify_directly_issued_by(loaded)
    except InvalidSignature:
        return False
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return True  # names agree and the algorithm is too old to check: MD5, SHA-1
    return True
