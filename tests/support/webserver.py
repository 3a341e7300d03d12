"""A loopback HTTP server that answers from a function, and counts: for tests of the client itself."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Ask:
    """What the client sent."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    number: int


@dataclass
class Say:
    """What the server says; ``claimed`` lies about the length, ``drip`` sends byte by byte until the client leaves."""

    body: Any = field(default_factory=dict)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    claimed: int | None = None
    drip: bool = False

    def raw(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass
class Server:
    url: str = ""
    asked: list[Ask] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


@contextlib.contextmanager
def serving(answer: Callable[[Ask], Say]) -> Iterator[Server]:
    state = Server()
    stop = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            with state.lock:
                ask = Ask(self.command, parts.path, dict(parse_qsl(parts.query)), headers, body, len(state.asked))
                state.asked.append(ask)
            say = answer(ask)
            raw = say.raw()
            with contextlib.suppress(OSError):
                self.send_response_only(say.status)
                for name, value in {"Content-Type": "application/json", **say.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(raw) if say.claimed is None else say.claimed))
                self.end_headers()
                if say.drip:
                    self._drip()
                self.wfile.write(raw)
                self.close_connection = say.claimed is not None or say.drip

        def _drip(self) -> None:
            while not stop.wait(0.01):
                self.wfile.write(b" ")
                self.wfile.flush()

        do_POST = do_GET  # noqa: N815 - the name http.server calls

        def log_message(self, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield state
    finally:
        stop.set()
        server.shutdown()
        server.server_close()
