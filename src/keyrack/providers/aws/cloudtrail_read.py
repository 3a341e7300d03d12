"""CloudTrail text to typed records: every shape it comes in, one decode where nothing is wrong, record by record elsewhere.

``userIdentity``, ``requestParameters`` and the like stay raw bytes: most of them are never looked into.

Source of the shapes: CloudTrail User Guide, "CloudTrail record contents for management, data, and network activity events";
CloudTrail API Reference, LookupEvents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from keyrack.sdk.usage import NotALogError

NULL = msgspec.Raw(b"null")


class Trail(msgspec.Struct, gc=False, rename="camel"):
    """The members of a record that matter; the rest is skipped without being built."""

    event_time: str
    event_source: str
    event_name: str
    event_id: str | None = msgspec.field(default=None, name="eventID")
    event_type: str | None = None
    event_category: str | None = None
    management_event: bool | None = None
    aws_region: str | None = None
    recipient_account_id: str | None = None
    source_ip: str | None = msgspec.field(default=None, name="sourceIPAddress")
    user_agent: str | None = None
    error_code: str | None = None
    vpc_endpoint_id: str | None = None
    user_identity: msgspec.Raw = NULL
    request_parameters: msgspec.Raw = NULL
    response_elements: msgspec.Raw = NULL
    resources: msgspec.Raw = NULL
    tls_details: msgspec.Raw = NULL


class _Document(msgspec.Struct, gc=False):
    records: list[Trail] = msgspec.field(name="Records")


class _RawDocument(msgspec.Struct):
    records: list[msgspec.Raw] = msgspec.field(name="Records")


class _LookedUp(msgspec.Struct):
    text: str = msgspec.field(name="CloudTrailEvent")


class _Lookup(msgspec.Struct):
    events: list[_LookedUp] = msgspec.field(name="Events")


class _Credentials(msgspec.Struct):
    key: str | None = msgspec.field(default=None, name="accessKeyId")


class _Issued(msgspec.Struct):
    credentials: _Credentials | None = None


_document = msgspec.json.Decoder(_Document)
_raw_document = msgspec.json.Decoder(_RawDocument)
_list = msgspec.json.Decoder(list[Trail])
_raw_list = msgspec.json.Decoder(list[msgspec.Raw])
_lookup = msgspec.json.Decoder(_Lookup)
_one = msgspec.json.Decoder(Trail)
_issued = msgspec.json.Decoder(_Issued | None)

BAD_RECORD = "a record is not a CloudTrail event (eventTime, eventSource and eventName are text)"


def records(raw: bytes, problem: Callable[[str], None]) -> list[Trail]:
    """The records of a document, a bare list, LookupEvents output or JSON Lines.

    Args:
        raw: the text.
        problem: told of every record that cannot be read.

    Raises:
        NotALogError: none of these shapes.
    """
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    start = raw[:64].lstrip()[:1]
    if start not in {b"[", b"{"}:
        raise NotALogError("it does not begin like JSON")
    try:
        return _list.decode(raw) if start == b"[" else _document.decode(raw).records
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    for shape in (_looked_up, _each_of_document):
        try:
            return shape(raw, problem)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
    return _lines(raw, problem)


def _looked_up(raw: bytes, problem: Callable[[str], None]) -> list[Trail]:
    """LookupEvents output: each event is JSON inside JSON."""
    return _each((event.text.encode() for event in _lookup.decode(raw).events), problem)


def _each_of_document(raw: bytes, problem: Callable[[str], None]) -> list[Trail]:
    whole = _raw_list.decode(raw) if raw.lstrip()[:1] == b"[" else _raw_document.decode(raw).records
    return _each((bytes(record) for record in whole), problem)


def _each(pieces: Iterable[bytes], problem: Callable[[str], None]) -> list[Trail]:
    found = []
    for piece in pieces:
        try:
            found.append(_one.decode(piece))
        except (msgspec.DecodeError, UnicodeDecodeError):
            problem(BAD_RECORD)
    return found


def _lines(raw: bytes, problem: Callable[[str], None]) -> list[Trail]:
    """A record a line, or a document a line; text of which no line is JSON is no log at all."""
    try:
        return _one.decode_lines(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    found: list[Trail] = []
    readable = False
    for line in raw.splitlines():
        if line.strip():
            more, fine = _line(line, problem)
            found += more
            readable = readable or fine
    if not readable:
        raise NotALogError("it is neither whole JSON nor JSON Lines")
    return found


def _line(line: bytes, problem: Callable[[str], None]) -> tuple[list[Trail], bool]:
    """Records of one line, and whether the line was JSON at all."""
    for decoder in (_one, _document):
        try:
            value = decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
        return ([value] if isinstance(value, Trail) else value.records), True
    problem(BAD_RECORD)
    try:
        msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return [], False
    return [], True


def issued_key(response: msgspec.Raw) -> str | None:
    """Id of the session credential that an STS reply carries; the secret and the token beside it are not read."""
    try:
        reply = _issued.decode(bytes(response))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return reply.credentials.key if reply and reply.credentials else None
