"""Where a server says its tokens come from: protected resource metadata, and the metadata of each authorization server.

RFC 9728 sections 3 and 5.1, RFC 8414 section 3.1 and 5, OpenID Connect Discovery 1.0 section 4, in the order that the MCP
specification asks of clients (basic/authorization/authorization-server-discovery).
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from typing import Final, Protocol
from urllib.parse import urlsplit

from keyrack.providers.mcp.seen import Document, Issuer, Seen, short
from keyrack.records import Gap
from keyrack.sdk import gap
from keyrack.sdk.fields import text, texts
from keyrack.sdk.web import Call, Page, Web

CAPABILITY: Final = "mcp.authorization"
_MOST: Final = 5
"""Authorization servers asked for one server; who names more is not asked about the rest, and that is said."""
_NOT_THERE: Final = frozenset({"absent", "denied", "unauthenticated", "malformed", "odd", "moved", "gone", "expired"})
"""Failures that mean: no such document here; try the next place."""


class Reach(Protocol):
    """Connections by URL."""

    def to(self, url: str) -> Web:
        """The connection to the origin of a URL.

        Raises:
            KeyrackError: the URL is no address we may call.
        """
        ...

    def refusal(self, url: str, server: str) -> str:
        """Why a derived address is not asked; empty when it may be."""
        ...


def resource(reach: Reach, seen: Seen) -> Iterator[Gap]:
    """Find the protected resource metadata and keep it in ``seen``; a Gap when we may not or could not look."""
    for url, how in resource_places(seen.server.url, (seen.challenge() or {}).get("resource_metadata", "")):
        found = yield from _fetched(reach, seen, url, how)
        if found is not None:
            seen.resource = found
            return


def issuers(reach: Reach, seen: Seen) -> Iterator[Gap]:
    """Fetch the metadata of each authorization server that the resource metadata names."""
    named = list(dict.fromkeys(texts({} if seen.resource is None else seen.resource.body, "authorization_servers")))
    known: list[Issuer] = []
    for name in named[:_MOST]:
        if refused := reach.refusal(name, seen.server.url):
            known.append(Issuer(short(name), refused=refused))
            yield _kept_away(name, refused)
            continue
        document: Document | None = None
        for url, how in issuer_places(name):
            document = yield from _fetched(reach, seen, url, how)
            if document is not None:
                break
        known.append(Issuer(short(name), document))
    if len(named) > _MOST:
        yield gap(CAPABILITY, seen.server.url, "too_large", f"It names {len(named)} authorization servers; {_MOST} were asked.")
    seen.issuers = tuple(known)


def resource_places(server: str, told: str) -> Sequence[tuple[str, str]]:
    """Where resource metadata may lie: where the challenge says, else the well-known address of the path, then of the root."""
    parts = urlsplit(server)
    root = f"{parts.scheme}://{parts.netloc}/.well-known/oauth-protected-resource"
    path = parts.path.rstrip("/")
    places = [(told, "header")] if told else []
    places += [(f"{root}{path}", "path")] if path else []
    return [*places, (root, "root")]


def issuer_places(issuer: str) -> Sequence[tuple[str, str]]:
    """Where an authorization server's metadata may lie, in the order clients must try."""
    parts = urlsplit(issuer)
    origin, path = f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")
    places = [
        (f"{origin}/.well-known/oauth-authorization-server{path}", "oauth"),
        (f"{origin}/.well-known/openid-configuration{path}", "openid"),
    ]
    return [*places, (f"{origin}{path}/.well-known/openid-configuration", "openid")] if path else places


def _fetched(reach: Reach, seen: Seen, url: str, how: str) -> Generator[Gap, None, Document | None]:
    """The document at a place, ``None`` when there is none; Gaps on the way."""
    if refused := reach.refusal(url, seen.server.url):
        yield _kept_away(url, refused)
        return None
    web = reach.to(url)
    call = Call(capability=CAPABILITY, path=url_path(url), permission="https to the metadata address", name="mcp.metadata")
    reply = web.one(call)
    if isinstance(reply, Page):
        return Document(short(url), how, reply.body)
    if reply.weather.kind not in _NOT_THERE:
        seen.failed[CAPABILITY] = reply.weather
        yield call.about(short(url)).gap(reply.weather)
    return None


def url_path(url: str) -> str:
    """Path and query of a URL."""
    parts = urlsplit(url)
    return f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"


def _kept_away(url: str, why: str) -> Gap:
    return gap(
        CAPABILITY,
        short(url),
        "unsupported",
        f"The server names this address, and it was not asked: {why}.",
        hint="a client that follows it could be led to internal systems; correct the server's metadata",
    )


def client_registration(body: object) -> str:
    """How clients come into being: ``documents`` (Client ID Metadata Documents), ``dynamic`` (RFC 7591), both, or ``none``."""
    ways = ["documents"] if _true(body, "client_id_metadata_document_supported") else []
    ways += ["dynamic"] if text(body, "registration_endpoint") else []
    return ",".join(ways) or "none"


def _true(body: object, name: str) -> bool:
    return isinstance(body, dict) and body.get(name) is True
