"""A page for probes and Prometheus, on this machine's own address only: ``/healthz`` and ``/metrics``."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

from keyrack.errors import UsageError


def address(text: str) -> tuple[str, int]:
    """Host and port of ``host:port``.

    Raises:
        UsageError: it has another shape, or the host is not this machine's loopback.
    """
    host, _, port = text.rpartition(":")
    try:
        own = host == "localhost" or ip_address(host.strip("[]")).is_loopback
        number = int(port)
    except ValueError:
        own, number = False, -1
    if not own or not 0 <= number <= 65535:
        raise UsageError("serve.listen", f"{text!r} is no loopback host:port", hint="e.g. 127.0.0.1:8080")
    return host.strip("[]"), number


@contextlib.contextmanager
def listening(place: tuple[str, int], healthy: Callable[[], bool], metrics: Callable[[], str]) -> Iterator[int]:
    """Answer until the block ends; yields the port.

    Raises:
        UsageError: the port is taken.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            good = healthy()
            pages = {"/healthz": (200 if good else 503, "ok\n" if good else "stalled\n"), "/metrics": (200, metrics())}
            status, text = pages.get(self.path.partition("?")[0], (404, "not found\n"))
            raw = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *args: object) -> None:
            """Stay quiet: probes come every few seconds."""

    try:
        server = ThreadingHTTPServer(place, Handler)
    except OSError as error:
        raise UsageError(
            "serve.listen", f"cannot listen on {place[0]}:{place[1]}: {error.strerror}", hint="choose another port"
        ) from error
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
