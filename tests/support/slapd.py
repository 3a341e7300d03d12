"""A real slapd for tests: the estate's own runner, found by tests under the name of the thing; and certificates for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from keyrack_estate.systems.ldap.server import Slapd, available, slapd_server

__all__ = ["Slapd", "available", "slapd_server", "tls_files"]


def tls_files(folder: Path, *hosts: str) -> dict[str, Path]:
    """A certificate that signs itself, its key, and itself as the authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, hosts[0])])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now - timedelta(days=1), now + timedelta(days=1)
    )
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    pem = builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
    files = {"cert": pem, "ca": pem, "key": key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())}
    for name_of, data in files.items():
        (folder / name_of).write_bytes(data)
    return {name_of: folder / name_of for name_of in files}
