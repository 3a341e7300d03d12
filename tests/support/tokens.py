"""Tokens made at run time whose built-in checksum is right, as the issuer's own are."""

from __future__ import annotations

import zlib

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def checked(prefix: str, text: str) -> str:
    """A token of GitHub or npm: ``prefix`` (``ghp_``), the first 30 characters of ``text``, their checksum."""
    body = text[:30]
    assert len(body) == 30
    number = zlib.crc32(body.encode())
    return prefix + body + "".join(_DIGITS[number // 62**place % 62] for place in reversed(range(6)))


def unchecked(prefix: str, text: str) -> str:
    """The same with a checksum that is wrong by one digit."""
    token = checked(prefix, text)
    return token[:-1] + _DIGITS[(_DIGITS.index(token[-1]) + 1) % 62]
