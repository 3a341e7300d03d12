"""Certificates made at run time for the machine tests, and what the provider says of key stores on disk."""

from __future__ import annotations

import datetime as dt

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509.oid import NameOID
from machine_tree import NOW, Tree


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


def test_expired_certificate_says_so(tree: Tree) -> None:
    _, root_key = authority()
    pem, _ = leaf(root_key, days=-1)
    tree.write("/srv/old.crt", pem, 0o644)
    credential, _ = tree.scan().one("/srv/old.crt")
    assert credential.status == "expired"


def test_key_stores(tree: Tree) -> None:
    _, root_key = authority()
    pem, key_pem = leaf(root_key)
    key, cert = load_pem_private_key(key_pem, None), x509.load_pem_x509_certificate(pem)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    tree.write("/srv/open.p12", pkcs12.serialize_key_and_certificates(b"web", key, cert, None, NoEncryption()))
    tree.write(
        "/srv/locked.pfx", pkcs12.serialize_key_and_certificates(b"web", key, cert, None, BestAvailableEncryption(b"phrase"))
    )
    tree.write("/srv/broken.jks", b"\xfe\xed\xfe\xed\x00\x00\x00\x02\x00\x00\x00\x09")
    found = tree.scan()
    assert {c.kind for c, _ in found.at("/srv/open.p12")} == {"private_key", "certificate"}
    assert [c.protected for c, _ in found.at("/srv/locked.pfx")] == [True]
    locked = found.gap("/srv/locked.pfx")
    assert (locked.reason, locked.incomplete, locked.capability) == ("encrypted", False, "machine.certificates")
    assert found.gap("/srv/broken.jks").reason == "truncated"


def test_only_the_live_certificate_of_lets_encrypt_counts(tree: Tree) -> None:
    root_pem, root_key = authority("R11")
    old, old_key = leaf(root_key, days=-20)
    new, new_key = leaf(root_key, days=50)
    for number, (pem, key) in enumerate(((old, old_key), (new, new_key)), start=1):
        tree.write(f"/etc/letsencrypt/archive/web/fullchain{number}.pem", pem + root_pem, 0o644)
        tree.write(f"/etc/letsencrypt/archive/web/privkey{number}.pem", key)
    live = tree.base / "etc/letsencrypt/live/web"
    live.mkdir(parents=True)
    for name in ("fullchain", "privkey"):
        (live / f"{name}.pem").symlink_to(f"../../archive/web/{name}2.pem")
    found = tree.scan()
    assert [(c.kind, c.status, p.path) for p in found.placements for c in [found.credentials[p.credential_uid]]] == [
        ("private_key", "unknown", "/etc/letsencrypt/live/web/privkey.pem"),
        ("certificate", "unknown", "/etc/letsencrypt/live/web/fullchain.pem"),
    ]
