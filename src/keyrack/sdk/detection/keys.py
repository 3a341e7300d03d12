"""Private keys inside other text: cut out, with the escapes and indentation of their surroundings undone. Pure.

Sources: RFC 7468 (PEM); Google Cloud "Create and delete service account keys" (``private_key_id``, ``client_email``).
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import Final

_BLOCK: Final = re.compile(r"-----BEGIN ([A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?)-----(.*?)-----END \1-----", re.DOTALL)
_JOINT: Final = re.compile(r"(?:\\n)?[\"'][ \t+,\\]*\r?\n[ \t+]*[\"']")
"""Where a string literal is continued on the next line: closing quote, operator, line end, opening quote."""
_LONGEST: Final = 64 * 1024
_KEY_ID: Final = re.compile(rb'"private_key_id"\s*:\s*"([0-9a-f]{16,64})"')
_EMAIL: Final = re.compile(rb'"client_email"\s*:\s*"([A-Za-z0-9@._-]{3,200})"')
_AROUND: Final = 4096
"""Bytes of a service-account file before and after its key in which its other fields stand."""


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """The fields beside the key of a Google service-account file."""

    key_id: str
    email: str


def block(text: str) -> bytes | None:
    """The first private key block as PEM lines of its own; ``None`` when none is whole."""
    match = _BLOCK.search(_JOINT.sub("\n", text[:_LONGEST]).replace("\\r", "").replace("\\n", "\n"))
    if match is None:
        return None
    lines = [line.strip(" \t\r\\\"'") for line in match[2].split("\n")]
    whole = [f"-----BEGIN {match[1]}-----", *_body(lines), f"-----END {match[1]}-----"]
    return "\n".join(whole).encode("utf-8", "surrogateescape")


def _body(lines: list[str]) -> list[str]:
    """Lines between the markers; the empty one that ends RFC 1421 headers is kept."""
    headers = [line for line in lines if ": " in line]
    content = [line for line in lines if line and ": " not in line]
    return [*headers, "", *content] if headers else content


def service_account(data: bytes, at: int) -> ServiceAccount | None:
    """The service account whose file holds a key at this offset, if it is one."""
    window = data[max(0, at - _AROUND) : at + 2 * _AROUND]
    key_id, email = _KEY_ID.search(window), _EMAIL.search(window)
    if key_id is None or email is None:
        return None
    return ServiceAccount(key_id[1].decode(), email[1].decode())


def decoded(value: str) -> str | None:
    """Text behind base64, as a Kubernetes Secret's ``data`` holds it; ``None`` when it is no base64 of printable text."""
    try:
        text = base64.b64decode(value, validate=True).decode()
    except ValueError:
        return None
    return text if text and all(char.isprintable() or char in "\n\r\t" for char in text) else None
