"""Parley in small: workspaces, bots, an audit log, pages, tokens that are checked, workspaces that hang until released."""

from __future__ import annotations

import contextlib
import json
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass
class Fake:
    """State of the server; change it and ask again. ``calls`` counts by path; ``hangs`` are workspaces that do not answer.

    ``limit``: calls an hour.
    """

    token: str
    workspaces: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    denied: set[str] = field(default_factory=set)
    hangs: set[str] = field(default_factory=set)
    calls: Counter[str] = field(default_factory=Counter)
    arrived: threading.Event = field(default_factory=threading.Event)
    release: threading.Event = field(default_factory=threading.Event)
    limit: int | None = None

    def budget(self) -> dict[str, str]:
        """Rate-limit headers, where the server has a limit: an hour's, of which every call takes one."""
        if self.limit is None:
            return {}
        left = max(0, self.limit - self.calls.total())
        return {"X-RateLimit-Limit": str(self.limit), "X-RateLimit-Remaining": str(left), "X-RateLimit-Reset": "3600"}

    def _refused(self, path: str, token: str) -> int | None:
        if self.limit is not None and self.calls.total() > self.limit:
            return 429
        return 401 if token != f"Bearer {self.token}" else 403 if path in self.denied else None

    def answer(self, path: str, token: str) -> tuple[int, dict[str, Any]]:
        """Status and body for a path with query."""
        parts = urlsplit(path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        self.calls[parts.path] += 1
        if (status := self._refused(parts.path, token)) is not None:
            return status, {"error": "refused"}
        words = [unquote(word) for word in parts.path.strip("/").split("/")]
        if words == ["v1", "workspaces"]:
            return 200, _page("workspaces", [{"id": key} for key in self.workspaces], query, "cursor", "next")
        if words == ["v1", "audit"]:
            page = _page("events", self.events, query, "after", "next")
            return 200, {**page, "position": str(int(query.get("after", "0")) + len(page["events"]))}
        if words[:2] == ["v1", "workspaces"] and words[3:] == ["bots"] and words[2] in self.workspaces:
            if words[2] in self.hangs:
                self.arrived.set()
                self.release.wait(120)
            return 200, _page("bots", self.workspaces[words[2]], query, "cursor", "next")
        return 404, {"error": "not found"}


def _page(name: str, items: list[Any], query: dict[str, str], start: str, following: str) -> dict[str, Any]:
    first, size = int(query.get(start, "0")), min(int(query.get("limit", "100")), 100)
    page: dict[str, Any] = {name: items[first : first + size]}
    return {**page, following: str(first + size)} if first + size < len(items) else page


@contextlib.contextmanager
def serve(fake: Fake) -> Iterator[str]:
    """Serve on a free loopback port; yields the URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            status, body = fake.answer(self.path, self.headers.get("Authorization", ""))
            raw = json.dumps(body).encode()
            with contextlib.suppress(OSError):
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(raw)))
                for name, value in fake.budget().items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(raw)

        def log_message(self, *args: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        fake.release.set()
        server.shutdown()
        server.server_close()
