"""The wire between boto3 and an AWS endpoint: counts calls by operation, and answers some of them badly on request.

A :class:`Wire` sits in front of an upstream (moto) and passes everything on, except operations that a test gave an answer.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass
class Answer:
    """A reply; ``claimed`` is a Content-Length that lies, ``hang`` seconds of silence, ``drop`` closes without a word."""

    body: bytes = b""
    status: int = 200
    content_type: str = "text/xml"
    claimed: int | None = None
    hang: float = 0.0
    drop: bool = False


Reply = Callable[[dict[str, str]], Answer | None]


@dataclass
class Wire:
    """``answers`` maps an operation to a function of its parameters; ``None`` from it passes the call on."""

    upstream: str | None = None
    answers: dict[str, Reply] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    url: str = ""
    stop: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, operation: str, reply: Reply | Answer) -> None:
        """Answer an operation with a constant or a function."""
        self.answers[operation] = reply if callable(reply) else lambda _: reply

    def total(self) -> int:
        """Number of calls made so far."""
        return sum(self.calls.values())


def error(code: str, status: int = 400) -> Answer:
    """An error reply of the query protocol (IAM, STS, EC2)."""
    body = f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>secret detail</Message></Error></ErrorResponse>"
    return Answer(body.encode(), status)


def xml(operation: str, inner: str) -> Answer:
    """A good reply of the query protocol."""
    return Answer(f"<{operation}Response><{operation}Result>{inner}</{operation}Result></{operation}Response>".encode())


@contextlib.contextmanager
def wire(upstream: str | None = None) -> Iterator[Wire]:
    """Serve a Wire until the block ends."""
    state = Wire(upstream)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(state))
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield state
    finally:
        state.stop.set()
        server.shutdown()
        server.server_close()


def _operation(path: str, headers: dict[str, str], body: bytes) -> tuple[str, dict[str, str]]:
    """Name and parameters of a call in any of AWS's protocols."""
    target = headers.get("x-amz-target", "")
    if target:
        try:
            given = json.loads(body or b"{}")
        except ValueError:
            given = {}
        return target.rpartition(".")[2], given if isinstance(given, dict) else {}
    if body and b"Action=" in body:
        fields = {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
        return fields.get("Action", "?"), fields
    if re.search(r"/functions/?(\?|$)", path):
        return "ListFunctions", {}
    return urlsplit(path).path, {}


def _handler(state: Wire) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet: else Nagle and delayed acknowledgements cost 40 ms a call
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            operation, parameters = _operation(self.path, headers, body)
            with state.lock:
                state.calls[operation] += 1
            reply = state.answers.get(operation)
            answer = reply(parameters) if reply else None
            with contextlib.suppress(OSError):
                self._send(answer or self._passed_on(headers, body))

        do_GET = do_POST  # noqa: N815 - the name http.server calls

        def _passed_on(self, headers: dict[str, str], body: bytes) -> Answer:
            if state.upstream is None:
                return error("InvalidAction")
            connection = http.client.HTTPConnection(urlsplit(state.upstream).netloc, timeout=60)
            try:
                headers = {name: value for name, value in headers.items() if name != "connection"}
                connection.request(self.command, self.path, body, headers)
                response = connection.getresponse()
                return Answer(response.read(), response.status, response.headers.get("Content-Type", "text/xml"))
            finally:
                connection.close()

        def _send(self, answer: Answer) -> None:
            state.stop.wait(answer.hang)
            if answer.drop:
                self.close_connection = True
                return
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body) if answer.claimed is None else answer.claimed))
            self.end_headers()
            self.wfile.write(answer.body)
            if answer.claimed is not None:
                self.close_connection = True

        def log_message(self, *args: object) -> None:
            """Stay quiet."""

    return Handler
