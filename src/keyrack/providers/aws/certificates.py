"""X.509 certificates: server certificates in IAM, ACM, and the reading of certificate bodies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from keyrack.providers.aws.api import Call
from keyrack.providers.aws.raw import Raw, flag, known, part, text, texts, when, yes
from keyrack.providers.aws.scan import Scan
from keyrack.records import Credential, Gap, Record
from keyrack.records.credential import CredentialStatus
from keyrack.records.uids import aws_uid, credential_uid

LIST_SERVER = Call(
    "aws.server_certificates", "iam", "list_server_certificates", "iam:ListServerCertificates", ("ServerCertificateMetadataList",)
)
GET_SERVER = Call(
    "aws.server_certificates", "iam", "get_server_certificate", "iam:GetServerCertificate", ("ServerCertificate",), absent_ok=True
)
LIST_ACM = Call(
    "aws.certificates", "acm", "list_certificates", "acm:ListCertificates", ("CertificateSummaryList",),
    params={
        "Includes": {
            "keyTypes": [
                "RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1",
            ],
        },
    },
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Body:
    """What a certificate's own text says. ``thumbprint`` is SHA-256 over its DER form, lower-case hex."""

    thumbprint: str
    algorithm: str
    bits: int | None
    starts_at: datetime
    expires_at: datetime
    attrs: Mapping[str, str]


def parsed_certificate(pem: str | None) -> Body | None:
    """Read the first certificate of a PEM text; ``None`` when there is none or it is broken."""
    if not pem:
        return None
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes

    try:
        certificate = x509.load_pem_x509_certificate(pem.encode())
        key = certificate.public_key()
        hash_name = certificate.signature_hash_algorithm.name if certificate.signature_hash_algorithm else None
        names = known(subject=certificate.subject.rfc4514_string(), issuer_name=certificate.issuer.rfc4514_string())
    except (ValueError, UnsupportedAlgorithm, TypeError):
        return None
    return Body(
        thumbprint=certificate.fingerprint(hashes.SHA256()).hex(),
        algorithm=_key_kind(key),
        bits=getattr(key, "key_size", None),
        starts_at=certificate.not_valid_before_utc,
        expires_at=certificate.not_valid_after_utc,
        attrs={**names, **known(signature=hash_name, self_signed=yes(certificate.subject == certificate.issuer))},
    )


def _key_kind(key: object) -> str:
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa

    if isinstance(key, rsa.RSAPublicKey):
        return "RSA"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return "EC"
    if isinstance(key, dsa.DSAPublicKey):
        return "DSA"
    return "Ed25519" if isinstance(key, ed25519.Ed25519PublicKey) else type(key).__name__


def server_certificates(scan: Scan) -> Iterator[Record]:
    """IAM server certificates: the listing, and one call for each certificate's text (the default quota is 20)."""
    listed: dict[str, Raw] = {}
    for item in scan.listing(LIST_SERVER):
        if isinstance(item, Gap):
            yield item
        elif name := text(item, "ServerCertificateName"):
            listed[name] = item
    bodies: dict[str, Body | None] = {}
    for reply in scan.each("aws: server certificates", [GET_SERVER.of(ServerCertificateName=name) for name in listed]):
        if isinstance(reply, Gap):
            yield reply
            continue
        body = text(part(reply[1], "ServerCertificate"), "CertificateBody")
        bodies[str(reply[0].params["ServerCertificateName"])] = parsed_certificate(body)
    for name, raw in listed.items():
        yield _server(scan, name, raw, bodies.get(name))


def _server(scan: Scan, name: str, raw: Raw, body: Body | None) -> Credential:
    arn = text(raw, "Arn") or name
    public_id = body.thumbprint if body else None
    uploaded, expires = when(raw, "UploadDate"), body.expires_at if body else when(raw, "Expiration")
    return Credential(
        uid=credential_uid("x509", public_id=public_id, holder=aws_uid(arn), name="certificate"),
        kind="certificate",
        issuer="x509",
        name=f"IAM server certificate {name}",
        public_id=public_id,
        status=_validity(expires, scan.ctx.now),
        created_at=(body.starts_at if body else None) or uploaded,
        rotated_at=uploaded,
        expires_at=expires,
        expiry="set" if expires else "unknown",
        algorithm=body.algorithm if body else None,
        bits=body.bits if body else None,
        attrs={**(body.attrs if body else {}), "endpoint": aws_uid(arn)},
    )


def acm_certificates(scan: Scan, region: str) -> Iterator[Record]:
    """ACM certificates from the listing alone: expiry, use, type, renewal."""
    for item in scan.listing(LIST_ACM.at(region)):
        if isinstance(item, Gap):
            yield item
            continue
        arn = text(item, "CertificateArn")
        if arn:
            yield _acm(arn, item, scan.ctx.now)


def _acm(arn: str, raw: Raw, now: datetime) -> Credential:
    algorithm, bits = _key_type(text(raw, "KeyAlgorithm"))
    expires = when(raw, "NotAfter")
    names = texts(raw, "SubjectAlternativeNameSummaries")
    managed = text(raw, "Type") == "AMAZON_ISSUED" or text(raw, "Type") == "PRIVATE"
    eligible = text(raw, "RenewalEligibility")
    public_id = aws_uid(arn).partition(":")[2]
    return Credential(
        uid=credential_uid("aws", public_id=public_id),
        kind="certificate",
        issuer="aws",
        name=f"certificate of {text(raw, 'DomainName') or 'unknown domain'}",
        public_id=public_id,
        status=_acm_status(text(raw, "Status"), expires, now),
        created_at=when(raw, "CreatedAt") or when(raw, "ImportedAt") or when(raw, "NotBefore"),
        rotated_at=when(raw, "IssuedAt") or when(raw, "ImportedAt"),
        expires_at=expires,
        expiry="set" if expires else "unknown",
        algorithm=algorithm,
        bits=bits,
        attrs=known(
            subject=text(raw, "DomainName"),
            endpoint=",".join(names[:10]) or None,
            in_use=yes(flag(raw, "InUse")),
            rotation_enabled=yes(managed and eligible != "INELIGIBLE"),
            origin=(text(raw, "Type") or "").lower() or None,
        ),
    )


def _key_type(name: str | None) -> tuple[str | None, int | None]:
    """``RSA-2048`` / ``RSA_2048`` / ``EC-prime256v1`` to algorithm and bits."""
    if not name:
        return None, None
    algorithm, _, rest = name.replace("-", "_").partition("_")
    curves = {"prime256v1": 256, "secp384r1": 384, "secp521r1": 521}
    return algorithm, int(rest) if rest.isascii() and rest.isdigit() else curves.get(rest)


def _acm_status(name: str | None, expires: datetime | None, now: datetime) -> CredentialStatus:
    by_name: Mapping[str, CredentialStatus] = {
        "EXPIRED": "expired", "REVOKED": "revoked", "INACTIVE": "inactive", "PENDING_VALIDATION": "inactive",
        "VALIDATION_TIMED_OUT": "inactive", "FAILED": "inactive",
    }  # fmt: skip
    return by_name.get(name or "") or _validity(expires, now)


def _validity(expires: datetime | None, now: datetime) -> CredentialStatus:
    if expires is None:
        return "unknown"
    return "active" if expires > now else "expired"
