"""The questions put to one MCP server, in order. Read-only and polite: one at a time, no tool is called, no session left open.

Every question has a name under which its reply is kept in :class:`~keyrack.providers.mcp.seen.Seen`:

| question | what is sent | who needs it |
|---|---|---|
| ``bare`` | ``server/discover`` without a token | is it open, does it challenge |
| ``hello`` | the first such call, or ``initialize``, that was answered | versions, capabilities |
| ``bad``, ``query`` | the same with a made-up token, in the header and in the query string | RFC 6750 section 2.3 |
| ``other`` | with a token that was issued for something else, if one was offered | audience |
| ``origin`` | with the Origin of a foreign web page | DNS rebinding |
| ``mismatch``, ``methodless``, ``headless``, ``case`` | request headers wrong, left out, in odd case | server validation |
| ``version``, ``unknown``, ``meta`` | a version, a method nobody has; no ``_meta`` | error handling |
| ``notification`` | a notification nobody knows | message rules |
| ``list``, ``again`` | the first page of ``tools/list``, and once more | open lists, statelessness |
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from keyrack.providers.mcp import wire
from keyrack.providers.mcp.seen import Seen
from keyrack.records import Gap
from keyrack.sdk import gap
from keyrack.sdk.fields import Raw, part, text, texts
from keyrack.sdk.web import Call, Failed, Page, Weather, Web, weather
from keyrack.sdk.web.weather import of_status

FOREIGN: Final = "https://keyrack-probe.invalid"
"""RFC 2606 reserves ``.invalid``: no server can have meant to trust this origin."""
_MODERN: Final = frozenset({wire.HEADER_MISMATCH, wire.CAPABILITY_MISSING, wire.VERSION_UNSUPPORTED})


@dataclass(slots=True, kw_only=True)
class Voice:
    """How to speak to this server once that is known: whose token, which revision, which session."""

    web: Web
    path: str
    signed: bool = False
    modern: bool = True
    version: str = wire.MODERN
    session: str = ""

    def call(self, method: str, params: Raw | None = None) -> Call:
        """A request in this server's revision."""
        if self.modern:
            call = wire.request(self.path, method, params, version=self.version)
        else:
            call = wire.legacy(self.path, method, params, version=self.version, session=self.session)
        return replace(call, reads=_renewing) if self.signed else call

    def hello(self) -> Call:
        """The call that introduces the server."""
        call = self.call("server/discover") if self.modern else wire.initialize(self.path)
        return replace(call, reads=_renewing) if self.signed else call


def introduce(anonymous: Web, signed: Web | None, seen: Seen) -> Iterator[Voice | Gap]:
    """Find out what the server speaks and whether it lets us in: one Voice, or Gaps that say why there is none."""
    path = seen.server.path
    voice = Voice(web=anonymous, path=path)
    first = anonymous.one(voice.hello())
    if isinstance(first, Failed):
        yield first.call.about(seen.server.url).gap(first.weather)
        return
    seen.replies["bare"] = first
    refused = first.status in {401, 403}
    if refused and signed is None:
        yield gap(
            wire.CAPABILITY,
            seen.server.url,
            "not_configured",
            "The server asks for a token, and none was given; its tools were not seen.",
            permission=wire.PERMISSION,
            hint="name a token's variable or file for this server, or leave it at its metadata",
            incomplete=False,
        )
        return
    if refused and signed is not None:
        voice = Voice(web=signed, path=path, signed=True)
        seen.offered_token = True
    yield from _settled(voice, first, seen)


def _settled(voice: Voice, first: Page, seen: Seen) -> Iterator[Voice | Gap]:
    """Settle the revision: modern when it answers or refuses in modern words, else the handshake, else the old transport."""
    reply = voice.web.one(voice.hello()) if voice.signed else first
    if isinstance(reply, Page) and _is_modern(reply):
        supported = texts(part(reply.body, "message", "error", "data"), "supported")
        voice.version = next((v for v in reversed(supported) if v >= wire.MODERN), wire.MODERN)
        again = voice.web.one(voice.hello()) if supported else reply
        if isinstance(again, Page) and _good(again):
            seen.era, seen.version = "modern", voice.version
            yield from _accepted(voice, again, seen)
            return
    if isinstance(reply, Page):
        reply = voice.web.one(replace(voice, modern=False).hello())
    if isinstance(reply, Page) and _good(reply):
        voice = _session(replace(voice, modern=False), reply, seen)
        yield from _accepted(voice, reply, seen)
        return
    if isinstance(reply, Page) and not voice.signed and _old_transport(voice, seen):
        yield gap(
            wire.CAPABILITY,
            seen.server.url,
            "unsupported",
            "The server speaks HTTP+SSE of 2024-11-05 only; its tools were not seen.",
            hint="move it to streamable HTTP; the old transport is deprecated",
        )
        return
    bad = reply.weather if isinstance(reply, Failed) else _weather(reply)
    yield voice.hello().about(seen.server.url).gap(bad)


def _accepted(voice: Voice, reply: Page, seen: Seen) -> Iterator[Voice | Gap]:
    result = part(reply.body, "message", "result")
    seen.replies["hello"] = reply
    seen.versions = tuple(texts(result, "supportedVersions")[:20])
    yield voice


