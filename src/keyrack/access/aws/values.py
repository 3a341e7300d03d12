"""How one condition value of a policy compares with one value of the request: the types of the condition operators.

Facts: IAM User Guide, "IAM JSON policy elements: Condition operators". A value that is not of the operator's type matches
nothing.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_network

from keyrack.access.aws.match import Matcher, nothing

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_W3C_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:?\d\d)?)?)?)?", re.ASCII | re.IGNORECASE
)
_EPOCH = re.compile(r"-?\d{5,15}", re.ASCII)
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")

Order = Callable[[int], bool]
"""Whether a comparison's outcome (-1: the request's value is less, 0, 1) is what the operator asks for."""

ORDERS: dict[str, Order] = {
    "equals": lambda sign: sign == 0,
    "lessthan": lambda sign: sign < 0,
    "lessthanequals": lambda sign: sign <= 0,
    "greaterthan": lambda sign: sign > 0,
    "greaterthanequals": lambda sign: sign >= 0,
}


@lru_cache(maxsize=4096)
def number(text: str) -> Decimal | None:
    """An integer or decimal."""
    if not _NUMBER.fullmatch(text.strip()):
        return None
    try:
        return Decimal(text.strip())
    except InvalidOperation:  # pragma: no cover - the expression admits only what Decimal reads
        return None


@lru_cache(maxsize=4096)
def moment(text: str) -> Decimal | None:
    """Seconds since 1970 of a W3C form of ISO 8601 (YYYY to YYYY-MM-DDThh:mm:ss.sTZD) or an epoch time; 4 digits are a year."""
    text = text.strip()
    if _EPOCH.fullmatch(text):
        return Decimal(text)
    found = _W3C_DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = (
        int(part or default) for part, default in zip(found.groups(), "111000", strict=False)
    )
    try:
        seconds = int(datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp())
    except ValueError:
        return None
    return Decimal(seconds - _offset(found.group(8))) + Decimal(f"0.{found.group(7) or 0}")


def _offset(zone: str | None) -> int:
    """Seconds east of UTC."""
    found = _OFFSET.fullmatch(zone or "")
    if found is None:
        return 0
    sign, hours, minutes = found.groups()
    return (int(hours) * 60 + int(minutes)) * (-60 if sign == "-" else 60)


@lru_cache(maxsize=4096)
def network(text: str) -> IPv4Network | IPv6Network | None:
    """An address or CIDR range; without prefix that one address; IPv4 written in IPv6 (``::ffff:192.0.2.1``) is IPv4."""
    try:
        found = ip_network(text.strip(), strict=False)
    except ValueError:
        return None
    if isinstance(found, IPv6Network) and found.prefixlen >= 96:
        mapped = IPv6Address(found.network_address).ipv4_mapped
        if mapped is not None:
            return IPv4Network((int(mapped), found.prefixlen - 96))
    return found


def ordered(kind: Callable[[str], Decimal | None], order: Order, policy_value: str) -> Matcher:
    """Matcher for Numeric and Date operators."""
    bound = kind(policy_value)
    if bound is None:
        return nothing

    def matches(text: str) -> bool:
        given = kind(text)
        return given is not None and order((given > bound) - (given < bound))

    return matches


def within(policy_value: str) -> Matcher:
    """Matcher for IpAddress: the request's address (or range) lies in the policy's range, of the same version."""
    allowed = network(policy_value)
    if allowed is None:
        return nothing

    def matches(text: str) -> bool:
        given = network(text)
        if isinstance(given, IPv4Network) and isinstance(allowed, IPv4Network):
            return given.subnet_of(allowed)
        return isinstance(given, IPv6Network) and isinstance(allowed, IPv6Network) and given.subnet_of(allowed)

    return matches


def same_bool(policy_value: str) -> Matcher:
    """Matcher for Bool: both are true or both are false, in any case of letters."""
    wanted = policy_value.strip().lower()
    return (lambda text: text.strip().lower() == wanted) if wanted in {"true", "false"} else nothing


def same_bytes(policy_value: str) -> Matcher:
    """Matcher for BinaryEquals: byte for byte, both in base 64."""
    wanted = _bytes(policy_value)
    return nothing if wanted is None else (lambda text: _bytes(text) == wanted)


def _bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
