"""SSH keys: public blobs, private key files of every common container, and authorized_keys.

Sources: RFC 4253 §6.6 and RFC 8709 (public key blobs), OpenSSH's PROTOCOL.key (openssh-key-v1: its public part is plain even when
the private part is encrypted), sshd(8) "AUTHORIZED_KEYS FILE FORMAT", PuTTY manual appendix C. The fingerprint is the one that
``ssh-keygen -l`` prints: ``SHA256:`` and unpadded base64.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from keyrack.sdk.formats.base import Parsed, Trouble, clean, parsed, text_of
from keyrack.sdk.formats.values import decode64
from keyrack.sdk.material import Material
from keyrack.sdk.secret import Secret

_MAGIC = b"openssh-key-v1\x00"
_NAMES = {
    "ssh-rsa": "RSA",
    "ssh-dss": "DSA",
    "ssh-ed25519": "Ed25519",
    "ssh-ed448": "Ed448",
    "sk-ssh-ed25519@openssh.com": "Ed25519",
    "sk-ecdsa-sha2-nistp256@openssh.com": "EC",
}
_SIZES = {"ssh-ed25519": 256, "ssh-ed448": 448, "sk-ssh-ed25519@openssh.com": 256, "sk-ecdsa-sha2-nistp256@openssh.com": 256}
_TYPE = re.compile(r"(?:sk-)?(?:ssh|ecdsa)-[a-z0-9@.\-]+")
_LONGEST_LINE = 65_536


@dataclass(frozen=True, slots=True)
class PublicKey:
    """What a public key blob says."""

    type: str
    algorithm: str
    bits: int | None
    fingerprint: str


def public_key(blob: bytes) -> PublicKey | None:
    """Facts of an SSH public key blob; ``None`` when it is none."""
    fields = list(_fields(blob))
    if not fields:
        return None
    name = fields[0].decode("ascii", "replace")
    if not _TYPE.fullmatch(name):
        return None
    digest = base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
    algorithm = "EC" if name.startswith("ecdsa-") else _NAMES.get(name, name)
    return PublicKey(name, algorithm, _bits(name, fields), f"SHA256:{digest}")


def _bits(name: str, fields: list[bytes]) -> int | None:
    number = {"ssh-rsa": 2, "ssh-dss": 1}.get(name)
    if number is not None:
        return int.from_bytes(fields[number], "big").bit_length() if len(fields) > number else None
    if name.startswith("ecdsa-sha2-nistp") and name[16:].isdigit():
        return int(name[16:])
    return _SIZES.get(name)


def _fields(blob: bytes, limit: int = 64) -> Iterator[bytes]:
    """Length-prefixed strings of a blob, as far as they are whole."""
    at = 0
    for _ in range(limit):
        if at + 4 > len(blob):
            return
        size = int.from_bytes(blob[at : at + 4], "big")
        if at + 4 + size > len(blob):
            return
        yield blob[at + 4 : at + 4 + size]
        at += 4 + size


@dataclass(frozen=True, slots=True)
class OpenSSHKey:
    """Plain part of an openssh-key-v1 container."""

    public: PublicKey
    blob: bytes
    encrypted: bool


def openssh_key(body: bytes) -> OpenSSHKey | None:
    """The container inside an ``OPENSSH PRIVATE KEY`` block; ``None`` when it is damaged."""
    if not body.startswith(_MAGIC):
        return None
    rest = body[len(_MAGIC) :]
    head = list(_fields(rest, 3))
    if len(head) != 3:
        return None
    at = sum(4 + len(field) for field in head) + 4
    blob = next(_fields(rest[at:], 1), b"")
    public = public_key(blob)
    return OpenSSHKey(public, blob, head[0] != b"none") if public else None


def parse_authorized_keys(data: bytes) -> Parsed:
    """One ``ssh_key`` per line; it has no secret here: whoever holds the private key may log in."""
    return parsed(_authorized(text_of(data), "ssh.authorized_keys"))


def parse_public(data: bytes) -> Parsed:
    """A ``.pub`` file."""
    return parsed(_authorized(text_of(data), "ssh.public_key"))


def _authorized(text: str, detector: str) -> Iterator[Material]:
    for number, line in enumerate(text.split("\n"), start=1):
        stripped = line.strip()[:_LONGEST_LINE]
        if not stripped or stripped.startswith("#"):
            continue
        found = _line(stripped)
        if found:
            public, options, comment = found
            attrs = {"options": _options(options), "login": comment}
            yield Material(
                kind="ssh_key",
                issuer="ssh",
                name=comment or f"{public.algorithm} key",
                detector=detector,
                public_id=public.fingerprint,
                line=number,
                algorithm=public.algorithm,
                bits=public.bits,
                expires_at=(ends := _expiry(options)),
                expiry="set" if ends else "never",
                attrs={key: value for key, value in attrs.items() if value},
            )


def _line(text: str) -> tuple[PublicKey, str, str] | None:
    """Key, options and comment: options come first and may hold quoted blanks, so the key type is searched for."""
    for match in re.finditer(r"(?:^|[\s,\"])((?:sk-)?(?:ssh|ecdsa)-[a-z0-9@.\-]+)\s+([A-Za-z0-9+/=]{16,})(?:\s+(.*))?$", text):
        public = public_key(decode64(match[2]))
        if public is not None and public.type == match[1]:
            return public, text[: match.start(1)].strip(), clean(match[3] or "")
    return None


def _expiry(options: str) -> datetime | None:
    """The ``expiry-time`` option: ``YYYYMMDD[HHMM[SS]][Z]``; without ``Z`` it is the host's local time, taken as UTC here."""
    match = re.search(r'expiry-time="(\d{8})(\d{4})?(\d{2})?Z?"', options)
    if not match:
        return None
    try:
        return datetime.strptime(f"{match[1]}{match[2] or '0000'}{match[3] or '00'}+0000", "%Y%m%d%H%M%S%z")
    except ValueError:
        return None


