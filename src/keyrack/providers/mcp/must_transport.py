"""MUSTs of basic/transports/streamable-http and basic/versioning. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from keyrack.providers.mcp import wire
from keyrack.providers.mcp.musts import Must, Verdict, asked, failed, modern, never, passed, said, unseen
from keyrack.providers.mcp.seen import Seen, short
from keyrack.sdk.fields import Raw, part, rows, texts

_HTTP: Final = "basic/transports/streamable-http"


def _endpoint(seen: Seen) -> Verdict:
    if seen.era == "sse":
        return failed("only the HTTP+SSE transport of 2024-11-05 answers")
    return passed(said(seen, "bare")) if seen.era or seen.protected else unseen("it did not let us in")


def _origin(seen: Seen) -> Verdict:
    status = seen.status("origin") or 0
    if status == 401:
        return unseen("it refused us for want of a token first")
    if status == 403 and not seen.good("hello"):
        return unseen("it refuses us without a foreign Origin too")
    if status == 403 or (status >= 400 and seen.era == "legacy"):
        return passed(f"a foreign Origin is refused ({said(seen, 'origin')})")
    return failed(f"a foreign Origin got {said(seen, 'origin')} instead of HTTP 403")


def _notification(seen: Seen) -> Verdict:
    page = seen.replies["notification"]
    good = page.status >= 400 or (page.status == 202 and page.body.get("kind") == "empty")
    words = f"HTTP {page.status}, {'with' if page.body.get('kind') == 'other' else 'without'} a body"
    return passed(words) if good else failed(words)


def _content_type(seen: Seen) -> Verdict:
    for question, page in seen.replies.items():
        unread = page.body.get("kind") == "other" or (page.body.get("kind") == "empty" and page.status < 300)
        if unread and question != "notification" and page.status not in {401, 403}:
            return failed(f"a request was answered with {short(page.headers.get('content-type', 'no content type'), 60)}")
    return passed("every answer was JSON or an event stream")


def streamed(seen: Seen) -> Iterator[Raw]:
    """Messages on event streams beside the responses; a marker first when there was any stream."""
    for page in seen.replies.values():
        if page.body.get("kind") == "stream":
            yield {}
            yield from rows(page.body, "extras")


def _stream_requests(seen: Seen) -> Verdict:
    messages = list(streamed(seen))
    if not messages:
        return unseen("no reply was a stream")
    return (
        failed("a request came on a reply's stream")
        if any("method" in m and "id" in m for m in messages)
        else passed("no request on a stream")
    )


def _refused(question: str, what: str) -> Must:
    ids = {"mismatch": "header-mismatch-refused", "methodless": "header-missing-refused"}

    def judge(seen: Seen) -> Verdict:
        refused = (seen.status(question) or 0) >= 400 or seen.code(question) is not None
        return passed(f"refused: {said(seen, question)}") if refused else failed(f"{what} was accepted ({said(seen, question)})")

    return Must(
        ids[question],
        "transport",
        f"{_HTTP}#server-validation",
        f"A request with {what} is refused.",
        modern(asked(question, judge)),
    )


def _words(seen: Seen) -> Verdict:
    if (seen.status("mismatch") or 0) < 400 and seen.code("mismatch") is None:
        return unseen("the request was not refused")
    good = (seen.status("mismatch"), seen.code("mismatch")) == (400, wire.HEADER_MISMATCH)
    return passed(said(seen, "mismatch")) if good else failed(f"refused with {said(seen, 'mismatch')}")


def _headless(seen: Seen) -> Verdict:
    if (seen.status("headless") or 0) >= 400 or seen.code("headless") is not None:
        return passed(f"refused: {said(seen, 'headless')}")
    if any(version in wire.OLD for version in seen.versions):
        return passed("taken as 2025-03-26, which it supports")
    return failed("a request without the version header was accepted, and no version before 2025-06-18 is supported")


def _version(seen: Seen) -> Verdict:
    supported = texts(part(seen.replies["version"].body, "message", "error", "data"), "supported")
    good = (seen.status("version"), seen.code("version")) == (400, wire.VERSION_UNSUPPORTED) and supported
    return (
        passed(f"{said(seen, 'version')}, with the versions it supports")
        if good
        else failed(f"a version of 1900 got {said(seen, 'version')}")
    )


def _unknown(seen: Seen) -> Verdict:
    good = (seen.status("unknown"), seen.code("unknown")) == (404, -32601)
    return passed(said(seen, "unknown")) if good else failed(f"an unknown method got {said(seen, 'unknown')}")


def _any_case(seen: Seen) -> Verdict:
    return (
        passed("header names in odd case were understood")
        if seen.good("case")
        else failed(f"header names in odd case got {said(seen, 'case')}")
    )


def _discover(seen: Seen) -> Verdict:
    if seen.era == "modern":
        return passed(f"server/discover answers; versions {', '.join(seen.versions) or 'not stated'}"[:200])
    if seen.era == "legacy":
        return failed(f"it speaks {seen.version} only")
    return unseen("it did not let us in")


def _extensions(seen: Seen) -> Verdict:
    names = list(part(seen.capabilities, "extensions"))
    bare = [name for name in names if "/" not in name.strip("/")]
    if bare:
        return failed(f"the extension {short(bare[0], 60)} has no prefix")
    return passed(f"{len(names)} extensions, all with a prefix") if names else unseen("it names no extension")


MUSTS: Final = (
    Must("endpoint-post", "transport", _HTTP, "One HTTP endpoint takes POST.", _endpoint),
    Must(
        "origin-checked",
        "transport",
        f"{_HTTP}#security-endpoint",
        "The Origin header is checked on every connection; a foreign one gets 403.",
        asked("origin", _origin),
    ),
    Must(
        "notification-acknowledged",
        "transport",
        f"{_HTTP}#sending-messages",
        "A notification gets 202 without a body, or an HTTP error.",
        modern(asked("notification", _notification)),
    ),
    Must(
        "reply-content-type",
        "transport",
        f"{_HTTP}#sending-messages",
        "A request is answered as application/json or text/event-stream.",
        modern(_content_type),
    ),
    Must(
        "stream-without-requests",
        "transport",
        f"{_HTTP}#receiving-messages",
        "No request of the server's own comes on a reply's stream.",
        modern(_stream_requests),
    ),
    Must(
        "stream-related",
        "transport",
        f"{_HTTP}#receiving-messages",
        "Notifications on a stream belong to the request it answers.",
        never("needs a request that reports progress"),
    ),
    Must(
        "cancellation",
        "transport",
        f"{_HTTP}#cancellation",
        "A closed stream cancels its request, and nothing more is sent for it.",
        never("needs a long-running request"),
    ),
    Must(
        "version-header",
        "transport",
        f"{_HTTP}#protocol-version-header",
        "A request without MCP-Protocol-Version is refused, unless clients older than 2025-06-18 are supported.",
        modern(asked("headless", _headless)),
    ),
    Must(
        "version-unsupported",
        "transport",
        "basic/versioning#protocol-version-negotiation",
        "An unsupported version gets 400 and an UnsupportedProtocolVersionError with the supported ones.",
        modern(asked("version", _version)),
    ),
    Must(
        "method-unknown",
        "transport",
        f"{_HTTP}#protocol-version-header",
        "An unknown method gets 404 and code -32601.",
        modern(asked("unknown", _unknown)),
    ),
    _refused("mismatch", "a header that contradicts the body"),
    _refused("methodless", "a required header missing"),
    Must(
        "header-mismatch-words",
        "transport",
        f"{_HTTP}#server-validation",
        "Such a refusal is 400 with code -32020.",
        modern(asked("mismatch", _words)),
    ),
    Must(
        "header-names-any-case",
        "transport",
        f"{_HTTP}#case-sensitivity",
        "Header names are compared without regard to case.",
        modern(asked("case", _any_case)),
    ),
    Must(
        "header-values-decoded",
        "transport",
        f"{_HTTP}#value-encoding",
        "Base64 values of Mcp-Name and Mcp-Param headers are decoded before they are compared.",
        never("needs a tool call or a read"),
    ),
    Must(
        "param-headers-checked",
        "transport",
        f"{_HTTP}#server-behavior-for-custom-headers",
        "Mcp-Param headers must match the call's arguments.",
        never("needs a tool call"),
    ),
    Must(
        "discover-implemented",
        "transport",
        "basic/versioning#protocol-version-negotiation",
        "server/discover is implemented.",
        _discover,
    ),
    Must(
        "extension-names",
        "transport",
        "basic/versioning#extension-negotiation",
        "Names of extensions carry a prefix.",
        modern(_extensions),
    ),
)
