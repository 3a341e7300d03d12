"""A proxy that turns any HTTP server, real or fake, into one with bad weather: for the contract suite, provider by provider.

It sits on a free loopback port in front of an upstream and passes everything on, except the calls the weather falls on.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime, formatdate, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

CANARY = "storm-canary-d41d8cd9"
"""Stands in every bad reply; it must not come out of a provider, for a server's messages may quote secrets."""


@dataclass(frozen=True, slots=True)
class Reply:
    """``claimed``: a Content-Length that lies; ``drop``: close without a word; ``hang``: answer nothing for so many seconds."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)
    claimed: int | None = None
    drop: bool = False
    hang: float = 0.0


@dataclass(frozen=True, slots=True)
class Gale:
    """One kind of bad weather.

    Attributes:
        name: as the matrix shows it.
        reply: what falls from the sky, given the good reply it replaces.
        transient: it falls once for each path, and a retry gets through.
        reasons: reasons a Gap may give for it.
    """

    name: str
    reply: Callable[[Reply], Reply]
    transient: bool = False
    reasons: frozenset[str] = frozenset()


def _error(status: int, *headers: tuple[str, str]) -> Callable[[Reply], Reply]:
    body = json.dumps({"error": {"code": "Bad", "message": CANARY}, "message": CANARY, "errors": [CANARY]}).encode()
    return lambda _: Reply(status, body, (("Content-Type", "application/json"), *headers))


def _cut(good: Reply) -> Reply:
    """Half of the good reply, announced whole."""
    return Reply(good.status, good.body[: len(good.body) // 2] or b"{", good.headers, claimed=max(len(good.body), 2))


def _skewed(good: Reply) -> Reply:
    late = format_datetime(parsedate_to_datetime(formatdate(usegmt=True)) - timedelta(hours=3), usegmt=True)
    return Reply(good.status, good.body, (*good.headers, ("Date", late)))


_HTML = Reply(200, f"<html>{CANARY}</html>".encode(), (("Content-Type", "text/html"),))

GALES: tuple[Gale, ...] = (
    Gale("401", _error(401), reasons=frozenset({"denied"})),
    Gale("403", _error(403), reasons=frozenset({"denied"})),
    Gale("404", _error(404), reasons=frozenset({"missing"})),
    Gale("409", _error(409), reasons=frozenset({"unreadable"})),
    Gale("429 with Retry-After", _error(429, ("Retry-After", "3600")), reasons=frozenset({"throttled"})),
    Gale("429 without Retry-After", _error(429), reasons=frozenset({"throttled"})),
    Gale("429 once", _error(429, ("Retry-After", "0")), transient=True),
    Gale("500", _error(500), reasons=frozenset({"unreachable"})),
    Gale("500 once", _error(500), transient=True),
    Gale("timeout", lambda _: Reply(hang=30.0), reasons=frozenset({"unreachable"})),
    Gale("dropped", lambda _: Reply(drop=True), reasons=frozenset({"unreachable", "truncated"})),
    Gale("truncated body", _cut, reasons=frozenset({"truncated", "malformed"})),
    Gale("truncated once", _cut, transient=True),
    Gale("wrong content type", lambda _: _HTML, reasons=frozenset({"malformed"})),
    Gale("clock skew", _skewed, reasons=frozenset({"unreadable"})),
)
"""Weather a proxy can make. A page that repeats, an empty page with a next link, an expiring token, 100,000 items and hostile
names need a server that knows its API: the fakes have switches for them."""


@dataclass(slots=True)
class Storm:
    """The proxy. ``hits(method, path)`` says on which calls the weather falls; ``url`` is where to connect."""

    upstream: str
    gale: Gale | None = None
    hits: Callable[[str, str], bool] = lambda method, path: True  # noqa: ARG005 - named for readers
    url: str = ""
    calls: int = 0
    fell: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)
    stop: threading.Event = field(default_factory=threading.Event)

    def falls(self, method: str, target: str) -> bool:
        """Whether the weather falls on this call; transient weather falls once for each path."""
        with self.lock:
            self.calls += 1
            if self.gale is None or not self.hits(method, urlsplit(target).path):
                return False
            again = target in self.fell
            self.fell.add(target)
            return not (self.gale.transient and again)


@contextlib.contextmanager
def storm(upstream: str, *, verify: ssl.SSLContext | None = None) -> Iterator[Storm]:
    """Serve a Storm in front of ``upstream`` until the block ends; ``verify`` trusts an https upstream."""
    state = Storm(upstream)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(state, verify))
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield state
    finally:
        state.stop.set()
        server.shutdown()
        server.server_close()


def _passed_on(state: Storm, verify: ssl.SSLContext | None, call: BaseHTTPRequestHandler, body: bytes) -> Reply:
    """The upstream's reply to a call, with its own address replaced by ours."""
    parts = urlsplit(state.upstream)
    host, port = parts.hostname or "", parts.port
    link: Any = (
        http.client.HTTPSConnection(host, port, timeout=60, context=verify)
        if parts.scheme == "https"
        else http.client.HTTPConnection(host, port, timeout=60)
    )
    try:
        skip = {"connection", "host", "accept-encoding"}
        link.request(call.command, call.path, body, {k: v for k, v in call.headers.items() if k.lower() not in skip})
        answer = link.getresponse()
        data = answer.read().replace(state.upstream.encode(), state.url.encode())
        drop = {"connection", "content-length", "transfer-encoding", "date", "server"}
        kept = tuple((k, v.replace(state.upstream, state.url)) for k, v in answer.getheaders() if k.lower() not in drop)
        return Reply(answer.status, data, kept)
    finally:
        link.close()


def _handler(state: Storm, verify: ssl.SSLContext | None) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            good = _passed_on(state, verify, self, body)
            falls = state.falls(self.command, self.path)  # first: it counts the call, in good weather too
            bad = state.gale.reply(good) if state.gale and falls else None
            with contextlib.suppress(OSError):
                self._send(bad or good)

        do_POST = do_PUT = do_DELETE = do_LIST = do_HEAD = do_GET  # noqa: N815 - the names http.server calls

        def _send(self, answer: Reply) -> None:
            if answer.hang:
                state.stop.wait(answer.hang)
                self.close_connection = True
                return
            if answer.drop:
                self.close_connection = True
                return
            self.send_response_only(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body) if answer.claimed is None else answer.claimed))
            self.end_headers()
            self.wfile.write(answer.body)
            if answer.claimed is not None:
                self.close_connection = True

        def log_message(self, *args: object) -> None:
            """Stay quiet."""

    return Handler
