"""Checksums that issuers build into their tokens: whether a value was ever issued can be told without asking anybody. Pure.

Sources: GitHub, "Behind GitHub's new authentication token formats" (2021) and "Announcing npm's new access token format"
(2021): behind the prefix stand 30 random characters and six more, the CRC-32 of the 30 in base62 with leading zeros.
"""

from __future__ import annotations

import re
import string
import zlib
from typing import Final

_TOKEN: Final = re.compile(r"(?:gh[pousr]|npm)_([A-Za-z0-9]{30})([A-Za-z0-9]{6})")
_BASE62: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase


def digits(body: str) -> str:
    """The six characters that follow ``body`` (ASCII) in a token of GitHub or npm."""
    rest, text = zlib.crc32(body.encode()), ""
    for _ in range(6):
        rest, digit = divmod(rest, 62)
        text = _BASE62[digit] + text
    return text


def genuine(token: str) -> bool | None:
    """Whether the token carries the checksum its form calls for; ``None``: its form calls for none."""
    match = _TOKEN.fullmatch(token)
    return None if match is None else digits(match[1]) == match[2]
