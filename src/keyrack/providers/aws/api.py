"""Calls to AWS that end as data or as a Gap: paging with loop and truncation checks, bounded fan-out, counted failures."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from keyrack.providers.aws.raw import Raw
from keyrack.providers.aws.weather import Weather, failures, of_code, of_error, weather
from keyrack.records import Gap
from keyrack.sdk import Progress, Silent, gap
from keyrack.sdk.spending import note

if TYPE_CHECKING:
    from boto3 import Session

MAX_PAGES = 20_000
WORKERS = 8
CONNECT_TIMEOUT, READ_TIMEOUT = 5.0, 30.0
"""Seconds; every wait is bounded."""
_GIVE_UP_AFTER = 16
_SLOW_CALLS = 3
"""Calls without an answer in time, retries and all, after which a server counts as unreachable."""
_SKEW = 300.0
"""Seconds; AWS itself refuses signatures that are 15 minutes off."""
_NEXT = ("Marker", "NextMarker", "NextToken", "nextToken", "PaginationToken")


@dataclass(frozen=True, slots=True)
class Call:
    """One API operation: ``operation`` is boto3's method, ``action`` the IAM permission, ``member`` what a whole reply has.

    ``optional`` marks data the person may do without: its Gaps do not make the scan incomplete. ``absent_ok``: the answer
    "no such entity" is an answer, not a failure.
    """

    capability: str
    service: str
    operation: str
    action: str
    member: tuple[str, ...]
    params: Mapping[str, object] = field(default_factory=dict)
    region: str | None = None
    optional: bool = False
    absent_ok: bool = False

    def of(self, **params: object) -> Call:
        """The same call with other parameters."""
        return replace(self, params={**self.params, **params})

    def at(self, region: str) -> Call:
        """The same call in a region."""
        return replace(self, region=region)

    def gap(self, bad: Weather, detail: str = "") -> Gap:
        """A Gap for this call; ``detail`` is added to the weather's own sentence."""
        where = f"{self.action} in {self.region}" if self.region else self.action
        return gap(
            self.capability,
            where,
            bad.reason,
            f"{bad.sentence}{f' ({detail})' if detail else ''}.",
            permission=self.action if bad.kind == "denied" else None,
            hint=bad.hint,
            incomplete=not self.optional and bad.kind != "absent",
        )


@dataclass(frozen=True, slots=True)
class Failed:
    """A call that brought nothing, or nothing more."""

    call: Call
    weather: Weather


