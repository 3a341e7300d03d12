"""Certificates and key stores on disk, as the machine provider sees them."""

from __future__ import annotations

from certificate_kit import authority, leaf
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, NoEncryption, load_pem_private_key, pkcs12
from machine_tree import Tree


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
