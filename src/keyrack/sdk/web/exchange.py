"""One call over the wire: send, read a bounded body, judge it, retry what is worth it, respect the server's limits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import TYPE_CHECKING, Any

import msgspec

from keyrack.sdk.fields import Raw
from keyrack.sdk.web.budget import budget, retry_after
from keyrack.sdk.web.call import Call, Failed, Page
from keyrack.sdk.web.weather import TRANSIENT, Weather, of_status, weather

if TYPE_CHECKING:
    from keyrack.sdk.web.client import Web

MAX_BODY = 64 * 1024 * 1024
ATTEMPTS = 4
_MAX_MOVES = 3
WAITING = "waiting for the rate limit (seconds)"
USED = "rate limit used"
"""Stages of progress; the second is shown when less than a tenth of the budget is left."""

_ESCAPES = re.compile(rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
"""An escaped backslash, a whole surrogate pair, or half of one."""


class _AgainError(Exception):
    """Another try may help; ``after`` is what the server asks us to wait, in seconds."""

    def __init__(self, failed: Failed, after: float | None) -> None:
        super().__init__(failed.weather.kind)
        self.failed = failed
        self.after = after


def exchange(web: Web, call: Call) -> Page | Failed:
    """Make a call; a failure comes back as data after at most ``ATTEMPTS`` tries.

    Raises:
        KeyrackError: there is no way to sign in.
    """
    import stamina

    asked = 0.0

    def again(error: Exception) -> float | bool:
        nonlocal asked
        if not isinstance(error, _AgainError):
            return False
        asked = error.after or 0.0
        return True if error.after is None else error.after

    try:
        for attempt in stamina.retry_context(on=again, attempts=ATTEMPTS, timeout=None, wait_initial=0.3, wait_max=8.0):
            with attempt:
                web.spend(waited=asked if attempt.num > 1 else 0.0)
                return _once(web, call)
    except _AgainError as error:
        if error.failed.weather.kind == "unreachable":
            web.dead = True
        return error.failed
    return Failed(call, weather("broken"))


def _once(web: Web, call: Call) -> Page | Failed:
    if (held := web.budget.wait(web.clock())) > 0:
        if held > web.patience:
            return Failed(call, _throttled(held))
        web.progress.update(WAITING, 0, round(held) or 1)
        web.wait(held)
        web.spend(waited=held)
        web.progress.update(WAITING, round(held) or 1, round(held) or 1)
    reply = _sent(web, call, renew=False)
    if isinstance(reply, Failed) and reply.weather.kind == "unauthenticated":
        reply = _sent(web, call, renew=True)
        if isinstance(reply, Failed) and reply.weather.kind == "unauthenticated" and web.heard:
            reply = Failed(call, weather("expired"), reply.body)
    if isinstance(reply, Page):
        web.heard = True
        return reply
    after = _wish(web, reply)
    if after is not None and after > web.patience:
        return Failed(call, _throttled(after))
    if reply.weather.kind in TRANSIENT:
        if after:
            web.progress.update(WAITING, 0, round(after) or 1)
        raise _AgainError(reply, after)
    return reply


def _wish(web: Web, failed: Failed) -> float | None:
    """How long the server wants us to wait, if it said so."""
    told = failed.body.get("\0after")
    if isinstance(told, float):
        return told
    return (web.budget.wait(web.clock()) or None) if failed.weather.kind == "throttled" else None


def _throttled(seconds: float) -> Weather:
    wait = f"{seconds / 60:.0f} minutes" if seconds > 90 else f"{seconds:.0f} seconds"
    return weather("throttled").saying("the server's rate limit is used up", f"it fills again in {wait}; scan again then")


def _sent(web: Web, call: Call, *, renew: bool) -> Page | Failed:
    url = web.url(call)
    headers = {**web.auth.headers(renew=renew), **call.headers}
    params: dict[str, str] | None = dict(call.params) or None
    for _ in range(_MAX_MOVES + 1):
        if url is None:
            break
        status, answered, data = _transfer(web, call, url, headers, params)
        if isinstance(data, Weather):
            return Failed(call, data)
        if status in {301, 302, 307, 308} and call.body is None:
            url = web.within(url, answered["location"]) if answered.get("location") else None
            params = None  # the new place is whole: its query is its own (RFC 9110 section 10.2.2)
            continue
        return _judged(web, call, Page({}, answered, status, url), data)
    return Failed(call, weather("moved"))


def _transfer(
    web: Web, call: Call, url: str, headers: Mapping[str, str], params: dict[str, str] | None
) -> tuple[int, Mapping[str, str], bytes | Weather]:
    """Status, headers in lower case, and the whole body, or why there is none."""
    import httpx2

    with web.lock:
        web.calls[call.name or call.capability] += 1
    web.spend(calls=1)
    try:
        request = web.client.build_request(
            call.method or ("GET" if call.body is None else "POST"), url, params=params, headers=dict(headers), json=call.body
        )
        begun = monotonic()
        response = web.client.send(request, stream=True)
        try:
            data = bytearray()
            for piece in response.iter_bytes():
                data += piece
                if len(data) > MAX_BODY:
                    return response.status_code, {}, weather("too_large")
                if monotonic() - begun > web.patience:  # a server that drips never runs into the client's time-out
                    return response.status_code, {}, weather("slow")
                if call.until and call.until(response.headers, data):
                    break
        finally:
            response.close()
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, UnicodeError, ValueError) as error:
        return 0, {}, _of_error(error)
    answered = {name.lower(): value for name, value in response.headers.items()}
    _note(web, answered)
    return response.status_code, answered, bytes(data)


def _note(web: Web, headers: Mapping[str, str]) -> None:
    """Keep what every reply tells: the budget left, and how far the server's clock is from ours."""
    now = web.clock()
    if (told := budget(headers, now)) is not None:
        web.budget = told
        if told.left is not None:
            web.allowed(told.left, told.limit, _moment(told.resets))
        if told.left is not None and told.limit and told.left * 10 < told.limit:
            web.progress.update(USED, told.limit - told.left, told.limit)
    try:
        web.skew = parsedate_to_datetime(headers.get("date", "")).timestamp() - now
    except (ValueError, TypeError, OverflowError):
        return


