"""AWS IAM cases as JSON lines (the contract is in docs/access.md).

Each distinct document is parsed once: documents stay undecoded bytes until a cache, bounded by bytes, has not seen them before.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import UNSET, Raw, UnsetType

from keyrack.access.aws.decide import decide
from keyrack.access.aws.grammar import Use
from keyrack.access.aws.model import Levels, Policies, Policy, Request
from keyrack.access.aws.parse import PolicyError, parse
from keyrack.errors import KeyrackError

_Scalar = str | int | float | bool | None
_CACHE_BYTES = 4 * 2**20
"""Of text, for each kind of policy; what is made of it takes some five times as much."""
_NULL = b"null"
_ROLE = re.compile(r"arn:[^:]*:iam::\d*:role/")


class _Asked(msgspec.Struct):
    principal: str | None
    action: str
    resource: str
    context: dict[str, _Scalar | list[_Scalar]] | None = None


class _Case(msgspec.Struct):
    request: _Asked
    id: Any = None
    principal_account: str | None = None
    resource_account: str | None = None
    identity_policies: Raw | UnsetType = UNSET
    boundaries: Raw | UnsetType = UNSET
    scps: Raw | UnsetType = UNSET
    rcps: Raw | UnsetType = UNSET
    resource_policies: Raw | UnsetType = UNSET
    session_policies: Raw | UnsetType = UNSET
    endpoint_policies: Raw | UnsetType = UNSET


class _Answer(msgspec.Struct):
    id: Any
    decision: str
    because: tuple[str, ...]
    assumed: tuple[str, ...]


_decode = msgspec.json.Decoder(_Case).decode
_encode = msgspec.json.Encoder().encode
_documents = msgspec.json.Decoder(list[Raw]).decode
_levels = msgspec.json.Decoder(list[list[Raw]]).decode

T = TypeVar("T")


class _Cache(Generic[T]):
    """What was made of bytes seen before; the oldest go when the bytes exceed a budget."""

    def __init__(self, make: Callable[[bytes], T], budget: int) -> None:
        self._make = make
        self._budget = budget
        self._made: dict[bytes, T] = {}
        self._bytes = 0

    def get(self, text: bytes) -> T:
        """What these bytes make, made now or before."""
        found = self._made.get(text)
        if found is None:
            found = self._made[text] = self._make(text)
            self._bytes += len(text)
            while self._bytes > self._budget and len(self._made) > 1:
                oldest = next(iter(self._made))
                del self._made[oldest]
                self._bytes -= len(oldest)
        return found


def _lists_of(field: str, kind: Use) -> _Cache[tuple[Policy, ...]]:
    """Cache of a whole field; beneath it each document is parsed once, whatever lists it is in."""
    one = _Cache(lambda text: parse(text, kind=kind), _CACHE_BYTES)

    def make(text: bytes) -> tuple[Policy, ...]:
        return tuple(_placed(one, document, f"{field}[{index}]") for index, document in enumerate(_documents(text)))

    return _Cache(make, _CACHE_BYTES)


def _levels_of(field: str, kind: Use) -> _Cache[Levels]:
    one = _Cache(lambda text: parse(text, kind=kind), _CACHE_BYTES)

    def make(text: bytes) -> Levels:
        return tuple(
            tuple(_placed(one, document, f"{field}[{number}][{index}]") for index, document in enumerate(level))
            for number, level in enumerate(_levels(text))
        )

    return _Cache(make, _CACHE_BYTES)


def _placed(cache: _Cache[Policy], document: Raw, place: str) -> Policy:
    try:
        return cache.get(bytes(document))
    except PolicyError as error:
        separator = " at " if error.position[:1].isdigit() else "."
        raise PolicyError(
            str(error).removeprefix(f"{error.position}: "), f"{place}{separator}{error.position}".rstrip(".")
        ) from error


_identity = _lists_of("identity_policies", "identity")
_boundaries = _lists_of("boundaries", "boundary")
_resource = _lists_of("resource_policies", "resource")
_trust = _lists_of("resource_policies", "trust")
_session = _lists_of("session_policies", "session")
_endpoint = _lists_of("endpoint_policies", "endpoint")
_scps = _levels_of("scps", "scp")
_rcps = _levels_of("rcps", "rcp")


def answer_line(line: bytes) -> bytes:
    """Decide one case.

    Raises:
        KeyrackError: a policy or the request is not what AWS would take; positions are JSON paths in the case.
        msgspec.MsgspecError: no JSON, or values of the wrong type.
    """
    case = _decode(line)
    verdict = decide(_request(case), _policies(case))
    return _encode(_Answer(case.id, verdict.outcome, verdict.because, verdict.assumed))


def _request(case: _Case) -> Request:
    asked = case.request
    if asked.principal is not None and not _is_principal(asked.principal):
        raise KeyrackError("access.case", f"request.principal: {asked.principal!r} is no ARN, service principal or null")
    if ":" not in asked.action or "*" in asked.action or "?" in asked.action:
        raise KeyrackError("access.case", f"request.action: {asked.action!r} is no action (service:Name)")
    if asked.resource != "*" and not asked.resource.startswith("arn:"):
        raise KeyrackError("access.case", f"request.resource: {asked.resource!r} is no ARN or *")
    context = {key: _values(value) for key, value in asked.context.items()} if asked.context else {}
    return Request(asked.principal, asked.action, asked.resource, context, case.principal_account, case.resource_account)


def _is_principal(text: str) -> bool:
    return text.count(":") >= 5 if text.startswith("arn:") else "." in text and ":" not in text


def _values(value: _Scalar | list[_Scalar]) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(_text(one) for one in (value if isinstance(value, list) else [value]) if one is not None)


def _text(value: str | float | bool) -> str:
    if isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)


def _policies(case: _Case) -> Policies:
    return Policies(
        identity=_made(_identity, case.identity_policies) or (),
        boundaries=_made(_boundaries, case.boundaries),
        scps=_made(_scps, case.scps),
        rcps=_made(_rcps, case.rcps),
        resource=_made(_trust if _ROLE.match(case.request.resource) else _resource, case.resource_policies),
        session=_made(_session, case.session_policies),
        endpoint=_made(_endpoint, case.endpoint_policies),
    )


def _made(cache: _Cache[T], raw: Raw | UnsetType) -> T | None:
    if isinstance(raw, UnsetType):
        return None
    text = bytes(raw)
    return None if text == _NULL else cache.get(text)
