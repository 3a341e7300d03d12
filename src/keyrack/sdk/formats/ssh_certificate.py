"""OpenSSH certificates (``*-cert.pub``), of users and of hosts. Source: OpenSSH PROTOCOL.certkeys."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from keyrack.sdk.formats import ssh
from keyrack.sdk.formats.base import Parsed, clean, malformed, parsed
from keyrack.sdk.formats.values import decode64
from keyrack.sdk.material import Material

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.serialization.ssh import SSHCertificate

_FOREVER = 2**64 - 1


def parse(data: bytes) -> Parsed:
    """One certificate: ``subject`` is its key id, ``login`` its principals, ``issuer_name`` the fingerprint of the CA key."""
    words = data.split()
    loaded = _load(b" ".join(words[:2])) if len(words) > 1 and b"-cert-v0" in words[0] else None
    if loaded is None:
        return malformed("an SSH certificate")
    found = _material(loaded, decode64(words[1].decode("ascii", "replace")))
    return parsed([found]) if found else malformed("an SSH certificate with sensible dates")


def _load(line: bytes) -> SSHCertificate | None:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import ssh as openssh

    try:
        loaded = openssh.load_ssh_public_identity(line)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return loaded if isinstance(loaded, openssh.SSHCertificate) else None


def _material(loaded: SSHCertificate, blob: bytes) -> Material | None:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    def key(public: object) -> ssh.PublicKey | None:
        line = getattr(public, "public_bytes")(Encoding.OpenSSH, PublicFormat.OpenSSH)  # noqa: B009 - a union of key types
        return ssh.public_key(decode64(line.split(b" ")[1].decode()))

    own, authority = key(loaded.public_key()), key(loaded.signature_key())
    endless = loaded.valid_before == _FOREVER
    try:
        created = datetime.fromtimestamp(loaded.valid_after, UTC) if loaded.valid_after else None
        expires = None if endless else datetime.fromtimestamp(loaded.valid_before, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    name = clean(loaded.key_id.decode("utf-8", "replace"))
    attrs = {
        "subject": name,
        "issuer_name": authority.fingerprint if authority else "",
        "login": clean(",".join(p.decode("utf-8", "replace") for p in loaded.valid_principals)),
    }
    return Material(
        kind="certificate",
        issuer="ssh",
        name=f"SSH {loaded.type.name.lower()} certificate {name}".strip(),
        detector="ssh.certificate",
        public_id=f"cert:{hashlib.sha256(blob).hexdigest()}",
        line=1,
        created_at=created,
        expires_at=expires,
        expiry="never" if endless else "set",
        algorithm=own.algorithm if own else None,
        bits=own.bits if own else None,
        attrs={k: v for k, v in attrs.items() if v},
    )
