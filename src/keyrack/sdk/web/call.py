"""One call as data: what it asks, which permission it needs, where its list lies and how the next page is found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urljoin, urlsplit

from keyrack.records import Gap
from keyrack.sdk.fields import Raw, text
from keyrack.sdk.gaps import gap
from keyrack.sdk.web.weather import Weather


@dataclass(frozen=True, slots=True)
class Page:
    """A whole, good reply: ``body`` is its JSON (an object; a bare list comes as ``{"": [...]}``), headers in lower case.

    ``url`` is where it came from, after redirects: what relative links in it start from.
    """

    body: Raw
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    url: str = ""


Next = Callable[["Call", Page], "Call | None"]
"""The call for the page after this one; ``None`` at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One API operation.

    Attributes:
        capability: declared capability that is incomplete when the call fails.
        path: below the base URL, percent-encoded; or a whole URL of the same origin.
        permission: what to grant, in the provider's own name.
        params: query parameters.
        body: JSON to POST; ``None``: a GET.
        items: names that lead to the list in a reply; empty: the reply itself is one. ``*``: every entry of a map (zones).
        next: how the next page is found; ``None``: there is one page.
        what: what the call looks at, in a person's words; the subject of a Gap. Default: the permission.
        name: operation under which calls are counted; default: the capability.
        optional: data the person may do without: its Gaps do not make the scan incomplete.
        absent_ok: "no such thing" is an answer, not a failure.
        must: names of which a good reply has at least one; without any the reply counts as malformed.
        headers: extra headers, e.g. ``ConsistencyLevel``.
        method: HTTP method; empty: GET, or POST when there is a body.
        reads: reads replies that are no plain JSON success (an event stream, a refusal that is itself the answer): status,
            headers in lower case and body to a Page; ``None``: judged as usual.
        until: headers and body so far to whether that is all we want; for streams that the server leaves open.
    """

    capability: str
    path: str
    permission: str
    params: Mapping[str, str] = field(default_factory=dict)
    body: object = None
    items: tuple[str, ...] = ()
    next: Next | None = None
    what: str = ""
    name: str = ""
    optional: bool = False
    absent_ok: bool = False
    must: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = ""
    reads: Callable[[int, Mapping[str, str], bytes], Page | None] | None = None
    until: Callable[[Mapping[str, str], bytes | bytearray], bool] | None = None

    def of(self, path: str | None = None, **params: str) -> Call:
        """The same call with another path or more parameters."""
        return replace(self, path=self.path if path is None else path, params={**self.params, **params})

    def about(self, what: str) -> Call:
        """The same call with another subject for its Gaps."""
        return replace(self, what=what)

    def gap(self, bad: Weather, detail: str = "") -> Gap:
        """A Gap for this call; ``detail`` is added to the weather's own sentence."""
        return gap(
            self.capability,
            self.what or self.permission,
            bad.reason,
            f"{bad.sentence}{f' ({detail})' if detail else ''}.",
            permission=self.permission if bad.kind in {"denied", "unauthenticated"} else None,
            hint=bad.hint,
            incomplete=not self.optional,
        )


@dataclass(frozen=True, slots=True)
class Failed:
    """A call that brought nothing, or nothing more. ``body`` is the error reply's JSON, for the provider's eyes only."""

    call: Call
    weather: Weather
    body: Raw = field(default_factory=dict, repr=False)


def by_token(*path: str, param: str) -> Next:
    """Google's and Kubernetes' way: a token in the reply goes into a query parameter."""

    def following(call: Call, page: Page) -> Call | None:
        token = text(page.body, *path)
        return call.of(**{param: token}) if token else None

    return following


def by_url(*path: str) -> Next:
    """Microsoft's way: the reply holds the whole URL of the next page (``@odata.nextLink``, ``nextLink``)."""

    def following(call: Call, page: Page) -> Call | None:
        url = text(page.body, *path)
        return _at(call, page, url) if url else None

    return following


def by_link_header(call: Call, page: Page) -> Call | None:
    """GitHub's way: ``Link: <url>; rel="next"`` (RFC 8288)."""
    for part in page.headers.get("link", "").split(","):
        target, _, rest = part.partition(";")
        if 'rel="next"' in rest.replace("rel=next", 'rel="next"') and target.strip().startswith("<"):
            return _at(call, page, target.strip()[1:].rstrip(">"))
    return None


def _at(call: Call, page: Page, link: str) -> Call:
    """The same call at a link of its reply; one that is no URL stays as it is, and the client refuses it."""
    try:
        parts = urlsplit(urljoin(page.url, link))
        plain = parts._replace(query="", fragment="").geturl()
    except ValueError:
        return replace(call, path="http://[", params={})
    return replace(call, path=plain, params=dict(parse_qsl(parts.query, keep_blank_values=True)))
