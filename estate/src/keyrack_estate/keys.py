"""Key pairs from seeded chance. Libraries refuse a seed, so primes and scalars are drawn here and handed to them."""

from __future__ import annotations

import base64
import hashlib
import struct
from functools import lru_cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa

from keyrack_estate.chance import Chance

_SMALL = [n for n in range(3, 2000, 2) if all(n % d for d in range(3, int(n**0.5) + 1, 2))]
_ROUNDS = 12  # Miller-Rabin rounds: these keys protect nothing


def _probable_prime(number: int, chance: Chance) -> bool:
    if any(number % prime == 0 for prime in _SMALL):
        return number in _SMALL
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for _ in range(_ROUNDS):
        x = pow(chance.integer(2, number - 2), odd, number)
        if x in {1, number - 1}:
            continue
        for _ in range(twos - 1):
            x = x * x % number
            if x == number - 1:
                break
        else:
            return False
    return True


def _prime(chance: Chance, bits: int) -> int:
    while True:
        number = chance.bits(bits) | (0b11 << (bits - 2)) | 1
        if _probable_prime(number, chance):
            return number


@lru_cache(maxsize=64)
def _rsa(seed: int, path: str, bits: int) -> rsa.RSAPrivateKey:
    chance, e = Chance(seed, path), 65537
    while True:
        p, q = _prime(chance, bits // 2), _prime(chance, bits // 2)
        if p != q and (p - 1) % e and (q - 1) % e:
            break
    d = pow(e, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(e, p * q)
    numbers = rsa.RSAPrivateNumbers(p, q, d, rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q), public)
    return numbers.private_key()


def rsa_key(chance: Chance, bits: int) -> rsa.RSAPrivateKey:
    """RSA key of that many bits."""
    return _rsa(chance.seed, chance.path, bits)


def dsa_key(chance: Chance) -> dsa.DSAPrivateKey:
    """DSA key of 1024 bits with a 160-bit subgroup (FIPS 186-2), the only size OpenSSH ever took."""
    q = _prime(chance, 160)
    while True:
        p = chance.bits(1024) | (1 << 1023)
        p -= p % (2 * q) - 1
        if p.bit_length() == 1024 and _probable_prime(p, chance):
            break
    g = pow(2, (p - 1) // q, p)
    x = chance.integer(2, q - 2)
    public = dsa.DSAPublicNumbers(pow(g, x, p), dsa.DSAParameterNumbers(p, q, g))
    return dsa.DSAPrivateNumbers(x, public).private_key()


def ec_key(chance: Chance) -> ec.EllipticCurvePrivateKey:
    """P-256 key."""
    return ec.derive_private_key(chance.integer(2, 2**255), ec.SECP256R1())


def pem(key: rsa.RSAPrivateKey | dsa.DSAPrivateKey | ec.EllipticCurvePrivateKey, *, pkcs8: bool = True) -> str:
    """Private key as PEM, PKCS#8 or the traditional form."""
    form = serialization.PrivateFormat.PKCS8 if pkcs8 else serialization.PrivateFormat.TraditionalOpenSSL
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def _string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def _armour(body: bytes) -> str:
    text = base64.b64encode(body).decode()
    lines = "\n".join(text[i : i + 70] for i in range(0, len(text), 70))
    label = "OPENSSH PRIVATE KEY"
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n"


class SshKey:
    """An Ed25519 SSH key pair in OpenSSH's own file format (PROTOCOL.key in OpenSSH's source)."""

    def __init__(self, chance: Chance, comment: str) -> None:
        self._chance = chance
        self._seed = chance.bytes(32)
        self.comment = comment
        public = ed25519.Ed25519PrivateKey.from_private_bytes(self._seed).public_key()
        self._public = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        self._blob = _string(b"ssh-ed25519") + _string(self._public)

    @property
    def fingerprint(self) -> str:
        """``SHA256:...`` as ``ssh-keygen -l`` prints it."""
        return ssh_fingerprint(self._blob)

    @property
    def public(self) -> str:
        """Line for ``authorized_keys``."""
        return f"ssh-ed25519 {base64.b64encode(self._blob).decode()} {self.comment}"

    def private(self) -> str:
        """Private key without a passphrase."""
        check = self._chance.child("check").bytes(4)
        secret = _string(b"ssh-ed25519") + _string(self._public) + _string(self._seed + self._public)
        body = check + check + secret + _string(self.comment.encode())
        body += bytes(range(1, 9))[: -len(body) % 8]
        return _armour(self._head(b"none", b"none", b"") + _string(body))

    def encrypted(self) -> str:
        """Private key under a passphrase nobody knows: to all but its owner, chance."""
        noise = self._chance.child("noise")
        options = _string(noise.bytes(16)) + struct.pack(">I", 24)
        return _armour(self._head(b"aes256-ctr", b"bcrypt", options) + _string(noise.bytes(160)))

    def _head(self, cipher: bytes, kdf: bytes, options: bytes) -> bytes:
        parts = _string(cipher) + _string(kdf) + _string(options) + struct.pack(">I", 1) + _string(self._blob)
        return b"openssh-key-v1\0" + parts


def ssh_fingerprint(blob: bytes) -> str:
    """``SHA256:...`` of a public key blob."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def encrypted_pem(chance: Chance) -> str:
    """RSA key in the traditional form under a passphrase nobody knows."""
    text = base64.b64encode(chance.bytes(1200)).decode()
    lines = "\n".join(text[i : i + 64] for i in range(0, len(text), 64))
    label, salt = "RSA PRIVATE KEY", chance.bytes(16).hex().upper()
    return f"-----BEGIN {label}-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,{salt}\n\n{lines}\n-----END {label}-----\n"
