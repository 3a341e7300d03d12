"""Credential: what authenticates as an identity. The value is never part of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from keyrack.records.base import Attrs, Record, Uid

CredentialKind = Literal[
    "access_key",
    "api_token",
    "password",
    "connection_string",
    "oauth_secret",
    "refresh_token",
    "session_token",
    "private_key",
    "ssh_key",
    "certificate",
    "signing_key",
    "secret",
]
CredentialStatus = Literal["active", "inactive", "expired", "revoked", "unknown"]
Expiry = Literal["set", "never", "unknown"]


class Credential(Record, frozen=True, kw_only=True):
    """A key, secret, token, certificate or password; last use lives in :class:`~keyrack.records.usage.Usage`."""

    table: ClassVar[str] = "credentials"

    uid: Annotated[Uid, Meta(description="Canonical name, e.g. cred:aws:AKIA... or cred:fp:<fingerprint>.")]
    kind: Annotated[CredentialKind, Meta(description="What it is.")]
    issuer: Annotated[str, Meta(description="System that accepts it: aws, github, openai, ssh, x509, unknown...")]
    name: Annotated[str, Meta(description="Short human-readable label, without any part of the value.")]
    identity_uid: Annotated[Uid | None, Meta(description="Whom it authenticates as; null: still waiting.")] = None
    public_id: Annotated[str | None, Meta(description="Key id, serial or hashed token its issuer publishes.")] = None
    fingerprint: Annotated[str | None, Meta(description="HMAC-SHA256 of the value under the deployment key.")] = None
    status: Annotated[CredentialStatus, Meta(description="Whether its issuer still accepts it.")] = "unknown"
    created_at: Annotated[datetime | None, Meta(description="When it was made.")] = None
    rotated_at: Annotated[datetime | None, Meta(description="When its value last changed.")] = None
    expires_at: Annotated[datetime | None, Meta(description="When it stops working by itself.")] = None
    expiry: Annotated[Expiry, Meta(description="set, never (known to have none) or unknown.")] = "unknown"
    algorithm: Annotated[str | None, Meta(description="RSA, EC, Ed25519, DSA... for keys.")] = None
    bits: Annotated[int | None, Meta(description="Key size in bits.")] = None
    protected: Annotated[bool | None, Meta(description="Encrypted at rest with a passphrase; null: n/a.")] = None
    attrs: Attrs = {}
