"""Keyed fingerprints: the same secret is recognised everywhere it lies, and nobody can test guesses without the key.

HMAC-SHA256 (RFC 2104) over the normalised value, hex, cut to 32 digits: 128 bits, no collisions at any estate's size.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

from keyrack.sdk.secret import Secret


@dataclass(frozen=True, slots=True)
class Fingerprinter:
    """Fingerprints values under one deployment key; two deployments never agree, two scans of one always do."""

    key: bytes = field(repr=False)

    def of(self, secret: Secret) -> str:
        """Fingerprint of a value, ignoring the quotes, padding and line endings that copying adds."""
        return hmac.new(self.key, normalise(secret.reveal()), hashlib.sha256).hexdigest()[:32]


def normalise(value: bytes) -> bytes:
    """Strip what differs between copies of one secret: surrounding white space and quotes, CRLF line ends."""
    return value.replace(b"\r\n", b"\n").strip().strip(b"\"'`").strip()
