"""The server: answers what :class:`State` knows, passes the rest to the emulator behind it."""

from __future__ import annotations

import contextlib
import http.client
import re
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

from keyrack_estate.fakes.aws.protocol import Asked, asked, refusal, reply
from keyrack_estate.fakes.aws.state import MissingError, State
from keyrack_estate.fakes.server import listening

Sent = tuple[int, str, bytes]
_WHO = b"Action=GetCallerIdentity&Version=2011-06-15"


@dataclass
class Front:
    """A running front. ``calls`` counts what it answered itself, by operation."""

    upstream: str
    state: State
    url: str = ""
    calls: Counter[str] = field(default_factory=Counter)
    accounts: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, call: Asked, headers: Mapping[str, str]) -> Sent:
        """The reply to a call of ours."""
        with self.lock:
            self.calls[call.operation] += 1
        if call.key in self.state.revoked:
            return refusal(call.operation, "UnrecognizedClientException", 403)
        if call.operation in self.state.denied:
            return refusal(call.operation, "AccessDeniedException", 403)
        ours = call.region == self.state.region or call.operation.startswith("iam.")
        try:
            ours = ours and self._account(call.key, headers) == self.state.account
            return reply(call.operation, self.state.answer(call.operation, call.params, ours=ours))
        except MissingError as missing:
            return refusal(call.operation, missing.code, 404)

    def passed_on(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Sent:
        """The emulator's own reply."""
        link = http.client.HTTPConnection(urlsplit(self.upstream).netloc, timeout=60)
        try:
            link.request(method, target, body, {name: value for name, value in headers.items() if name != "connection"})
            answer = link.getresponse()
            return answer.status, answer.headers.get("Content-Type", "text/xml"), answer.read()
        finally:
            link.close()

    def _account(self, key: str, headers: Mapping[str, str]) -> str:
        """Whose key it is: a temporary one is the emulator's to tell (it checks no signature), any other is ours."""
        if not key.startswith("ASIA"):
            return self.state.account
        if key not in self.accounts:
            kept = {name: value for name, value in headers.items() if name in {"authorization", "x-amz-date"}}
            scope = re.sub(r"/[^/]+/aws4_request", "/sts/aws4_request", kept["authorization"])
            kept = {
                **kept,
                "authorization": scope,
                "content-type": "application/x-www-form-urlencoded",
                "host": "sts.amazonaws.com",
            }
            _, _, body = self.passed_on("POST", "/", kept, _WHO)
            found = re.search(rb"<Account>(\d{12})</Account>", body)
            self.accounts[key] = found[1].decode() if found else ""
        return self.accounts[key]


@contextlib.contextmanager
def front(upstream: str, state: State, port: int = 0) -> Iterator[Front]:
    """Serve the front on loopback (port 0: a free one) until the block ends."""
    made = Front(upstream, state)
    with listening(_handler(made), port) as made.url:
        yield made


def _handler(made: Front) -> type[BaseHTTPRequestHandler]:
    known = made.state.operations()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            call = asked(self.command, self.path, headers, body, known)
            with contextlib.suppress(OSError):
                self._send(made.answer(call, headers) if call else made.passed_on(self.command, self.path, headers, body))

        do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_GET  # noqa: N815 - the names http.server calls

        def _send(self, sent: Sent) -> None:
            status, content_type, body = sent
            self.send_response_only(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Stay quiet."""

    return Handler
