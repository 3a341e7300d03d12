"""What every fake shares: routes, tokens that can be revoked, small pages, counted calls, odd paging on request."""

from __future__ import annotations

import contextlib
import json
import re
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclass(frozen=True, slots=True)
class Request:
    """One call: ``path`` without query, ``query`` with the last value of each name, ``body`` its JSON or form (or nothing).

    ``headers`` are in lower case; ``spelled`` are their names as they came.
    """

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    base: str
    spelled: frozenset[str] = frozenset()

    @property
    def token(self) -> str:
        """The bearer token (or GitHub's ``token``), empty when there is none."""
        scheme, _, value = self.headers.get("authorization", "").partition(" ")
        return value.strip() if scheme.lower() in {"bearer", "token", "ssws"} else ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply; ``body`` is sent as JSON unless it is bytes."""

    body: Any = None
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str = "application/json"


Handler = Callable[..., Answer]
"""``handler(request, **groups)`` with the named groups of its route, percent-decoded."""


@dataclass
class Fake:
    """One API. Subclasses add routes in ``__post_init__`` and keep state in fields.

    Attributes:
        page: objects a page, however many are asked for.
        quirks: switched-on oddities, for tests: ``empty-page`` (an empty page with a next link comes second),
            ``repeat-page`` (the second page is the first again, for ever). Fakes honour them through :meth:`paged`.
        tokens: token -> who; an unknown token gets 401.
    """

    page: int = 50
    quirks: set[str] = field(default_factory=set)
    tokens: dict[str, str] = field(default_factory=dict)
    denied: set[str] = field(default_factory=set)
    calls: Counter[str] = field(default_factory=Counter)
    url: str = ""
    routes: list[tuple[str, re.Pattern[str], Handler]] = field(default_factory=list, repr=False)
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def route(self, method: str, template: str, handler: Handler) -> None:
        """Answer ``method`` on a path template: ``/repos/{owner}/{repo}/keys``; ``{rest:path}`` takes slashes too."""
        pattern = re.sub(r"\\{(\w+):path\\}", r"(?P<\1>.+)", re.escape(template))
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", pattern)
        self.routes.append((method, re.compile(pattern), handler))

    def allowed(self, request: Request) -> Answer | None:
        """401 or 403 in the vendor's shape, or ``None`` to go on. Override for the shape."""
        if request.token not in self.tokens:
            return Answer({"message": "Bad credentials"}, 401)
        return Answer({"message": "Forbidden"}, 403) if any(re.search(p, request.path) for p in self.denied) else None

    def answer(self, request: Request) -> Answer:
        """Route a call."""
        for method, pattern, handler in self.routes:
            match = pattern.fullmatch(request.path)
            if match and method == request.method:
                with self.lock:
                    self.calls[f"{method} {pattern.pattern}"] += 1
                    refusal = self.allowed(request)
                    return refusal or handler(request, **{name: unquote(value) for name, value in match.groupdict().items()})
        with self.lock:
            self.calls["unknown"] += 1
        return Answer({"message": "Not Found"}, 404)

    def paged(self, items: Sequence[Any], position: str | None, size: int | None = None) -> tuple[list[Any], str | None]:
        """Items of the page at ``position`` (opaque text, ``None``: the first) and the position of the next page."""
        size = min(size or self.page, self.page)
        if "repeat-page" in self.quirks:
            return list(items[:size]), f"r{int((position or 'r0')[1:]) + 1}"
        if "empty-page" in self.quirks and position == "e":
            return [], str(size)
        start = int(position) if position and position.isdigit() else 0
        following = start + size
        if following >= len(items):
            return list(items[start:]), None
        return list(items[start:following]), "e" if "empty-page" in self.quirks and start == 0 else str(following)

    def total(self) -> int:
        """Calls answered."""
        return sum(self.calls.values())


@contextlib.contextmanager
def serve(fake: Fake, port: int = 0) -> Iterator[str]:
    """Serve a fake on a loopback port (0: a free one); yields its URL.

    Raises:
        OSError: the port is taken.
    """
    with listening(_handler(fake), port) as fake.url:
        yield fake.url


@contextlib.contextmanager
def listening(handler: type[BaseHTTPRequestHandler], port: int = 0) -> Iterator[str]:
    """Run an HTTP server on a loopback port (0: a free one) until the block ends; yields its URL.

    Raises:
        OSError: the port is taken.
    """
    server = _Server(("127.0.0.1", port), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that is gone (killed, timed out) is no news; anything else is a defect of a fake."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


def _handler(fake: Fake) -> type[BaseHTTPRequestHandler]:
    class Http(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet: else Nagle and delayed acknowledgements cost 40 ms a call
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            base = f"http://{headers.get('host', '127.0.0.1')}"
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            spelled = frozenset(self.headers.keys())
            answer = fake.answer(Request(self.command, parts.path, query, headers, _parsed(data, headers), base, spelled))
            with contextlib.suppress(OSError):
                self._send(answer)

        do_POST = do_PUT = do_PATCH = do_DELETE = do_LIST = do_GET  # noqa: N815 - the names http.server calls

        def _send(self, answer: Answer) -> None:
            raw = answer.body if isinstance(answer.body, bytes) else b"" if answer.status == 204 else _json(answer.body)
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            for name, value in answer.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(raw)

        def log_message(self, *args: object) -> None:
            """Stay quiet."""

    return Http


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _parsed(data: bytes, headers: dict[str, str]) -> Any:
    if not data:
        return None
    if "x-www-form-urlencoded" in headers.get("content-type", ""):
        return dict(parse_qsl(data.decode("utf-8", "replace"), keep_blank_values=True))
    try:
        return json.loads(data)
    except ValueError:
        return data