def _session(voice: Voice, reply: Page, seen: Seen) -> Voice:
    """A legacy voice with its session; two more sessions are opened and closed, to compare their ids."""
    version = text(reply.body, "message", "result", "protocolVersion") or wire.LEGACY
    seen.era, seen.version = "legacy", version
    session = reply.headers.get("mcp-session-id", "")
    voice = replace(voice, version=version, session=session)
    found = [session]
    for _ in range(2 if session else 0):
        more = voice.web.one(voice.hello())
        if isinstance(more, Page) and (name := more.headers.get("mcp-session-id", "")):
            found.append(name)
            voice.web.one(wire.farewell(voice.path, name))
    seen.sessions = tuple(name for name in found if name)
    voice.web.one(wire.notification(voice.path, "notifications/initialized", voice.call("").headers))
    return voice


def leave(voice: Voice) -> None:
    """End the session we opened, if there is one."""
    if voice.session:
        voice.web.one(wire.farewell(voice.path, voice.session))


def tokens(anonymous: Web, other: Web | None, seen: Seen) -> None:
    """Made-up tokens, in the header and in the query; and one issued for something else. A real token never goes into a query."""
    voice = Voice(web=anonymous, path=seen.server.path, modern=seen.era != "legacy")
    made_up = f"keyrack-probe-{secrets.token_urlsafe(24)}"
    header = wire.altered(voice.hello(), Authorization=f"Bearer {made_up}")
    keep(seen, "bad", anonymous.one(replace(header, name="mcp.probe")))
    keep(seen, "query", anonymous.one(replace(voice.hello().of(access_token=made_up), name="mcp.probe")))
    if other is not None:
        asked = replace(voice, web=other, signed=True).hello()
        keep(seen, "other", other.one(replace(asked, name="mcp.probe")))


def foreign_page(anonymous: Web, voice: Voice | None, seen: Seen) -> None:
    """The Origin of a web page that the server cannot know, as a browser tricked by DNS rebinding would send it."""
    spoken = voice or Voice(web=anonymous, path=seen.server.path)
    keep(seen, "origin", spoken.web.one(replace(wire.altered(spoken.hello(), Origin=FOREIGN), name="mcp.probe")))


def manners(voice: Voice, seen: Seen) -> None:
    """Requests that a modern server must refuse, and in which words; each would be harmless if it did not."""
    hello = voice.hello()
    meta = part({"": hello.body}, "")
    odd = {name.swapcase(): value for name, value in hello.headers.items() if name.lower().startswith("mcp-")}
    wrong: Mapping[str, Call] = {
        "mismatch": wire.altered(hello, Mcp_Method="tools/list"),
        "methodless": wire.altered(hello, Mcp_Method=""),
        "headless": wire.altered(hello, MCP_Protocol_Version=""),
        "case": replace(
            wire.altered(hello, Mcp_Method="", MCP_Protocol_Version=""),
            headers={**wire.altered(hello, Mcp_Method="", MCP_Protocol_Version="").headers, **odd},
        ),
        "version": replace(wire.request(voice.path, "server/discover", version=wire.UNKNOWN), reads=hello.reads),
        "unknown": voice.call("keyrack/unknown"),
        "meta": replace(hello, body={**meta, "params": {}}),
    }
    for question, call in wrong.items():
        keep(seen, question, voice.web.one(replace(call, name="mcp.probe", next=None)))
    told = wire.notification(voice.path, "notifications/keyrack", {"MCP-Protocol-Version": voice.version})
    keep(seen, "notification", voice.web.one(replace(told, name="mcp.probe")))


def keep(seen: Seen, question: str, reply: Page | Failed) -> None:
    """Keep a reply; a refused sign-in is a reply too."""
    if isinstance(reply, Page):
        seen.replies[question] = reply
    elif reply.weather.kind in {"unauthenticated", "expired"}:
        seen.replies[question] = Page({"kind": "empty"}, {}, 401)
    else:
        seen.failed[question] = reply.weather


def _renewing(status: int, headers: Mapping[str, str], data: bytes) -> Page | None:
    """As :func:`wire.answered`, but a 401 is left to the HTTP client, which renews the token once."""
    return None if status == 401 else wire.answered(status, headers, data)


def _good(page: Page) -> bool:
    return 200 <= page.status < 300 and "result" in part(page.body, "message")


def _is_modern(page: Page) -> bool:
    """An answer to ``server/discover``, or a refusal in words only modern servers use (Backward Compatibility)."""
    if _good(page):
        return True
    code = part(page.body, "message", "error").get("code")
    return code in _MODERN


def _old_transport(voice: Voice, seen: Seen) -> bool:
    """Whether a GET opens the event stream of 2024-11-05, whose first event is ``endpoint``."""

    def first(status: int, headers: Mapping[str, str], data: bytes) -> Page | None:
        found = status == 200 and "event-stream" in headers.get("content-type", "") and b"event: endpoint" in data[:4096]
        return Page({"found": found}, headers, status) if status < 500 else None

    call = Call(
        capability=wire.CAPABILITY,
        path=voice.path,
        permission=wire.PERMISSION,
        headers={"Accept": "text/event-stream"},
        reads=first,
        until=lambda _, data: b"\n\n" in data or b"\r\n\r\n" in data or len(data) > 4096,
        name="mcp.sse",
    )
    reply = voice.web.one(call)
    if isinstance(reply, Page) and reply.body.get("found") is True:
        seen.era, seen.version = "sse", "2024-11-05"
        return True
    return False


def _weather(page: Page) -> Weather:
    """What a reply that is no answer means: its status, or that it is not MCP."""
    return weather("malformed") if page.status < 400 or page.status == 405 else of_status(page.status)
