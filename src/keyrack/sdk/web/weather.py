"""Bad weather: what a failed HTTP call means for a scan, in our own words. A server's message is never passed on.

Status codes: RFC 9110 sections 15.5 and 15.6, RFC 6585 (429).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from keyrack.records.gap import GapReason


@dataclass(frozen=True, slots=True)
class Weather:
    """What went wrong: ``kind`` for decisions, ``reason`` for the Gap, and a sentence and a next step of ours."""

    kind: str
    reason: GapReason
    sentence: str
    hint: str

    def saying(self, sentence: str, hint: str | None = None) -> Weather:
        """The same weather in better words."""
        return replace(self, sentence=sentence, hint=self.hint if hint is None else hint)


_GRANT = "grant what `keyrack permissions` prints for this provider"
_KINDS = (
    Weather("unauthenticated", "denied", "the server does not accept our sign-in", "sign in again and re-scan"),
    Weather("expired", "denied", "our sign-in ended midway and could not be renewed", "sign in again and re-scan"),
    Weather("denied", "denied", "the server refused the call", _GRANT),
    Weather("absent", "missing", "the server knows no such thing", "check the name; it may have been deleted meanwhile"),
    Weather("gone", "truncated", "the listing expired before it was whole", "scan again"),
    Weather("conflict", "unreadable", "the server is changing it at this moment", "scan again"),
    Weather("throttled", "throttled", "the server's rate limit is used up", "scan again later, or less often"),
    Weather("odd", "unsupported", "the server does not understand the call", "check the product's version in the README"),
    Weather("broken", "unreachable", "the server failed again and again", "scan again later"),
    Weather("slow", "unreachable", "the server did not answer in time", "scan again later"),
    Weather("unreachable", "unreachable", "the server cannot be reached", "check address, network and proxy"),
    Weather("tls", "unreachable", "the server's certificate is not trusted", "give its CA, or repair the certificate"),
    Weather("malformed", "malformed", "the reply is not what the API promises", "check that the address is the API's"),
    Weather("moved", "malformed", "the server sent us elsewhere, and we do not follow", "give the API's own address"),
    Weather("cut", "truncated", "the reply or listing ended before it was whole", "scan again"),
    Weather("loop", "truncated", "the listing repeats itself", "scan again; if it persists, report it to the vendor"),
    Weather("too_large", "too_large", "the reply is larger than we take", "narrow the scan"),
)
_BY_KIND = {item.kind: item for item in _KINDS}
_BY_STATUS = {
    401: "unauthenticated",
    403: "denied",
    404: "absent",
    408: "slow",
    409: "conflict",
    410: "gone",
    413: "too_large",
    423: "conflict",
    425: "conflict",
    429: "throttled",
    501: "odd",
}
TRANSIENT = frozenset({"throttled", "broken", "slow", "unreachable", "conflict", "cut"})
"""Kinds worth another try."""


def weather(kind: str) -> Weather:
    """The weather of that kind.

    Raises:
        KeyError: no such kind.
    """
    return _BY_KIND[kind]


def of_status(status: int) -> Weather:
    """What an HTTP status that is no success means."""
    if status in _BY_STATUS:
        return _BY_KIND[_BY_STATUS[status]]
    if 300 <= status < 400:
        return _BY_KIND["moved"]
    return _BY_KIND["odd" if 400 <= status < 500 else "broken"]
