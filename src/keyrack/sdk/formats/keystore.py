"""Key stores: PKCS#12 files, and Java's JKS and JCEKS.

Sources: RFC 7292; OpenJDK ``sun.security.provider.JavaKeyStore`` (the layout: magic, version, entries with alias, date in
milliseconds, protected key and certificate chain; names, dates and certificates are readable without the password).
No password is guessed: only none and the empty one are tried. Trusted-certificate entries are trust anchors, not credentials.
"""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from keyrack.sdk.formats import pem, x509
from keyrack.sdk.formats.base import Parsed, Trouble, clean
from keyrack.sdk.material import Material
from keyrack.sdk.secret import Secret

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12KeyAndCertificates

_MAGICS = {b"\xfe\xed\xfe\xed": "jks", b"\xce\xce\xce\xce": "jceks"}
_PKCS7_DATA = bytes.fromhex("06092a864886f70d0107")
_KEY, _TRUSTED, _SECRET = 1, 2, 3
_MOST_ENTRIES = 10_000


def parse(data: bytes) -> Parsed:
    """A key store of any of these kinds, told apart by its first bytes."""
    if data[:4] in _MAGICS:
        return _parse_jks(data)
    return parse_pkcs12(data)


def parse_pkcs12(data: bytes) -> Parsed:
    """A PKCS#12 store: its key and certificate when it has no or an empty password, else one protected key and a trouble."""
    if data[:1] != b"\x30" or _PKCS7_DATA not in data[:64]:
        return Parsed(troubles=(Trouble("malformed", "not a key store"),))
    for password in (None, b""):
        bundle = _open(data, password)
        if bundle is not None:
            return Parsed(tuple(_bundle(bundle)))
    locked = Material(
        kind="private_key", issuer="x509", name="PKCS#12 key store", detector="pkcs12", secret=Secret(data), protected=True
    )
    return Parsed((locked,), (Trouble("encrypted", "the key store has a password; its certificates were not read"),))


def _open(data: bytes, password: bytes | None) -> PKCS12KeyAndCertificates | None:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return load_pkcs12(data, password)
    except (ValueError, TypeError, UnsupportedAlgorithm, OverflowError):
        return None


def _bundle(bundle: PKCS12KeyAndCertificates) -> Iterator[Material]:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    if bundle.key is not None:
        block = bundle.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        found = pem.private_key(block.strip())
        if found:
            yield replace(found, detector="pkcs12", name=_alias(bundle) or found.name)
    leaf = [bundle.cert] if bundle.cert else []
    for entry in [*leaf, *bundle.additional_certs]:
        certificate = x509.certificate(entry.certificate.public_bytes(Encoding.DER), detector="pkcs12")
        if certificate:
            yield certificate


def _alias(bundle: PKCS12KeyAndCertificates) -> str:
    name = bundle.cert.friendly_name if bundle.cert else None
    return clean(name.decode("utf-8", "replace")) if name else ""


class _Short(Exception):  # noqa: N818 - internal signal, never leaves this file
    """The store ends before its entries do."""


@dataclass(slots=True)
class _Reader:
    data: bytes
    at: int = 4

    def take(self, size: int) -> bytes:
        if size < 0 or self.at + size > len(self.data):
            raise _Short
        self.at += size
        return self.data[self.at - size : self.at]

    def number(self) -> int:
        return int(struct.unpack(">I", self.take(4))[0])

    def text(self) -> str:
        return self.take(int(struct.unpack(">H", self.take(2))[0])).decode("utf-8", "replace")

    def date(self) -> datetime | None:
        milliseconds = int(struct.unpack(">q", self.take(8))[0])
        try:
            return datetime.fromtimestamp(milliseconds / 1000, UTC)
        except (ValueError, OverflowError, OSError):
            return None

    def certificate(self, version: int) -> bytes:
        if version > 1:
            self.text()
        return self.take(self.number())


def _parse_jks(data: bytes) -> Parsed:
    reader = _Reader(data)
    materials: list[Material] = []
    try:
        version, count = reader.number(), reader.number()
        for _ in range(min(count, _MOST_ENTRIES)):
            if not _entry(reader, version, materials):
                trouble = Trouble("unsupported", "a JCEKS store with secret keys: entries after the first of them were not read")
                return Parsed(tuple(materials), (trouble,))
    except _Short:
        return Parsed(tuple(materials), (Trouble("truncated", "the key store ends early"),))
    return Parsed(tuple(materials))


def _entry(reader: _Reader, version: int, materials: list[Material]) -> bool:
    """Read one entry; False: its length cannot be known."""
    tag, alias, created = reader.number(), clean(reader.text()), reader.date()
    if tag == _TRUSTED:
        reader.certificate(version)
        return True
    if tag != _KEY:
        materials.append(
            Material(
                kind="secret", issuer="unknown", name=alias, detector="jceks", field=alias, created_at=created, protected=True
            )
        )
        return False
    sealed = reader.take(reader.number())
    chain = [reader.certificate(version) for _ in range(min(reader.number(), 100))]
    certificates = [found for der in chain if (found := x509.certificate(der, detector="jks")) is not None]
    leaf = certificates[0] if certificates else None
    spki = leaf.attrs.get("spki") if leaf else None
    materials.append(
        Material(
            kind="private_key",
            issuer="x509",
            name=alias or "key store entry",
            detector="jks",
            secret=Secret(sealed),
            public_id=f"spki:{spki}" if spki else None,
            field=alias,
            created_at=created,
            algorithm=leaf.algorithm if leaf else None,
            bits=leaf.bits if leaf else None,
            protected=True,
            attrs={"spki": spki} if spki else {},
        )
    )
    materials.extend(replace(certificate, field=alias) for certificate in certificates)
    return True
