"""Files whose name says little: told apart by what is inside."""

from __future__ import annotations

from keyrack.sdk.formats import aws, gcloud, jwks, pem, tfstate, x509
from keyrack.sdk.formats.base import Parsed, load_json, malformed, mapping


def parse_certificate(data: bytes) -> Parsed:
    """``*.pem``, ``*.key``, ``*.crt``, ``*.cer``: PEM with keys and certificates, or one certificate in DER."""
    if data[:2] == b"\x30\x82":
        return x509.parse_der(data)
    return pem.parse(data)


def parse_json(data: bytes) -> Parsed:
    """Google credential files, JSON Web Keys, AWS key downloads and states under any name; everything else is nothing."""
    document = load_json(data)
    if document is None:
        return malformed("a JSON document")
    if gcloud.is_credential(document):
        return gcloud.parse(data)
    if jwks.is_jwks(document):
        return jwks.parse(data)
    if tfstate.is_state(document):
        return tfstate.parse(data)
    if {"Credentials", "AccessKey"} & set(mapping(document)):
        return aws.parse_cache(data)
    return Parsed()
