"""From a text in a known field to a Material: references and samples drop out, the token's own form names its issuer."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from keyrack.records.credential import CredentialKind
from keyrack.sdk.formats.base import clean
from keyrack.sdk.material import Material
from keyrack.sdk.placeholders import placeholder, reference
from keyrack.sdk.secret import Secret
from keyrack.sdk.shapes import Shape, classify

_ENCRYPTED = re.compile(
    r"""(?xs)
      \$ANSIBLE_VAULT;.* | ENC(?:RYPTED)?[\[(].*   # ansible-vault; sops, hiera-eyaml; jasypt
    | \{(?:cipher|DESede|AES|aes256|xor)\}.*       # Spring Cloud Config, Maven, WebSphere
    | \{[A-Za-z0-9+/=]{16,}\}                      # Maven's encrypted passwords
    """
)
_SCHEME = re.compile(r"(?i)^(?:bearer|basic|token)\s+")
_LONGEST = 65_536
"""Longer texts are documents, not values."""


def secret_of(value: object) -> Secret | None:
    """The value as a :class:`Secret`; ``None`` when it is empty, not text, a reference, encrypted or a sample."""
    if not isinstance(value, str | bytes):
        return None
    text = value if isinstance(value, str) else value.decode("utf-8", "surrogateescape")
    text = text.strip()
    bare = _SCHEME.sub("", text)
    return Secret(text) if present(bare) and not placeholder(bare) else None


def present(text: str) -> bool:
    """Whether a text is given in full: not empty, not a reference to be resolved elsewhere, not encrypted."""
    return 0 < len(text) <= _LONGEST and not reference(text) and not _ENCRYPTED.fullmatch(text)


def described(
    value: object,
    *,
    kind: CredentialKind,
    issuer: str,
    name: str,
    detector: str,
    field: str | None = None,
    line: int | None = None,
    attrs: Mapping[str, str | None] | None = None,
) -> Material | None:
    """Material of a value whose field says it is a secret; ``kind`` and ``issuer`` hold unless its own form says better.

    Returns ``None`` for empty, referenced, encrypted or sample values.
    """
    secret = secret_of(value)
    if secret is None:
        return None
    shape = classify(secret.reveal(), name)
    stated = {key: clean(text) for key, text in (attrs or {}).items() if text}
    plain = Material(
        kind=kind, issuer=issuer, name=clean(name), detector=detector, secret=secret, field=field, line=line, attrs=stated
    )
    return _shaped(plain, shape) if shape.known else plain


def _shaped(plain: Material, shape: Shape) -> Material:
    issuer = plain.issuer if shape.issuer in ("jwt", "unknown", "http", "database") else shape.issuer
    attrs = {**{key: clean(text) for key, text in shape.attrs().items()}, **plain.attrs}
    return replace(
        plain,
        kind=shape.kind,
        issuer=issuer,
        secret=shape.secret if len(shape.secret) else plain.secret,
        public_id=shape.public_id,
        created_at=shape.created_at,
        expires_at=shape.expires_at,
        expiry=shape.expiry,
        attrs=attrs,
    )


def dated(material: Material | None, *, created: datetime | None = None, expires: datetime | None = None) -> Material | None:
    """The material with the dates its file states beside it."""
    if material is None:
        return None
    return replace(
        material,
        created_at=created or material.created_at,
        expires_at=expires or material.expires_at,
        expiry="set" if expires else material.expiry,
    )


def decode64(text: str) -> bytes:
    """Bytes of base64 or base64url text, padded or not; ``b""`` when it is neither."""
    compact = "".join(text.split()).rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        return base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""


def line_of(text: str, needle: str) -> int | None:
    """1-based line where ``needle`` first stands; ``None`` when it does not (escaped or re-encoded)."""
    at = text.find(needle) if needle else -1
    return None if at < 0 else text.count("\n", 0, at) + 1
