"""Which addresses may be asked: those a person named, and metadata addresses that the specifications derive from them.

A server under scan chooses some of these addresses (``resource_metadata``, ``authorization_servers``), so they are held to what
basic/authorization/security-considerations and RFC 9728 section 7.7 ask: https only, and no private address, unless the server
itself lives on one. The check resolves the name before the call; a name that changes between the two is not caught.
"""

from __future__ import annotations

import socket
from ipaddress import ip_address
from urllib.parse import urlsplit

from keyrack.sdk.web.client import loopback, origin


def refusal(url: str, server: str, *, resolve: bool = True) -> str:
    """Why an address derived from what ``server`` said is not asked; empty when it may be. ``resolve``: look its name up."""
    try:
        parts, home = urlsplit(url), urlsplit(server)
        host, base, same = parts.hostname or "", home.hostname or "", origin(url) == origin(server)
    except ValueError:
        return "it is no address"
    reasons = (
        (parts.scheme not in {"http", "https"} or not host, "it is no http address"),
        ("@" in parts.netloc, "it names a user"),
        (not same and parts.scheme == "http" and not (loopback(host) and loopback(base)), "it is plain http"),
    )
    if (reason := next((words for holds, words in reasons if holds), "")) or same or not resolve:
        return reason
    return "it lies on a private network and the server does not" if internal(host) and not internal(base) else ""


def internal(host: str) -> bool:
    """Whether a name means an address that is not public; a name that does not resolve counts as public, it cannot be reached."""
    return loopback(host) or any(not ip_address(address.partition("%")[0]).is_global for address in _addresses(host))


def _addresses(host: str) -> list[str]:
    try:
        return [str(ip_address(host))]
    except ValueError:
        pass
    try:
        return sorted({str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)})
    except (OSError, UnicodeError):
        return []
