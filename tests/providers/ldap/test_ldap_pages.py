"""Pages that no sane server sends: one that repeats, empty ones with a cookie for ever, a value handed out in ranges; on the wire."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from keyrack.providers.ldap import provider
from keyrack.records import Gap, Identity
from keyrack.sdk import Target

BASE = "dc=x"
Answer = Callable[[bytes, bytes, list[str], int], tuple[list[tuple[str, dict[str, list[str]]]], bytes]]


def tlv(tag: int, *parts: bytes) -> bytes:
    """One BER element."""
    body = b"".join(parts)
    size = bytes([len(body)]) if len(body) < 128 else bytes([0x82]) + len(body).to_bytes(2, "big")
    return bytes([tag]) + size + body


def text(value: str | bytes) -> bytes:
    return tlv(0x04, value.encode() if isinstance(value, str) else value)


def elements(data: bytes) -> list[tuple[int, bytes]]:
    found = []
    while data:
        extra = data[1] & 0x7F if data[1] & 0x80 else 0
        size = int.from_bytes(data[2 : 2 + extra], "big") if extra else data[1]
        found.append((data[0], data[2 + extra : 2 + extra + size]))
        data = data[2 + extra + size :]
    return found


def cookie_of(parts: list[tuple[int, bytes]]) -> bytes:
    """Cookie of the paged results control of a request (RFC 2696)."""
    for tag, controls in parts[2:]:
        for _, control in elements(controls) if tag == 0xA0 else ():
            fields = elements(control)
            if fields[0][1] == b"1.2.840.113556.1.4.319":
                return elements(elements(fields[-1][1])[0][1])[1][1]
    return b""


@contextlib.contextmanager
def server(answer: Answer) -> Iterator[str]:
    """An LDAP server that binds everybody and answers searches by a function of (base, filter, attributes, number of the search)."""
    listener = socket.create_server(("127.0.0.1", 0))
    count = [0]

    def serve(link: socket.socket) -> None:
        with link, contextlib.suppress(OSError, IndexError):
            while data := link.recv(65_536):
                parts = elements(elements(data)[0][1])
                number, (tag, body) = tlv(0x02, parts[0][1]), parts[1]
                if tag == 0x60:
                    link.sendall(tlv(0x30, number, tlv(0x61, tlv(0x0A, b"\0"), text(""), text(""))))
                elif tag == 0x63:
                    fields = elements(body)
                    count[0] += 1
                    names = [name.decode() for _, name in elements(fields[7][1])]
                    entries, cookie = answer(fields[0][1], cookie_of(parts), names, count[0])
                    for dn, values in entries:
                        rows = [tlv(0x30, text(name), tlv(0x31, *map(text, held))) for name, held in values.items()]
                        link.sendall(tlv(0x30, number, tlv(0x64, text(dn), tlv(0x30, *rows))))
                    control = tlv(0x30, text("1.2.840.113556.1.4.319"), text(tlv(0x30, tlv(0x02, b"\0"), text(cookie))))
                    link.sendall(tlv(0x30, number, tlv(0x65, tlv(0x0A, b"\0"), text(""), text("")), tlv(0xA0, control)))

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"ldap://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()


ROOT = ("", {"defaultNamingContext": [BASE]})


def account(number: int, **more: list[str]) -> tuple[str, dict[str, list[str]]]:
    return f"cn=svc-{number},{BASE}", {"objectClass": ["user"], "sAMAccountName": [f"svc-{number}"], **more}


def scan(url, ctx):
    return list(provider.discover(Target("ldap", options={"url": url, "timeout": "5"}), ctx))


@pytest.mark.parametrize("entries", [[account(1)], []], ids=["the same page", "empty pages"])
def test_a_listing_that_never_ends_is_a_truncated_gap(ctx, entries):
    def answer(base, cookie, names, number):
        if not base:
            return [ROOT], b""
        wide = "userAccountControl" in names
        return (entries, b"again" if entries else str(number).encode()) if wide else ([], b"")

    with server(answer) as url:
        found = scan(url, ctx)
    gap = next(record for record in found if isinstance(record, Gap) and record.capability == "ldap.accounts")
    assert (gap.reason, "repeats itself" in gap.detail) == ("truncated", True)
    assert sum(isinstance(record, Identity) for record in found) == len(entries)


def test_an_empty_page_with_a_cookie_is_not_the_end(ctx):
    def answer(base, cookie, names, number):
        if not base:
            return [ROOT], b""
        if "userAccountControl" not in names:
            return [], b""
        return {b"": ([account(1)], b"a"), b"a": ([], b"b"), b"b": ([account(2)], b"")}[cookie]

    with server(answer) as url:
        found = scan(url, ctx)
    assert {record.name for record in found if isinstance(record, Identity)} == {"svc-1", "svc-2"}
    assert not [record for record in found if isinstance(record, Gap) and record.capability == "ldap.accounts"]


def test_values_handed_out_in_ranges_are_put_together(ctx):
    """MS-ADTS 3.1.1.3.1.3.3: Active Directory shows 1,500 values at a time."""

    def answer(base, cookie, names, number):
        if not base:
            return [ROOT], b""
        if names[0].lower().startswith("msds-allowedtodelegateto;range="):
            first = int(names[0].partition("=")[2].partition("-")[0])
            last = first >= 4
            key = f"msDS-AllowedToDelegateTo;range={first}-{'*' if last else first + 1}"
            return [(base.decode(), {key: [f"HTTP/{first}", f"HTTP/{first + 1}"]})], b""
        if "userAccountControl" in names:
            return [account(1, **{"msDS-AllowedToDelegateTo;range=0-1": ["HTTP/0", "HTTP/1"]})], b""
        return [], b""

    with server(answer) as url:
        found = scan(url, ctx)
    only = next(record for record in found if isinstance(record, Identity))
    assert only.attrs["delegates_to"] == "HTTP/0, HTTP/1, HTTP/2, HTTP/3, HTTP/4, HTTP/5"
