"""Bad weather for protocols that are not HTTP: a TCP proxy that reads the client's messages and spoils the answers to some.

It has the surface of :class:`keyrack.sdk.testing.Storm` that ``check_weather`` uses, and gales of the same names. A *dialect*
says where the client's messages end, which are questions, and how the protocol says that something failed.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from keyrack.sdk.testing import GALES, Gale, Outcome
from keyrack.sdk.testing.storm import CANARY


class Dialect(Protocol):
    """One protocol, for one connection."""

    def frames(self, data: bytes) -> tuple[list[bytes], bytes]:
        """Whole messages of the client, and what is left."""
        ...

    def question(self, frame: bytes, gale: Gale) -> str | None:
        """The key of a question this gale falls on; ``None``: pass it on."""
        ...

    def error(self, frame: bytes, gale: Gale) -> bytes:
        """The protocol's own error answer to a frame."""
        ...


_KEPT = {
    "timeout", "dropped", "truncated body", "truncated once", "wrong content type", "401", "403", "404", "409",
    "429 without Retry-After", "429 once", "500", "500 once",
}  # fmt: skip


def gales() -> list[Gale]:
    """The gales of HTTP that a connection of bytes can have too, under the same names, with the same promises."""
    refused = Gale("refused", lambda good: good, reasons=frozenset({"unreachable"}))
    return [refused, *(gale for gale in GALES if gale.name in _KEPT)]


def not_applicable(why: dict[str, str]) -> list[Outcome]:
    """Rows of the matrix for weather only HTTP has."""
    names = [gale.name for gale in GALES if gale.name not in _KEPT]
    assert set(names) == set(why), names
    return [Outcome(name, 0, (), 0, f"not applicable: {why[name]}") for name in names]


@dataclass(slots=True)
class TcpStorm:
    """The proxy's state; ``url`` is ``host:port``."""

    upstream: tuple[str, int]
    dialect: Callable[[], Dialect]
    gale: Gale | None = None
    url: str = ""
    calls: int = 0
    fell: set[str] = field(default_factory=set)
    questions: int = 0
    stop: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def key(self, dialect: Dialect, frame: bytes) -> bool:
        """Whether the weather falls on this message now."""
        gale = self.gale
        if gale is None:
            return False
        key = dialect.question(frame, gale)
        if key is None:
            return False
        with self.lock:
            again = key in self.fell
            self.fell.add(key)
        return not (gale.transient and again)


@contextlib.contextmanager
def tcp_storm(upstream: tuple[str, int], dialect: Callable[[], Dialect]) -> Iterator[TcpStorm]:
    """Serve a storm until the block ends."""
    state = TcpStorm(upstream, dialect)
    listener = socket.create_server(("127.0.0.1", 0))
    state.url = f"127.0.0.1:{listener.getsockname()[1]}"
    threading.Thread(target=_accept, args=(listener, state), daemon=True).start()
    try:
        yield state
    finally:
        state.stop.set()
        listener.close()


def _accept(listener: socket.socket, state: TcpStorm) -> None:
    while not state.stop.is_set():
        try:
            client, _ = listener.accept()
        except OSError:
            return
        state.calls += 1
        if state.gale is not None and state.gale.name == "refused":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
            continue
        threading.Thread(target=_serve, args=(client, state), daemon=True).start()


def _serve(client: socket.socket, state: TcpStorm) -> None:
    with client, contextlib.suppress(OSError), socket.create_connection(state.upstream) as server:
        cut = threading.Event()
        threading.Thread(target=_back, args=(server, client, cut), daemon=True).start()
        dialect, rest = state.dialect(), b""
        while data := client.recv(65_536):
            frames, rest = dialect.frames(rest + data)
            for frame in frames:
                if not state.key(dialect, frame):
                    server.sendall(frame)
                elif not _fall(state, dialect, frame, client, server, cut):
                    return


def _fall(
    state: TcpStorm, dialect: Dialect, frame: bytes, client: socket.socket, server: socket.socket, cut: threading.Event
) -> bool:
    """Spoil the answer; whether the connection goes on."""
    assert state.gale is not None
    kind = state.gale.name
    if kind == "timeout":
        state.stop.wait(30)
        return False
    if kind == "dropped":
        return False
    if kind.startswith("truncated"):
        cut.set()
        server.sendall(frame)
        state.stop.wait(0.2)  # the answer comes on the other thread, is cut there, and ends the connection
        return False
    if kind == "wrong content type":
        client.sendall(f"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n<html>{CANARY}</html>".encode())
        return False
    answer = dialect.error(frame, state.gale)
    if answer:
        client.sendall(answer)
    return True


def _back(server: socket.socket, client: socket.socket, cut: threading.Event) -> None:
    with contextlib.suppress(OSError):
        while data := server.recv(65_536):
            if cut.is_set():
                client.sendall(data[: max(1, len(data) // 2)])
                client.shutdown(socket.SHUT_RDWR)
                return
            client.sendall(data)
    with contextlib.suppress(OSError):
        client.shutdown(socket.SHUT_RDWR)


def row(outcomes: Sequence[Outcome], why: dict[str, str]) -> list[Outcome]:
    """The whole row of the matrix: what was tried of its columns (a refused connection is none), and what does not apply."""
    columns = {gale.name for gale in GALES}
    return [*(outcome for outcome in outcomes if outcome.gale in columns), *not_applicable(why)]


__all__ = ["TcpStorm", "gales", "row", "tcp_storm"]