@dataclass(slots=True)
class Api:
    """One signed-in session. Thread-safe: boto3 clients are, and they are all made before threads start."""

    session: Session
    endpoint_url: str | None = None
    region: str = "us-east-1"
    timeout: float | None = None
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.time
    progress: Progress = field(default_factory=Silent)
    _heard: threading.local = field(default_factory=threading.local)
    _clients: dict[tuple[str, str, bool], Any] = field(default_factory=dict)
    _dead: set[tuple[str, str]] = field(default_factory=set)
    _slow: Counter[tuple[str, str]] = field(default_factory=Counter)
    _skew: list[float] = field(default_factory=lambda: [0.0])

    def one(self, call: Call) -> Raw | Failed:
        """Make one call. A reply without any of ``call.member`` counts as malformed: botocore drops broken JSON silently."""
        if self._where(call) in self._dead:
            return Failed(call, weather("unreachable"))
        self._forget()
        try:
            reply = getattr(self._client(call), call.operation)(**call.params)
        except failures() as error:
            return self._failed(call, error)
        return self._checked(call, reply)

    def pages(self, call: Call) -> Iterator[Raw | Failed]:
        """Every page of a listing; a failure ends it and comes last."""
        if self._where(call) in self._dead:
            yield Failed(call, weather("unreachable"))
            return
        try:
            client = self._client(call)
            paged = client.can_paginate(call.operation)
            pages = iter(client.get_paginator(call.operation).paginate(**call.params)) if paged else self._by_marker(call)
        except failures() as error:
            yield self._failed(call, error)
            return
        for number in range(MAX_PAGES + 1):
            reply = self._next_page(call, pages)
            if reply is None:
                return
            if number == MAX_PAGES:
                yield Failed(call, weather("cut"))
                return
            yield reply
            if isinstance(reply, Failed) or _stops_short(reply):
                if not isinstance(reply, Failed):
                    yield Failed(call, weather("cut"))
                return

    def _by_marker(self, call: Call) -> Iterator[Raw]:
        """Pages of a listing for which botocore has no paginator, by IAM's ``Marker``; raises what botocore raises."""
        from botocore.exceptions import PaginationError

        marker: object = None
        while True:
            page = getattr(self._client(call), call.operation)(**call.params, **({"Marker": marker} if marker else {}))
            yield page
            following = page.get("Marker")
            if not following:
                return
            if following == marker:
                raise PaginationError(message="the same marker came twice")
            marker = following

    def items(self, call: Call) -> Iterator[Raw | Failed]:
        """The objects of a listing, over all its pages (``call.member[0]`` names the list)."""
        for page in self.pages(call):
            if isinstance(page, Failed):
                yield page
                continue
            value = page.get(call.member[0])
            listed = value if isinstance(value, list) else []
            yield from (item if isinstance(item, Mapping) else {"": item} for item in listed)

    def whole(self, call: Call) -> Raw | Failed:
        """All pages of a listing as one reply, for many short listings at once (:meth:`each`); one bad page fails it all."""
        found: list[object] = []
        for item in self.items(call):
            if isinstance(item, Failed):
                return item
            found.append(item)
        return {call.member[0]: found}

    def each(
        self, calls: Sequence[Call], done: Callable[[int], None] | None = None, ask: Callable[[Call], Raw | Failed] | None = None
    ) -> Iterator[tuple[Call, Raw] | Gap]:
        """Many calls of one operation, eight at a time, in order; stops when nothing but failures come back.

        Failures end as one Gap for each reason, with counts, after the replies.
        """
        if not calls:
            return
        self._client(calls[0])
        failed: list[Failed] = []
        answered = asked = 0
        with ThreadPoolExecutor(WORKERS) as pool:
            queue = iter(calls)
            while batch := list(islice(queue, WORKERS * 2)):
                for call, reply in zip(batch, pool.map(ask or self.one, batch), strict=True):
                    asked += 1
                    if not isinstance(reply, Failed):
                        answered += 1
                        yield call, reply
                    elif not (call.absent_ok and reply.weather.kind == "absent"):
                        failed.append(reply)
                if done:
                    done(asked)
                if not answered and len(failed) >= _GIVE_UP_AFTER:
                    break
        yield from _merged(failed, asked, len(calls))

    def _where(self, call: Call) -> tuple[str, str]:
        """The server behind a call: nothing more is asked of one that cannot be reached."""
        return (self.endpoint_url, "") if self.endpoint_url else (call.service, call.region or self.region)

    def _forget(self) -> None:
        self._heard.status, self._heard.cut = 0, False

    def _client(self, call: Call) -> Any:
        region = call.region or self.region
        key = (call.service, region, call.optional)
        if key not in self._clients:
            client = self.session.client(
                call.service,  # type: ignore[call-overload]  # the stubs want a literal
                region_name=region,
                endpoint_url=self.endpoint_url,
                config=self._config(self._attempts(call)),
            )
            client.meta.events.register("before-parse", self._hear)
            client.meta.events.register("before-send", self._count)
            client.meta.events.register("needs-retry", partial(self._again, limit=self._attempts(call)))
            self._clients[key] = client
        return self._clients[key]

    def _hear(self, response_dict: Mapping[str, Any], **_: object) -> None:
        """Note what botocore's parsers forget: the HTTP status, and whether the body is shorter than announced."""
        headers, body = response_dict.get("headers", {}), response_dict.get("body", b"")
        announced = str(headers.get("Content-Length", ""))
        whole = not announced.isdigit() or headers.get("Content-Encoding") or not isinstance(body, bytes)
        self._heard.status = response_dict.get("status_code", 0)
        with suppress(ValueError, TypeError):  # no date, or none that can be read
            self._skew[0] = parsedate_to_datetime(str(headers.get("Date", ""))).timestamp() - self.clock()
        self._heard.cut = not whole and len(body) < int(announced)

    def _count(self, request: Any, **_: object) -> None:
        """Every try that goes out, retries too; a handler that returned something would answer in the server's place."""
        note(self.progress, urlsplit(request.url).netloc)

    def _again(self, *, response: Any, attempts: int, limit: int, **_: object) -> float | None:
        """Seconds until the next attempt after a bare 429: botocore tries again by AWS's error codes, and a proxy gives none."""
        throttled = response is not None and response[0].status_code == 429
        return min(2.0 ** (attempts - 1), 20.0) if throttled and attempts < limit else None

    def _failed(self, call: Call, error: BaseException) -> Failed:
        bad = of_error(error)
        self._lose(call, bad)
        if bad.kind != "malformed":
            return Failed(call, bad)
        status = getattr(self._heard, "status", 0)
        if getattr(self._heard, "cut", False):
            return Failed(call, weather("cut"))
        return Failed(call, of_code("", status) if status >= 400 else bad)

    def _lose(self, call: Call, bad: Weather) -> None:
        """Ask nothing more of a server that cannot be reached, or that let us wait in vain several times."""
        where = self._where(call)
        self._slow[where] += bad.kind == "slow"
        if bad.kind == "unreachable" or self._slow[where] >= _SLOW_CALLS:
            self._dead.add(where)

    def remarks(self) -> Iterator[Gap]:
        """What the replies as a whole tell: with a clock that differs from AWS's, ages and last uses are doubtful."""
        if abs(self._skew[0]) > _SKEW:
            yield gap(
                "aws.account", "clock", "unreadable",
                f"The endpoint's clock and ours differ by {round(abs(self._skew[0]) / 60)} minutes; so do ages.",
                hint="set both by NTP and re-scan",
            )  # fmt: skip

    def _checked(self, call: Call, reply: object) -> Raw | Failed:
        if isinstance(reply, Mapping) and (not call.member or any(name in reply for name in call.member)):
            return reply
        return Failed(call, weather("cut" if getattr(self._heard, "cut", False) else "malformed"))

    def _next_page(self, call: Call, pages: Iterator[Raw]) -> Raw | Failed | None:
        self._forget()
        try:
            page = next(pages, None)
        except failures() as error:
            return self._failed(call, error)
        return None if page is None else self._checked(call, page)

    def _attempts(self, call: Call) -> int:
        """How often a call is made: twice if optional, else five times, unless the person set another number."""
        attempts = self.session._session.get_config_variable("max_attempts")  # noqa: SLF001 - boto3 offers no public way
        return int(attempts or (2 if call.optional else 5))

    def _config(self, attempts: int) -> Any:
        """Standard retries: exponential, jittered."""
        from botocore.config import Config

        return Config(
            retries={"mode": "standard", "total_max_attempts": attempts},
            connect_timeout=min(CONNECT_TIMEOUT, self.timeout or CONNECT_TIMEOUT),
            read_timeout=self.timeout or READ_TIMEOUT,
            max_pool_connections=WORKERS * 2,
            user_agent_extra="keyrack",
        )


def _stops_short(page: Raw) -> bool:
    """AWS says there is more, yet gives no way to ask for it."""
    more = page.get("IsTruncated") is True or page.get("Truncated") is True
    return more and not any(page.get(name) for name in _NEXT)


def _merged(failed: Sequence[Failed], asked: int, total: int) -> Iterator[Gap]:
    by_kind: dict[str, list[Failed]] = {}
    for item in failed:
        by_kind.setdefault(item.weather.kind, []).append(item)
    for items in by_kind.values():
        rest = f", {total - asked} more not made" if asked < total else ""
        yield items[0].call.gap(items[0].weather, f"{len(items)} of {asked} calls{rest}")
