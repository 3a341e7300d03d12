"""PEM files: any mix of private keys and certificates. Sources: RFC 7468, RFC 1421 (``Proc-Type: 4,ENCRYPTED``), RFC 5958.

Certificate requests, public keys, parameters and revocation lists are not credentials and are passed over.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from keyrack.sdk.formats import ssh, x509
from keyrack.sdk.formats.base import Parsed, Trouble, malformed
from keyrack.sdk.formats.values import decode64
from keyrack.sdk.material import Material
from keyrack.sdk.secret import Secret

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,64})-----([^-]*(?:-(?!----)[^-]*)*)-----END \1-----")
"""A body never holds five dashes, so that a million openings without an end cost no more than one."""
_BEGIN = re.compile(rb"-----BEGIN ([A-Z0-9 ]*(?:PRIVATE KEY|CERTIFICATE))-----")
_CERTIFICATES = (b"CERTIFICATE", b"X509 CERTIFICATE", b"TRUSTED CERTIFICATE")
_MOST = 2_000


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What can be said of a private key without its passphrase."""

    algorithm: str | None = None
    bits: int | None = None
    protected: bool = False
    ssh_fingerprint: str | None = None
    spki: str = ""


def parse(data: bytes) -> Parsed:
    """Keys and certificates of a PEM file; keys count as TLS keys unless they are in OpenSSH's own format."""
    return _parse(data, for_ssh=False)


def parse_ssh(data: bytes) -> Parsed:
    """A private key file under ``.ssh``: any key in it is an SSH key."""
    found = _parse(data, for_ssh=True)
    if data.strip() and not found.materials and not found.troubles:
        return malformed("a private key")
    return found


def _parse(data: bytes, *, for_ssh: bool) -> Parsed:
    materials: list[Material] = []
    troubles: list[Trouble] = []
    line, last, found = 1, 0, 0
    for match in _BLOCK.finditer(data):
        line += data.count(b"\n", last, match.start())
        last = match.start()
        found += 1
        if found > _MOST:
            troubles.append(Trouble("too_large", f"more than {_MOST} PEM blocks; the rest was not read"))
            break
        for outcome in _block(match, line, for_ssh=for_ssh):
            if isinstance(outcome, Trouble):
                troubles.append(outcome)
            else:
                materials.append(outcome)
    if not found and _BEGIN.search(data):
        troubles.append(Trouble("truncated", "a PEM block begins and does not end"))
    return Parsed(tuple(materials), tuple(dict.fromkeys(troubles)))


def _block(match: re.Match[bytes], line: int, *, for_ssh: bool) -> Iterator[Material | Trouble]:
    label = match[1]
    if label in _CERTIFICATES:
        body = decode64(match[2].decode("ascii", "replace"))
        # OpenSSL's TRUSTED CERTIFICATE appends its own data after the certificate: cut at the outer length
        certificate = x509.certificate(_outer(body), line, "pem.certificate")
        yield certificate or Trouble("malformed", "a certificate that cannot be decoded")
    elif label.endswith(b"PRIVATE KEY"):
        material = private_key(match[0], for_ssh=for_ssh)
        yield replace(material, line=line) if material else Trouble("malformed", "a private key that cannot be decoded")
    elif label == b"PGP PRIVATE KEY BLOCK":
        yield Material(
            kind="signing_key", issuer="pgp", name="OpenPGP private key", detector="pem.pgp", secret=Secret(match[0]), line=line
        )


def _outer(der: bytes) -> bytes:
    if len(der) < 4 or der[0] != 0x30 or der[1] != 0x82:
        return der
    return der[: 4 + int.from_bytes(der[2:4], "big")]


def private_key(block: bytes, *, for_ssh: bool = False) -> Material | None:
    """Material of one PEM private key block; ``None`` when it is damaged.

    An SSH key's ``public_id`` is its ``SHA256:`` fingerprint, a TLS key's ``spki:`` and the hash that ties it to its certificate.
    """
    openssh = b"BEGIN OPENSSH" in block
    facts = _openssh(block) if openssh else _describe(block)
    if facts is None:
        return None
    as_ssh = openssh or for_ssh
    public_id = facts.ssh_fingerprint if as_ssh else (f"spki:{facts.spki}" if facts.spki else None)
    return Material(
        kind="ssh_key" if as_ssh else "private_key",
        issuer="ssh" if as_ssh else "x509",
        name=f"{facts.algorithm or 'encrypted'} private key",
        detector="pem.openssh_key" if openssh else "pem.private_key",
        secret=Secret(block),
        public_id=public_id,
        expiry="never" if as_ssh else "unknown",
        algorithm=facts.algorithm,
        bits=facts.bits,
        protected=facts.protected,
        attrs={"spki": facts.spki} if facts.spki else {},
    )


def _openssh(block: bytes) -> KeyFacts | None:
    body = block.partition(b"KEY-----")[2].rpartition(b"-----END")[0]
    key = ssh.openssh_key(decode64(body.decode("ascii", "replace")))
    if key is None:
        return None
    return KeyFacts(key.public.algorithm, key.public.bits, key.encrypted, key.public.fingerprint)


def _describe(block: bytes) -> KeyFacts | None:
    if b"BEGIN ENCRYPTED" in block or b"Proc-Type: 4,ENCRYPTED" in block:
        named = {b"RSA": "RSA", b"EC ": "EC", b"DSA": "DSA"}.get(block[11:14])
        return KeyFacts(algorithm=named, protected=True)
    key = load(block)
    return facts_of(key) if key is not None else None


def load(block: bytes) -> PrivateKeyTypes | None:
    """The key of an unencrypted PEM block, or ``None``."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    plain = b"\n".join(part.strip() for part in block.replace(b"\r", b"\n").split(b"\n") if part.strip())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return load_pem_private_key(plain, None)
    except (ValueError, TypeError, UnsupportedAlgorithm, OverflowError):
        return None


def facts_of(key: PrivateKeyTypes) -> KeyFacts:
    """Facts of a loaded key."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public = key.public_key()
    try:
        algorithm, bits, spki = x509.key_facts(public)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        algorithm, bits, spki = None, None, ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            line = public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).split(b" ")[1]
            described = ssh.public_key(decode64(line.decode()))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        described = None
    return KeyFacts(algorithm, bits, False, described.fingerprint if described else None, spki)
