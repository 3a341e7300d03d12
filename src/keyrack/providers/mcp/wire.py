"""JSON-RPC over streamable HTTP: calls as data, and replies of any status read as what they are. Nothing is sent here.

Specification 2026-07-28, basic/transports/streamable-http: every message is a POST of its own; a reply is one JSON object or an
event stream that ends with the response; refusals carry JSON-RPC errors under 400 and 404. Revisions up to 2025-11-25 open with
``initialize`` and may hand out a session id.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

import msgspec

from keyrack.sdk.fields import Raw, part, text
from keyrack.sdk.web import Call, Page

MODERN: Final = "2026-07-28"
LEGACY: Final = "2025-11-25"
OLD: Final = ("2025-03-26", "2024-11-05")
META: Final = "io.modelcontextprotocol/"
UNKNOWN: Final = "1900-01-01"
"""A version nobody implements; the specification's own example of one."""
CLIENT: Final = {"name": "keyrack", "version": "1"}
PERMISSION: Final = "a token that this server accepts"
CAPABILITY: Final = "mcp.servers"
HEADER_MISMATCH, CAPABILITY_MISSING, VERSION_UNSUPPORTED = -32020, -32021, -32022
_JUDGED_ELSEWHERE: Final = frozenset({408, 409, 410, 423, 425, 429, 501})
"""Statuses that say nothing about MCP: the HTTP client retries or explains them."""


def request(path: str, method: str, params: Raw | None = None, *, version: str = MODERN, number: int = 1) -> Call:
    """A request of this revision; ``params`` beside the ``_meta`` that every request must carry (basic/index, ``_meta``)."""
    meta = {f"{META}protocolVersion": version, f"{META}clientInfo": CLIENT, f"{META}clientCapabilities": {}}
    return _call(path, method, {**(params or {}), "_meta": meta}, number, {"MCP-Protocol-Version": version, "Mcp-Method": method})


def legacy(path: str, method: str, params: Raw | None = None, *, version: str = "", session: str = "") -> Call:
    """A request of a revision with ``initialize``; ``version`` and ``session`` as that call settled them."""
    headers = {"MCP-Protocol-Version": version} if version and version not in OLD else {}
    if session:
        headers["Mcp-Session-Id"] = session
    return _call(path, method, dict(params or {}), 1, headers)


def initialize(path: str) -> Call:
    """The handshake of revisions up to 2025-11-25 (basic/lifecycle)."""
    return legacy(path, "initialize", {"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": CLIENT})


def notification(path: str, method: str, headers: Mapping[str, str]) -> Call:
    """A message without an answer; what comes back is read as it is."""
    call = _call(path, method, None, None, {**headers, "Mcp-Method": method})
    return replace(call, reads=acknowledged)


def farewell(path: str, session: str) -> Call:
    """Ends a session that we opened ourselves (2025-11-25, basic/transports, session management)."""
    call = legacy(path, "", session=session)
    return replace(call, method="DELETE", body=None, reads=acknowledged, name="mcp.session_end")


def altered(call: Call, **headers: str) -> Call:
    """The same call with other headers; an empty one is left out. Underscores in names stand for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    gone = {name.lower() for name in named}
    kept = {name: value for name, value in call.headers.items() if name.lower() not in gone}
    return replace(call, headers={**kept, **{name: value for name, value in named.items() if value}})


def _call(path: str, method: str, params: Raw | None, number: int | None, headers: Mapping[str, str]) -> Call:
    body: dict[str, object] = {"jsonrpc": "2.0", "method": method}
    if number is not None:
        body["id"] = number
    if params is not None:
        body["params"] = params
    return Call(
        capability=CAPABILITY,
        path=path,
        permission=PERMISSION,
        body=body,
        name=f"mcp.{method}",
        reads=answered,
        until=complete,
        headers={"Accept": "application/json, text/event-stream", **headers},
        next=following,
    )


def following(call: Call, page: Page) -> Call | None:
    """The next page of a listing: its cursor goes into the parameters (server/utilities/pagination)."""
    cursor = text(page.body, "message", "result", "nextCursor")
    if not cursor:
        return None
    body = part({"": call.body}, "")
    return replace(call, body={**body, "params": {**part(body, "params"), "cursor": cursor}})


def answered(status: int, headers: Mapping[str, str], data: bytes) -> Page | None:
    """A reply to a request: ``message`` is its JSON-RPC response, ``extras`` what else a stream carried, ``kind`` its form.

    ``None`` for what the HTTP client judges better: server failures, limits, and JSON that is cut short.
    """
    if status >= 500 or status in _JUDGED_ELSEWHERE:
        return None
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "text/event-stream":
        messages = list(events(data))
        final = [item for item in messages if "result" in item or "error" in item]
        message = final[-1] if final else {}
        return Page(
            {"message": message, "extras": [item for item in messages if item is not message], "kind": "stream"}, headers, status
        )
    if kind == "application/json":
        message = decoded(data)
        if not message and status < 300:
            return None
        return Page({"message": message, "extras": [], "kind": "json"}, headers, status)
    return Page({"message": {}, "extras": [], "kind": "other" if data.strip() else "empty"}, headers, status)


def acknowledged(status: int, headers: Mapping[str, str], data: bytes) -> Page | None:
    """A reply to a notification, whatever it is."""
    if status >= 500 or status in _JUDGED_ELSEWHERE:
        return None
    return Page({"kind": "other" if data.strip() else "empty"}, headers, status)


def complete(headers: Mapping[str, str], data: bytes | bytearray) -> bool:
    """Whether a stream has brought the response; servers may leave it open behind it."""
    if not data.endswith((b"\n\n", b"\r\n\r\n")) or "event-stream" not in headers.get("content-type", "").lower():
        return False
    last = bytes(data).replace(b"\r\n", b"\n").rstrip(b"\n").rpartition(b"\n\n")[2]
    return any("result" in item or "error" in item for item in events(last))


def events(data: bytes) -> Iterator[Raw]:
    """JSON objects of an event stream (HTML Living Standard, "Server-sent events"); comments and other data are passed over."""
    lines: list[bytes] = []
    for line in (*data.replace(b"\r\n", b"\n").split(b"\n"), b""):
        if line.startswith(b"data:"):
            lines.append(line[5:].removeprefix(b" "))
        elif not line and lines:
            if found := decoded(b"\n".join(lines)):
                yield found
            lines = []


def decoded(data: bytes) -> Raw:
    """A JSON object; anything else is empty."""
    try:
        value: object = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