def _options(options: str) -> str:
    """Options without the values that could hold anything (``environment="X=..."``, ``command="..."`` arguments)."""
    kept = re.sub(r'environment="(\w+)=(?:[^"\\]|\\.)*"', r'environment="\1"', options)
    kept = re.sub(r'command="\s*((?:[^"\\\s]|\\.)*)(?:[^"\\]|\\.)*"', r'command="\1"', kept)
    return clean(kept)


def parse_putty(data: bytes) -> Parsed:
    """A PuTTY ``.ppk`` file, version 2 or 3; its public part is always plain."""
    text = text_of(data)
    lines = text.splitlines()
    headers = {key.strip(): value.strip() for key, sign, value in (line.partition(":") for line in lines[:12]) if sign}
    if not lines or not lines[0].startswith("PuTTY-User-Key-File-"):
        return Parsed(troubles=(Trouble("malformed", "not a PuTTY key file"),))
    count = headers.get("Public-Lines", "")
    start = next((number for number, line in enumerate(lines) if line.startswith("Public-Lines:")), len(lines)) + 1
    size = int(count) if count.isdecimal() and len(count) < 5 else 0
    public = public_key(decode64("".join(lines[start : start + size])))
    if public is None:
        return Parsed(troubles=(Trouble("malformed", "a PuTTY key file without a readable public key"),))
    return parsed(
        [
            Material(
                kind="ssh_key",
                issuer="ssh",
                name=clean(headers.get("Comment", "")) or "PuTTY key",
                detector="ssh.putty",
                secret=Secret(text),
                public_id=public.fingerprint,
                line=1,
                expiry="never",
                algorithm=public.algorithm,
                bits=public.bits,
                protected=headers.get("Encryption", "none") != "none",
            )
        ]
    )
