"""X.509 certificates from seeded keys: every signature scheme used here is deterministic, so are the bytes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

from keyrack_estate.chance import Chance
from keyrack_estate.keys import ec_key, pem, rsa_key

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
_SHA256_RSA = bytes.fromhex("2a864886f70d01010b")
_SHA1_RSA = bytes.fromhex("2a864886f70d010105")


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate and its key, both as PEM; ``thumbprint`` is the SHA-256 of the DER, hex."""

    text: str
    key: str
    thumbprint: str
    not_after: datetime


def certificate(
    chance: Chance,
    name: str,
    start: datetime,
    days: int,
    *,
    rsa_bits: int = 0,
    sha1: bool = False,
    ca: bool = False,
    authority: str | None = None,
) -> Certificate:
    """A certificate for ``name``: P-256 unless ``rsa_bits`` says otherwise; a CA signs itself.

    A leaf is issued by our own CA, or in the name of a public ``authority``.

    ``sha1`` needs an RSA key: its PKCS#1 v1.5 signature is redone with SHA-1, as authorities did until 2016.
    """
    key: Key = rsa_key(chance, rsa_bits) if rsa_bits else ec_key(chance)
    issuer_key: Key = key if ca or sha1 else ec_key(Chance(chance.seed, "issuing-ca"))
    issuer = name if ca else "Nordholm Issuing CA 2"
    built = _builder(chance, name, issuer, key, start, days, ca=ca, authority=authority).sign(
        issuer_key, hashes.SHA256(), ecdsa_deterministic=True if isinstance(issuer_key, ec.EllipticCurvePrivateKey) else None
    )
    der = built.public_bytes(serialization.Encoding.DER)
    if sha1 and isinstance(issuer_key, rsa.RSAPrivateKey):
        der = _resign_sha1(built, der, issuer_key)
        built = x509.load_der_x509_certificate(der)
    text = built.public_bytes(serialization.Encoding.PEM).decode()
    return Certificate(text, pem(key), hashlib.sha256(der).hexdigest(), start + timedelta(days=days))


def _builder(
    chance: Chance, name: str, issuer: str, key: Key, start: datetime, days: int, *, ca: bool, authority: str | None
) -> x509.CertificateBuilder:
    def dn(common: str, organisation: str = "Nordholm Trading AB") -> x509.Name:
        return x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
                x509.NameAttribute(NameOID.COMMON_NAME, common),
            ]
        )

    builder = (
        x509.CertificateBuilder()
        .subject_name(dn(name))
        .issuer_name(dn(f"{authority} TLS CA", authority) if authority else dn(issuer))
        .public_key(key.public_key())
        .serial_number(chance.bits(120) | 1)
        .not_valid_before(start.replace(tzinfo=None))
        .not_valid_after((start + timedelta(days=days)).replace(tzinfo=None))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    return builder if ca else builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)


def _resign_sha1(built: x509.Certificate, der: bytes, key: rsa.RSAPrivateKey) -> bytes:
    """Swap the algorithm for sha1WithRSAEncryption (same length) and the signature for one over the new body."""
    body = built.tbs_certificate_bytes.replace(_SHA256_RSA, _SHA1_RSA)
    signature = key.sign(body, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 - a weak signature is what is wanted
    swapped = der.replace(built.tbs_certificate_bytes, body).replace(_SHA256_RSA, _SHA1_RSA)
    return swapped.replace(built.signature, signature)