def _moment(seconds: float | None) -> datetime | None:
    """A server may promise any number; one that is no moment is none."""
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _of_error(error: Exception) -> Weather:
    import httpx2

    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return weather("tls")
    if isinstance(error, httpx2.ConnectTimeout | httpx2.ConnectError | httpx2.ProxyError):
        return weather("unreachable")
    if isinstance(error, httpx2.TimeoutException):
        return weather("slow")
    if isinstance(error, httpx2.RemoteProtocolError | httpx2.ReadError | httpx2.DecodingError):
        return weather("cut")
    return weather("malformed") if isinstance(error, ValueError | httpx2.InvalidURL) else weather("broken")


def _judged(web: Web, call: Call, reply: Page, data: bytes) -> Page | Failed:
    """The reply with its body, or why it is no good one."""
    if call.reads and (read := call.reads(reply.status, reply.headers, data)) is not None:
        return read
    body, status, headers = _decoded(data), reply.status, reply.headers
    if 200 <= status < 300:
        if status == 204 and not data:
            return reply
        good = body is not None and "json" in headers.get("content-type", "").lower()
        if not good or (call.must and not any(name in body for name in call.must)):
            return Failed(call, weather("malformed"))
        return replace(reply, body=body)
    told = (web.explain(status, headers, body or {}) if web.explain else None) or of_status(status)
    after = retry_after(headers, web.clock())
    if status == 403 and (after is not None or (web.budget.left == 0 and web.budget.resets is not None)):
        told = weather("throttled")
    return Failed(call, told, {**(body or {}), **({} if after is None else {"\0after": after})})


def _decoded(data: bytes) -> Any:
    """A JSON object; a list as ``{"": [...]}``; anything else is nothing."""
    try:
        value: object = _json(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError, ValueError):
        return None
    if isinstance(value, list):
        return {"": value}
    found: Raw | None = value if isinstance(value, dict) else None
    return found


def _json(data: bytes) -> object:
    """JSON; half a surrogate pair, which some servers let names hold (RFC 8259, section 8.2), becomes U+FFFD."""
    try:
        return msgspec.json.decode(data)
    except msgspec.DecodeError:
        if b"\\u" not in data:
            raise
        return msgspec.json.decode(_ESCAPES.sub(lambda found: rb"\ufffd" if len(found[0]) == len(rb"\ud800") else found[0], data))
