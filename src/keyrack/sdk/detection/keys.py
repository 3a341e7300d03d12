"""Private keys found inside other text: what they are and the public fingerprint their issuer would show.

Sources: RFC 7468 (PEM), OpenSSH ``PROTOCOL.key`` (its public half is readable even when the key is encrypted), RFC 4716
section 4 and ``ssh-keygen -l`` for ``SHA256:`` fingerprints.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

_BLOCK: Final = re.compile(r"-----BEGIN ([A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?)-----(.*?)-----END \1-----", re.DOTALL)
_MAGIC: Final = b"openssh-key-v1\0"
_DER_SEQUENCE: Final = 0x30
_LONGEST: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """A private key: canonical PEM text, and what can be said about it without its passphrase."""

    pem: str
    issuer: str
    public_id: str | None = None
    algorithm: str | None = None
    bits: int | None = None
    protected: bool | None = None
    spki: str | None = None


def describe(text: str) -> KeyFacts | None:
    """Facts of the first private key block in ``text``; ``None`` when it holds none that could be one (``...``, cut)."""
    block = _BLOCK.search(text[:_LONGEST].replace("\\r", "").replace("\\n", "\n"))
    if block is None:
        return None
    label, body = block[1], block[2]
    lines = [line.strip(" \t\r\"'+,;\\") for line in body.split("\n")]
    pem = "\n".join([f"-----BEGIN {label}-----", *(line for line in lines if line), f"-----END {label}-----"])
    if label.startswith("PGP"):
        return KeyFacts(pem, "pgp", algorithm="PGP")
    headers = [line for line in lines if ":" in line]
    content = _decode("".join(line for line in lines if ":" not in line))
    if content.startswith(_MAGIC):
        return _openssh(pem, content)
    if content and any("ENCRYPTED" in header for header in headers):
        return KeyFacts(pem, "x509", protected=True, algorithm=label.removesuffix(" PRIVATE KEY").strip() or None)
    if not content or content[0] != _DER_SEQUENCE:
        return None
    return KeyFacts(pem, "x509", protected=True) if label.startswith("ENCRYPTED") else _plain(pem)


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _openssh(pem: str, content: bytes) -> KeyFacts | None:
    """Cipher name and public half of an OpenSSH container."""
    try:
        cipher, rest = _string(content[len(_MAGIC) :])
        _, rest = _string(rest)
        _, rest = _string(rest)
        public, _ = _string(rest[4:])
        algorithm, _ = _string(public)
    except (struct.error, ValueError):
        return None
    digest = base64.b64encode(hashlib.sha256(public).digest()).decode().rstrip("=")
    name = algorithm.decode("ascii", "replace").removeprefix("sk-")
    known = {"ssh-rsa": "RSA", "ssh-dss": "DSA", "ssh-ed25519": "Ed25519"}
    return KeyFacts(
        pem,
        "ssh",
        public_id=f"SHA256:{digest}",
        algorithm=known.get(name, "EC" if name.startswith("ecdsa") else name[:40]),
        bits=_bits(name, public),
        protected=cipher != b"none",
    )


def _string(data: bytes) -> tuple[bytes, bytes]:
    (length,) = struct.unpack_from(">I", data)
    if length > len(data) - 4:
        raise ValueError("cut")
    return data[4 : 4 + length], data[4 + length :]


def _bits(name: str, public: bytes) -> int | None:
    """Size of an SSH public key (RFC 4253 section 6.6: type, e, n)."""
    if name == "ssh-ed25519":
        return 256
    curve = re.search(r"nistp(\d+)", name)
    if curve:
        return int(curve[1])
    if name != "ssh-rsa":
        return None
    _, rest = _string(public)
    _, rest = _string(rest)
    modulus, _ = _string(rest)
    return int.from_bytes(modulus, "big").bit_length()


def _plain(pem: str) -> KeyFacts | None:
    """An unencrypted PEM key: its public half gives the fingerprint ``ssh-keygen -l`` shows and the SPKI hash."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization

    try:
        key = serialization.load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return KeyFacts(pem, "x509")  # DER that this library does not read: still a key, by its label
    public = key.public_key()
    spki = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return KeyFacts(
        pem,
        "x509",
        algorithm=_algorithm(key),
        bits=getattr(key, "key_size", None) or 256,
        protected=False,
        spki=hashlib.sha256(spki).hexdigest(),
    )


def _algorithm(key: PrivateKeyTypes) -> str:
    name = type(key).__name__
    return next((known for known in ("RSA", "DSA", "Ed25519", "Ed448", "X25519", "EC") if known.lower() in name.lower()), name)
