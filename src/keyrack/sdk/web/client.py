"""The client: makes calls, pages, retries and fans out; every failure is data. Thread-safe."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from ipaddress import ip_address
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from keyrack.errors import KeyrackError
from keyrack.records import Gap
from keyrack.sdk.fields import Raw, part
from keyrack.sdk.gaps import gap
from keyrack.sdk.provider import Progress, Silent
from keyrack.sdk.spending import Meter
from keyrack.sdk.web.auth import Auth, Nobody
from keyrack.sdk.web.budget import Budget
from keyrack.sdk.web.call import Call, Failed, Page
from keyrack.sdk.web.weather import Weather, weather

if TYPE_CHECKING:
    import ssl

    import httpx2

Explain = Callable[[int, Mapping[str, str], Raw], Weather | None]
"""Status, headers and error body to a better weather than the status alone tells; ``None``: the status says it all."""

MAX_PAGES, MAX_EMPTY = 50_000, 50
WORKERS = 8
PATIENCE = 120.0
"""Longest wait, in seconds, that one call accepts because a server asks for it."""
_GIVE_UP_AFTER = 16
_SKEW = 300.0


@dataclass(slots=True, kw_only=True)
class Web:
    """One signed-in connection to one API (one origin). Make it with :func:`connect`."""

    base: str
    auth: Auth
    client: httpx2.Client
    progress: Progress = field(default_factory=Silent)
    explain: Explain | None = None
    patience: float = PATIENCE
    workers: int = WORKERS
    wait: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.time
    calls: Counter[str] = field(default_factory=Counter)
    budget: Budget = field(default_factory=Budget)
    skew: float = 0.0
    dead: bool = False
    heard: bool = False
    lock: Lock = field(default_factory=Lock)

    def one(self, call: Call) -> Page | Failed:
        """Make one call, with retries."""
        from keyrack.sdk.web.exchange import exchange

        return Failed(call, weather("unreachable")) if self.dead else exchange(self, call)

    def answer(self, call: Call) -> Raw | Gap | None:
        """Body of one reply, a Gap, or ``None`` when the server says there is no such thing and that is an answer."""
        reply = self.one(call)
        if isinstance(reply, Page):
            return reply.body
        return None if call.absent_ok and reply.weather.kind == "absent" else call.gap(reply.weather)

    def pages(self, call: Call) -> Iterator[Page | Failed]:
        """Every page of a listing; a failure ends it and comes last. Repeating and endless listings are cut and said."""
        seen: set[str] = set()
        empty = 0
        current: Call | None = call
        for _ in range(MAX_PAGES):
            if current is None:
                return
            reply = self.one(current)
            if isinstance(reply, Failed):
                yield Failed(call, reply.weather, reply.body)
                return
            following = call.next(current, reply) if call.next else None
            listed = self.listed(call, reply)
            empty = 0 if listed else empty + 1
            marks = [_mark(current.path, current.params, current.body)] + ([_mark(listed)] if listed and following else [])
            if any(mark in seen for mark in marks) or empty > MAX_EMPTY:
                yield Failed(call, weather("loop"))
                return
            seen.update(marks)
            yield reply
            current = following
        yield Failed(call, weather("cut"))

    def items(self, call: Call) -> Iterator[Raw | Gap]:
        """The objects of a listing over all its pages; what failed comes as a Gap, last."""
        for page in self.pages(call):
            if isinstance(page, Page):
                yield from self.listed(call, page)
            elif not (call.absent_ok and page.weather.kind == "absent"):
                yield call.gap(page.weather)

    def listed(self, call: Call, page: Page) -> list[Raw]:
        """Objects of a page's list; a scalar comes as ``{"": value}``. A ``*`` on the way is every entry of a map."""
        if "*" in call.items:
            at = call.items.index("*")
            entries = part(page.body, *call.items[:at]).values()
            return [item for entry in entries for item in _listed(entry, call.items[at + 1 :])]
        return _listed(page.body, call.items)

    def each(
        self, calls: Sequence[Call], stage: str = "", ask: Callable[[Call], Page | Failed] | None = None
    ) -> Iterator[tuple[Call, Page] | Gap]:
        """Many calls, several at a time, in order; stops when nothing but failures come back.

        Failures end as one Gap for each reason, with counts, after the replies.
        """
        failed: list[Failed] = []
        answered = asked = 0
        with ThreadPoolExecutor(self.workers) as pool:
            queue = iter(calls)
            while batch := list(islice(queue, self.workers * 2)):
                for call, reply in zip(batch, pool.map(ask or self.one, batch), strict=True):
                    asked += 1
                    if isinstance(reply, Page):
                        answered += 1
                        yield call, reply
                    elif not (call.absent_ok and reply.weather.kind == "absent"):
                        failed.append(reply)
                if stage:
                    self.progress.update(stage, asked, len(calls))
                if not answered and len(failed) >= _GIVE_UP_AFTER:
                    break
        yield from _merged(failed, asked, len(calls))

    def each_items(self, calls: Sequence[Call], stage: str = "") -> Iterator[tuple[Call, list[Raw]] | Gap]:
        """Many listings: all objects of each, in order; a listing that failed midway keeps what came before its Gap."""

        def whole(call: Call) -> Page | Failed:
            found: list[Raw] = []
            for page in self.pages(call):
                if isinstance(page, Failed):
                    return page if not found else Page({"": found, "failed": page.weather.kind})
                found += self.listed(call, page)
            return Page({"": found})

        for item in self.each(calls, stage, whole):
            if isinstance(item, Gap):
                yield item
                continue
            call, page = item
            listed = page.body[""]
            yield call, listed if isinstance(listed, list) else []
            if kind := page.body.get("failed"):
                yield call.gap(weather(str(kind)))

    def remarks(self, capability: str) -> Iterator[Gap]:
        """What the exchange as a whole tells: a server whose clock differs makes ages and last uses doubtful."""
        if abs(self.skew) > _SKEW:
            minutes = round(abs(self.skew) / 60)
            yield gap(
                capability, "clock", "unreadable", f"The server's clock and ours differ by {minutes} minutes; so do ages.",
                hint="set both by NTP and re-scan",
            )  # fmt: skip

    def spend(self, *, calls: int = 0, waited: float = 0.0) -> None:
        """Tell whoever keeps this source's account what it cost; see :mod:`keyrack.sdk.spending`."""
        if isinstance(self.progress, Meter) and (calls or waited):
            self.progress.spend(urlsplit(self.base).netloc.rpartition("@")[2], calls=calls, waited=waited)

    def allowed(self, left: int, limit: int | None, resets: datetime | None) -> None:
        """Tell what the server says is left."""
        if isinstance(self.progress, Meter):
            self.progress.allow(urlsplit(self.base).netloc.rpartition("@")[2], left=left, limit=limit, resets=resets)

    def total(self) -> int:
        """Number of calls made so far, retries included."""
        return sum(self.calls.values())

    def url(self, call: Call) -> str | None:
        """The URL of a call; ``None`` when it leaves the origin we are signed in to."""
        return self.within(self.base.rstrip("/") + "/", call.path if "://" in call.path else call.path.lstrip("/"))

    def within(self, here: str, there: str) -> str | None:
        """A reference seen ``here`` as a whole URL (RFC 3986 section 5); ``None`` when it leaves the origin or names a user."""
        try:
            url = urljoin(here, there)
            ours = origin(url) == origin(self.base) and "@" not in urlsplit(url).netloc
        except ValueError:
            return None
        return url if ours else None


