"""Certificates and keys made at run time."""

from __future__ import annotations

import datetime as dt

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import NameOID
from machine_tree import NOW


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(
    subject: str, issuer: str, key: ec.EllipticCurvePrivateKey, signer: ec.EllipticCurvePrivateKey, *, ca: bool, days: int
) -> bytes:
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - dt.timedelta(days=30))
        .not_valid_after(NOW + dt.timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    return builder.sign(signer, hashes.SHA256()).public_bytes(Encoding.PEM)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def authority(name: str = "Acme CA") -> tuple[bytes, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    return _certificate(name, name, key, key, ca=True, days=3650), _pem(key)


def leaf(signer: bytes, *, days: int = 60) -> tuple[bytes, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    parent = load_pem_private_key(signer, None)
    assert isinstance(parent, ec.EllipticCurvePrivateKey)
    return _certificate("web.acme.example", "Acme CA", key, parent, ca=False, days=days), _pem(key)
