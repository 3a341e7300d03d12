"""Keys and certificates, made by the real tools when the tests run."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID
from fakes import Fakes

from keyrack.sdk.formats import jwks, keystore, pem, ssh, ssh_certificate
from keyrack.sdk.formats import x509 as certificates
from keyrack.sdk.formats.base import Parsed

NOW = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)


def keygen(*arguments: str) -> str:
    return subprocess.run(["ssh-keygen", *arguments], check=True, capture_output=True, text=True).stdout


def printed(path: Path) -> str:
    """The fingerprint that ssh-keygen itself prints."""
    return keygen("-l", "-f", str(path)).split()[1]


@pytest.mark.parametrize(
    ("kind", "bits", "algorithm"),
    [("rsa", 2048, "RSA"), ("ecdsa", 384, "EC"), ("ed25519", 256, "Ed25519")],
)
@pytest.mark.parametrize("phrase", ["", "correct horse"])
@pytest.mark.parametrize("form", ["RFC4716", "PEM", "PKCS8"])
def test_ssh_private_keys(tmp_path: Path, kind: str, bits: int, algorithm: str, phrase: str, form: str) -> None:
    if kind == "ed25519" and form != "RFC4716":
        return  # ssh-keygen writes Ed25519 keys only in its own format
    path = tmp_path / "id"
    keygen("-q", "-t", kind, "-b", str(bits), "-N", phrase, "-m", form, "-f", str(path), "-C", "ann@acme.example")
    (found,) = pem.parse_ssh(path.read_bytes()).materials
    assert (found.kind, found.issuer, found.protected) == ("ssh_key", "ssh", bool(phrase))
    if form == "RFC4716" or not phrase:
        assert (found.public_id, found.algorithm, found.bits) == (printed(path), algorithm, bits)
    else:
        assert found.public_id is None  # nothing of an encrypted PEM key is readable


def test_authorized_keys(tmp_path: Path, fakes: Fakes) -> None:
    lines, prints = [], []
    for number, kind in enumerate(("rsa", "ed25519", "ecdsa")):
        path = tmp_path / f"k{number}"
        keygen("-q", "-t", kind, "-N", "", "-f", str(path), "-C", f"user{number}@acme.example")
        lines.append(path.with_suffix(".pub").read_text().strip())
        prints.append(printed(path))
    hidden = fakes.word()
    lines[1] = (
        f'from="10.0.0.0/8, 192.168.0.0/16",command="/usr/bin/rsync --password {hidden}",no-pty,expiry-time="20270102" '
        + lines[1]
    )
    lines[2] = f'environment="TOKEN={hidden}",restrict ' + lines[2]
    text = "# comment\n\n" + "\n".join(lines) + "\nssh-rsa notbase64 x\n@garbage\n"
    found = ssh.parse_authorized_keys(text.encode()).materials
    assert [(m.public_id, m.attrs["login"], m.line) for m in found] == [
        (p, f"user{n}@acme.example", n + 3) for n, p in enumerate(prints)
    ]
    assert all(m.secret is None for m in found)
    assert found[1].attrs["options"] == 'from="10.0.0.0/8, 192.168.0.0/16",command="/usr/bin/rsync",no-pty,expiry-time="20270102"'
    assert (found[1].expiry, found[1].expires_at) == ("set", dt.datetime(2027, 1, 2, tzinfo=dt.UTC))
    assert found[2].attrs["options"] == 'environment="TOKEN",restrict'
    assert hidden not in repr(found)


def test_ssh_certificate(tmp_path: Path) -> None:
    ca, key = tmp_path / "ca", tmp_path / "host"
    for path in (ca, key):
        keygen("-q", "-t", "ed25519", "-N", "", "-f", str(path))
    keygen(
        "-q",
        "-s",
        str(ca),
        "-I",
        "web1",
        "-h",
        "-n",
        "web1,web1.acme.example",
        "-V",
        "20260101000000Z:20270101000000Z",
        str(key) + ".pub",
    )
    (found,) = ssh_certificate.parse((tmp_path / "host-cert.pub").read_bytes()).materials
    assert (found.kind, found.issuer, found.expiry) == ("certificate", "ssh", "set")
    assert found.expires_at == dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
    assert found.attrs == {"subject": "web1", "login": "web1,web1.acme.example", "issuer_name": printed(ca)}
    keygen("-q", "-s", str(ca), "-I", "forever", str(key) + ".pub")
    assert ssh_certificate.parse((tmp_path / "host-cert.pub").read_bytes()).materials[0].expiry == "never"
    assert ssh_certificate.parse(b"ssh-ed25519-cert-v01@openssh.com AAAA").troubles


def test_putty_key() -> None:
    blob = ed25519.Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).split()[1]
    text = (
        f"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: aes256-cbc\nComment: ann@win\nPublic-Lines: 1\n{blob.decode()}\n"
        "Key-Derivation: Argon2id\nPrivate-Lines: 1\nAAAA\nPrivate-MAC: 00\n"
    )
    (found,) = ssh.parse_putty(text.encode()).materials
    assert (found.algorithm, found.protected, found.name) == ("Ed25519", True, "ann@win")
    assert found.public_id == ssh.public_key(base64.b64decode(blob)).fingerprint
    assert ssh.parse_putty(b"PuTTY-User-Key-File-3: x\n").troubles


def certificate(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
    name: str = "web.acme.example",
    *,
    signer: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | None = None,
    issuer: str | None = None,
    ca: bool = False,
    days: int = 90,
    until: dt.datetime | None = None,
) -> x509.Certificate:
    def named(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    return (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer or name))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW)
        .not_valid_after(until or NOW + dt.timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .sign(signer or key, hashes.SHA256())
    )


@pytest.fixture(scope="module")
def keys() -> tuple[rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey]:
    return rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())


def spki(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return hashlib.sha256(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def pkcs8(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, phrase: bytes = b"") -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(phrase) if phrase else NoEncryption())


def test_certificate_facts(keys) -> None:
    leaf_key, ca_key = keys
    leaf = certificate(leaf_key, signer=ca_key, issuer="Acme CA")
    (found,) = certificates.parse_der(leaf.public_bytes(Encoding.DER)).materials
    assert (found.kind, found.issuer, found.name, found.algorithm, found.bits) == (
        "certificate",
        "x509",
        "web.acme.example",
        "RSA",
        2048,
    )
    assert found.public_id == leaf.fingerprint(hashes.SHA256()).hex()
    assert (found.created_at, found.expires_at, found.expiry) == (NOW, NOW + dt.timedelta(days=90), "set")
    assert found.attrs == {
        "subject": "CN=web.acme.example",
        "issuer_name": "CN=Acme CA",
        "self_signed": "false",
        "ca": "false",
        "signature": "sha256",
        "spki": spki(leaf_key),
        "sha1": leaf.fingerprint(hashes.SHA1()).hex(),  # noqa: S303 - the name Windows uses
    }
    root = certificate(ca_key, "Acme CA", ca=True, until=dt.datetime(9999, 12, 31, 23, 59, 59, tzinfo=dt.UTC))
    (found,) = certificates.parse_der(root.public_bytes(Encoding.DER)).materials
    assert (found.attrs["ca"], found.attrs["self_signed"], found.expiry, found.algorithm, found.bits) == (
        "true",
        "true",
        "never",
        "EC",
        256,
    )


def test_pem_bundle(keys) -> None:
    leaf_key, ca_key = keys
    chain = certificate(leaf_key, signer=ca_key, issuer="Acme CA"), certificate(ca_key, "Acme CA", ca=True)
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(leaf_key, hashes.SHA256())
    bundle = b"".join(c.public_bytes(Encoding.PEM) for c in chain) + pkcs8(leaf_key) + request.public_bytes(Encoding.PEM)
    found = pem.parse(b"Bag Attributes\r\n" + bundle.replace(b"\n", b"\r\n"))
    assert [(m.kind, m.public_id) for m in found.materials][-1] == ("private_key", f"spki:{spki(leaf_key)}")
    assert [m.kind for m in found.materials] == ["certificate", "certificate", "private_key"]
    assert found.materials[0].attrs["spki"] == found.materials[2].attrs["spki"]
    assert found.materials[0].line == 2
    locked = pem.parse(pkcs8(ca_key, b"phrase")).materials[0]
    assert (locked.protected, locked.public_id) == (True, None)


def test_damaged_pem(keys) -> None:
    whole = pkcs8(keys[0])
    assert pem.parse(whole[: len(whole) // 2]).troubles[0].reason == "truncated"
    broken = whole.replace(whole[60:90], b"A" * 30)
    assert pem.parse(broken).troubles[0].reason == "malformed"
    assert pem.parse(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").troubles[0].reason == "malformed"


def test_pkcs12(keys) -> None:
    key, ca_key = keys
    leaf = certificate(key, signer=ca_key, issuer="Acme CA")
    plain = pkcs12.serialize_key_and_certificates(b"web", key, leaf, [certificate(ca_key, "Acme CA", ca=True)], NoEncryption())
    found = keystore.parse(plain)
    assert [(m.kind, m.name) for m in found.materials] == [
        ("private_key", "web"),
        ("certificate", "web.acme.example"),
        ("certificate", "Acme CA"),
    ]
    locked = pkcs12.serialize_key_and_certificates(b"web", key, leaf, None, BestAvailableEncryption(b"phrase"))
    found = keystore.parse(locked)
    assert [(m.kind, m.protected) for m in found.materials] == [("private_key", True)]
    assert found.troubles[0].reason == "encrypted"
    assert keystore.parse(b"0\x82garbage").troubles[0].reason == "malformed"


def java_store(entries: list[tuple[int, str, bytes, list[bytes]]], magic: bytes = b"\xfe\xed\xfe\xed") -> bytes:
    """A JKS file as sun.security.provider.JavaKeyStore writes it, but for the closing digest, which nobody without a password checks."""

    def text(value: str) -> bytes:
        return struct.pack(">H", len(value)) + value.encode()

    out = magic + struct.pack(">II", 2, len(entries))
    for tag, alias, sealed, chain in entries:
        out += struct.pack(">I", tag) + text(alias) + struct.pack(">q", 1_700_000_000_000)
        if tag == 1:
            out += struct.pack(">I", len(sealed)) + sealed + struct.pack(">I", len(chain))
        for der in chain:
            out += text("X.509") + struct.pack(">I", len(der)) + der
    return out + b"\x00" * 20


def test_java_key_store(keys) -> None:
    key, ca_key = keys
    leaf, root = certificate(key, signer=ca_key, issuer="Acme CA"), certificate(ca_key, "Acme CA", ca=True)
    der, anchor = leaf.public_bytes(Encoding.DER), root.public_bytes(Encoding.DER)
    store = java_store([(2, "trusted", b"", [anchor]), (1, "server", b"sealed-key-bytes", [der, anchor])])
    found = keystore.parse(store)
    assert not found.troubles
    assert [(m.kind, m.name, m.protected) for m in found.materials] == [
        ("private_key", "server", True),
        ("certificate", "web.acme.example", None),
        ("certificate", "Acme CA", None),
    ]
    assert (found.materials[0].public_id, found.materials[0].bits) == (f"spki:{spki(key)}", 2048)
    assert found.materials[0].created_at == dt.datetime.fromtimestamp(1_700_000_000, dt.UTC)
    assert keystore.parse(store[:200]).troubles[0].reason == "truncated"
    assert keystore.parse(java_store([(3, "aes", b"", [])], b"\xce\xce\xce\xce")).troubles[0].reason == "unsupported"


def test_java_key_store_of_the_real_tool(tmp_path: Path) -> None:
    if not shutil.which("keytool"):
        return  # the hand-built store above covers the layout
    path = tmp_path / "real.jks"
    command = [
        "keytool",
        "-genkeypair",
        "-storetype",
        "JKS",
        "-keystore",
        str(path),
        "-alias",
        "shop",
        "-keyalg",
        "RSA",
        "-storepass",
        "changeit",
        "-keypass",
        "changeit",
        "-dname",
        "CN=shop",
    ]
    subprocess.run(command, check=True, capture_output=True)
    found = keystore.parse(path.read_bytes())
    assert [(m.kind, m.name) for m in found.materials] == [("private_key", "shop"), ("certificate", "shop")]


def b64(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes((number.bit_length() + 7) // 8, "big")).decode().rstrip("=")


def test_json_web_keys(keys, fakes: Fakes) -> None:
    numbers = keys[0].private_numbers()
    public = {
        "kty": "RSA",
        "kid": "2026-01",
        "use": "sig",
        "n": b64(numbers.public_numbers.n),
        "e": b64(numbers.public_numbers.e),
    }
    private = {**public, "d": b64(numbers.d)}
    symmetric = {"kty": "oct", "k": fakes.word(43)}
    (rsa_key, oct_key) = jwks.parse(json.dumps({"keys": [private, symmetric, public]}).encode()).materials
    canonical = json.dumps({k: public[k] for k in ("e", "kty", "n")}, separators=(",", ":")).encode()
    assert rsa_key.public_id == base64.urlsafe_b64encode(hashlib.sha256(canonical).digest()).decode().rstrip("=")
    assert (rsa_key.kind, rsa_key.issuer, rsa_key.bits, rsa_key.name) == ("signing_key", "jwt", 2048, "JSON Web Key 2026-01")
    assert (oct_key.public_id, oct_key.algorithm) == (None, "HMAC")
    assert jwks.parse(json.dumps({"keys": [public]}).encode()) == Parsed()
    assert jwks.parse(b'{"a": 1}').troubles