def connect(
    base: str,
    auth: Auth,
    *,
    progress: Progress | None = None,
    explain: Explain | None = None,
    headers: Mapping[str, str] | None = None,
    verify: bool | str | ssl.SSLContext = True,
    timeout: float = 30.0,
    code: str = "web",
) -> Web:
    """A connection to one API; nothing is sent yet.

    Raises:
        KeyrackError: the address is no URL, or would carry a token over plain http to another machine.
    """
    import ssl

    import httpx2
    import stamina.instrumentation

    stamina.instrumentation.set_on_retry_hooks([])  # a retry is told by its outcome; the log would quote our words for it
    try:
        parts = urlsplit(base)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname)
        plain = parts.scheme == "http" and not loopback(parts.hostname or "") and not isinstance(auth, Nobody)
    except ValueError:
        good, plain = False, False
    if not good:
        raise KeyrackError(f"{code}.address", "the address is no http or https URL", hint="write it as https://host[:port]")
    if plain:
        raise KeyrackError(f"{code}.plain_http", "the address is plain http on another machine", hint="use https")
    context = ssl.create_default_context(cafile=verify) if isinstance(verify, str) else verify
    client = httpx2.Client(
        verify=context,
        timeout=httpx2.Timeout(timeout, connect=5.0),
        headers={"User-Agent": "keyrack", "Accept": "application/json", **(headers or {})},
        limits=httpx2.Limits(max_connections=WORKERS * 2),
        trust_env=not loopback(parts.hostname or ""),
    )
    return Web(base=base, auth=auth, client=client, progress=progress or Silent(), explain=explain)


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port of a URL (RFC 6454)."""
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def loopback(host: str) -> bool:
    """Whether a host name means this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _listed(body: object, path: tuple[str, ...]) -> list[Raw]:
    value = part(body, *path[:-1]).get(path[-1] if path else "")
    listed = value if isinstance(value, list) else []
    return [item if isinstance(item, Mapping) else {"": item} for item in listed]


def _mark(*parts: object) -> str:
    import msgspec

    return sha256(msgspec.json.encode(parts, order="sorted")).hexdigest()


def _merged(failed: Sequence[Failed], asked: int, total: int) -> Iterator[Gap]:
    by_kind: dict[str, list[Failed]] = {}
    for item in failed:
        by_kind.setdefault(item.weather.kind, []).append(item)
    for items in by_kind.values():
        rest = f", {total - asked} more not made" if asked < total else ""
        yield items[0].call.gap(items[0].weather, f"{len(items)} of {asked} calls{rest}")
