"""Trusts from their documents: the four shapes that ``raw_policies`` of kind trust, and ``keyrack fuzz --file``, may hold.

``aws-iam``: a role trust policy (the name is the role's ARN). ``azure-federated-credential``: Microsoft Graph's
federatedIdentityCredential. ``gcp-workload-identity``: ``{"provider": WorkloadIdentityPoolProvider, "members": [...]}``.
``openbao-jwt-role``: a role of a JWT mount, with the mount's ``issuer`` (whose keys it checks) and ``bound_issuer``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import msgspec

from keyrack.access.trust.aws import AwsTrust
from keyrack.access.trust.azure import AUDIENCE, AzureTrust
from keyrack.access.trust.gcp import PLACE, GcpTrust
from keyrack.access.trust.model import Hints, Trusting
from keyrack.access.trust.openbao import OpenBaoTrust
from keyrack.errors import KeyrackError

AWS, AZURE, GCP, OPENBAO = "aws-iam", "azure-federated-credential", "gcp-workload-identity", "openbao-jwt-role"
LANGUAGES = (AWS, AZURE, GCP, OPENBAO)


class _Expression(msgspec.Struct):
    value: str = ""


class _Azure(msgspec.Struct, rename="camel"):
    issuer: str
    name: str = ""
    subject: str | None = None
    audiences: tuple[str, ...] = (AUDIENCE,)
    claims_matching_expression: _Expression | None = None


class _Oidc(msgspec.Struct, rename="camel"):
    issuer_uri: str
    allowed_audiences: list[str] = []


class _Provider(msgspec.Struct, rename="camel"):
    oidc: _Oidc
    name: str = f"{PLACE}/providers/PROVIDER"
    attribute_mapping: dict[str, str] = msgspec.field(default_factory=lambda: {"google.subject": "assertion.sub"})
    attribute_condition: str = ""


class _Gcp(msgspec.Struct):
    provider: _Provider
    members: list[str] | None = None


class _OpenBao(msgspec.Struct):
    issuer: str
    bound_issuer: str = ""
    bound_audiences: list[str] = []
    bound_subject: str = ""
    bound_claims: dict[str, str | list[str]] = {}
    bound_claims_type: str = "string"
    user_claim: str = "sub"


def trusting(language: str, name: str, document: str | bytes | Mapping[str, Any], hints: Hints) -> Trusting:
    """The trust a document describes.

    Raises:
        KeyrackError: an unknown language, no JSON, not the language's shape, or (AWS) no policy; it names the trust.
    """
    if language not in LANGUAGES:
        raise KeyrackError("trust.language", f"{language!r} is no language of trusts", hint=f"one of {', '.join(LANGUAGES)}")
    decoded = document if isinstance(document, Mapping) else _json(name, document)
    if language == AWS:
        if name.count(":") < 5:
            raise KeyrackError("trust.role", f"{name!r} is no ARN of a role", hint="name the role whose trust it is")
        trust = AwsTrust(name, decoded, hints)
        _ = trust.policy
        return trust
    try:
        return {AZURE: _azure, GCP: _gcp, OPENBAO: _openbao}[language](name, decoded, hints)
    except msgspec.ValidationError as error:
        raise KeyrackError("trust.shape", f"{name}: {error}", hint="docs/trust-fuzzing.md shows the shape") from error


def _json(name: str, text: str | bytes) -> Mapping[str, Any]:
    try:
        decoded = json.loads(text)
    except ValueError as error:
        raise KeyrackError("trust.json", f"{name}: not JSON: {error}", hint="give the document as JSON") from error
    if not isinstance(decoded, Mapping):
        raise KeyrackError("trust.json", f"{name}: not a JSON object", hint="give the document as JSON")
    return decoded


def _azure(name: str, document: Mapping[str, Any], hints: Hints) -> Trusting:
    held = msgspec.convert(document, _Azure)
    expression = held.claims_matching_expression.value if held.claims_matching_expression else ""
    trust = AzureTrust(held.name or name, held.issuer, held.subject or "", tuple(held.audiences), expression, hints)
    _ = trust.terms
    return trust


def _gcp(_: str, document: Mapping[str, Any], hints: Hints) -> Trusting:
    """Without known bindings every identity of the pool is taken to be bound: that is what the provider alone keeps out."""
    held = msgspec.convert(document, _Gcp)
    provider = held.provider
    pool = provider.name.partition("/providers/")[0]
    members = held.members if held.members is not None else [f"principalSet://iam.googleapis.com/{pool}/*"]
    return GcpTrust(
        provider.name,
        provider.oidc.issuer_uri,
        tuple(members),
        provider.attribute_condition,
        provider.attribute_mapping,
        tuple(provider.oidc.allowed_audiences),
        hints,
    )


def _openbao(name: str, document: Mapping[str, Any], hints: Hints) -> Trusting:
    held = msgspec.convert(document, _OpenBao)
    claims = {key: (value,) if isinstance(value, str) else tuple(value) for key, value in held.bound_claims.items()}
    return OpenBaoTrust(
        name,
        held.issuer,
        tuple(held.bound_audiences),
        held.bound_subject,
        claims,
        held.bound_claims_type,
        held.user_claim,
        held.bound_issuer,
        hints,
    )
