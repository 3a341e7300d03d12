"""MCP servers over streamable HTTP, their authorization servers and agent cards: many hosts behind one loopback port.

From the specification 2026-07-28 (basic/transports/streamable-http, basic/authorization, server/tools), 2025-11-25 for handshake
and sessions, RFC 9728, RFC 8414 and the A2A specification. A request is for the host that ``Forwarded`` names (RFC 7239), as a
gateway would say it; without, for wherever the fake is served. Each server can be wrong in any one way.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from keyrack_estate.fakes.mcp_state import JSON, LEGACY, MODERN, Card, Issuer, Site
from keyrack_estate.fakes.server import Answer, Fake, Request

_META = "io.modelcontextprotocol/"
_ODD_CODE = -32099


@dataclass
class Mcp(Fake):
    """The whole world of it. ``tokens`` maps a bearer token to its audience: the URL of a server."""

    sites: list[Site] = field(default_factory=list)
    issuers: list[Issuer] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    index: dict[str, Callable[[Request, str], Answer]] = field(default_factory=dict, repr=False)

    def answer(self, request: Request) -> Answer:
        """Route by host and path."""
        base = _base(request)
        with self.lock:
            if not self.index or "\0" + base not in self.index:
                self._indexed(base)
            handler = self.index.get(base + request.path.rstrip("/"))
            self.calls[f"{request.method} {request.path}"] += 1
            return handler(request, base) if handler else Answer({"error": "not_found"}, 404)

    def refresh(self) -> None:
        """Take in servers added since the last request."""
        with self.lock:
            self.index.clear()

    def _indexed(self, base: str) -> None:
        self.index["\0" + base] = lambda _, __: Answer(None, 404)
        for site in self.sites:
            self._index_site(site, base)
        for issuer in self.issuers:
            if not issuer.silent:
                self._index_issuer(issuer, base)
        for card in self.cards:
            self.index[card.at(base)] = partial(_shown, card)

    def _index_site(self, site: Site, base: str) -> None:
        url = site.at(base)
        self.index[url.rstrip("/")] = lambda request, base: self.asked(site, request, base)
        if site.issuer and not site.has("resource-metadata"):
            parts = urlsplit(url)
            well_known = f"{parts.scheme}://{parts.netloc}/.well-known/oauth-protected-resource{parts.path.rstrip('/')}"
            self.index[well_known] = lambda _, base: Answer(self.resource(site, base))

    def _index_issuer(self, issuer: Issuer, base: str) -> None:
        url = issuer.at(base)
        parts = urlsplit(url)
        origin, path = f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")

        def document(request: Request, base: str) -> Answer:
            del request
            return Answer(issuer.metadata(base))

        if not issuer.openid:
            self.index[f"{origin}/.well-known/oauth-authorization-server{path}"] = document
        self.index[f"{origin}{path}/.well-known/openid-configuration"] = document
        self.index[f"{url}/token"] = self.minted

    def minted(self, request: Request, base: str) -> Answer:
        """A token for the ``resource`` asked for (RFC 8707), by client credentials."""
        del base
        body = request.body if isinstance(request.body, dict) else {}
        if body.get("grant_type") != "client_credentials" or not body.get("resource"):
            return Answer({"error": "invalid_request"}, 400)
        token = secrets.token_urlsafe(24)
        self.tokens[token] = str(body["resource"])
        return Answer({"access_token": token, "token_type": "Bearer", "expires_in": 3600})

    def resource(self, site: Site, base: str) -> JSON:
        """Protected resource metadata of a server (RFC 9728)."""
        issuer = site.issuer if "://" in site.issuer else base + site.issuer
        return {
            "resource": "https://elsewhere.example/mcp" if site.has("resource-metadata-matches") else site.at(base),
            "authorization_servers": [] if site.has("resource-metadata-servers") else [issuer],
            "scopes_supported": list(site.scopes),
            "bearer_methods_supported": ["header"],
        }

    def asked(self, site: Site, request: Request, base: str) -> Answer:
        """One request to an MCP server: origin, token, then the message."""
        body = request.body if isinstance(request.body, dict) else {}
        site.calls[str(body.get("method") or request.method)] += 1
        if site.has("moved"):
            return Answer(None, 308, (("Location", site.at(base).replace("https:", "http:")),))
        if site.has("html"):
            return Answer(b"<html>Sign in</html>", 200, content_type="text/html")
        if request.headers.get("origin") and not site.has("origin-checked"):
            return Answer({"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "Origin"}}, 403)
        if site.issuer and not (site.has("lists-open") and body.get("method") != "tools/call"):
            refusal = self.refused(site, request, base)
            if refusal is not None:
                return refusal
        if site.has("sse"):
            return _old(request)
        older = site.has("legacy", "discover-implemented") or (site.has("dual") and _is_older(request, body))
        reply = (_handshake if older else _modern)(self, site, request, body)
        cors = (("Access-Control-Allow-Origin", "*"),) if site.has("cors") else ()
        return Answer(reply.body, reply.status, (*reply.headers, *cors), reply.content_type)

    def refused(self, site: Site, request: Request, base: str) -> Answer | None:
        """401 with a challenge, or ``None``: the token is ours, or a fault lets it pass."""
        token = request.token
        if not token and site.has("token-not-in-query"):
            token = request.query.get("access_token", "")
        known = self.tokens.get(token)
        if token and (site.has("token-checked") or known == site.at(base) or (known and site.has("token-audience"))):
            return None
        parts = urlsplit(site.at(base))
        where = f"{parts.scheme}://{parts.netloc}/.well-known/oauth-protected-resource{parts.path.rstrip('/')}"
        error = 'error="invalid_token", ' if token else ""
        told = "" if site.has("resource-metadata") else f', resource_metadata="{where}"'
        header = (("WWW-Authenticate", f'Bearer {error}scope="{" ".join(site.scopes)}"{told}'),)
        status = 403 if site.has("unauthorized-status") and not token else 401
        return Answer({"error": "invalid_token"}, status, () if site.has("unauthorized-challenge") else header)

    def listing(self, site: Site, method: str, cursor: str | None) -> JSON | None:
        """A page of a list; ``None``: there is no such list."""
        field_, items = {
            "tools/list": ("tools", site.tools),
            "prompts/list": ("prompts", site.prompts),
            "resources/list": ("resources", site.resources),
            "resources/templates/list": ("resourceTemplates", []),
        }.get(method, ("", []))
        if not field_:
            return None
        page, following = self.paged(_wrong(site, items) if field_ == "tools" else items, cursor)
        if field_ == "tools" and cursor is None and site.has("tools-same-for-all"):
            page = [*page, {"name": f"extra_{site.calls[method]}", "inputSchema": {"type": "object"}}]
        return {field_: page, **({"nextCursor": following} if following else {})}


def _base(request: Request) -> str:
    told = dict(pair.split("=", 1) for pair in request.headers.get("forwarded", "").split(";") if "=" in pair)
    return f"{told['proto']}://{told['host'].strip(chr(34))}" if "host" in told and "proto" in told else request.base


def _wrong(site: Site, items: list[JSON]) -> list[JSON]:
    """The tools, with one spoilt by a fault."""
    if site.has("tool-input-schema"):
        return [*items, {"name": "broken", "inputSchema": None}]
    if site.has("tool-header-names"):
        twice = {"type": "string", "x-mcp-header": "Region"}
        return [*items, {"name": "broken", "inputSchema": {"type": "object", "properties": {"a": twice, "b": twice}}}]
    return items


def _shown(card: Card, request: Request, base: str) -> Answer:
    del request, base
    return Answer(card.document)


def _modern(fake: Mcp, site: Site, request: Request, body: JSON) -> Answer:
    """2026-07-28: every request stands alone."""
    if request.method != "POST":
        return Answer(None, 405, (("Allow", "POST"),))
    if "id" not in body:
        return Answer({"ok": True}) if site.has("notification-acknowledged") else Answer(b"", 202)
    bad = _invalid(site, request, body, _params(body))
    return bad if bad is not None else _called(fake, site, body)


def _called(fake: Mcp, site: Site, body: JSON) -> Answer:
    method, cursor = str(body.get("method")), _params(body).get("cursor")
    if method == "server/discover":
        return _result(site, body, _discovered(site))
    if method == "tools/list" and site.has("tools-answered"):
        return _error(site, body, 200, -32603)
    if method == "tools/list" and site.has("stateless") and site.calls[method] > 1 and cursor is None:
        return _error(site, body, 400, -32600)
    found = fake.listing(site, method, cursor)
    if found is None:
        return _error(site, body, 200 if site.has("method-unknown") else 404, -32601)
    lasting = {} if site.has("tools-cacheable") else {"ttlMs": 60_000, "cacheScope": "private"}
    return _result(site, body, {**found, **lasting})


def _is_older(request: Request, body: JSON) -> bool:
    """Whether a message is of the handshake's era: by its version header, or ``initialize`` itself."""
    return body.get("method") == "initialize" or request.headers.get("mcp-protocol-version", MODERN) == LEGACY


def _params(body: JSON) -> JSON:
    params = body.get("params")
    return params if isinstance(params, dict) else {}


def _invalid(site: Site, request: Request, body: JSON, params: Any) -> Answer | None:
    """What server validation refuses, in the order of the official SDK."""
    meta = params.get("_meta") if isinstance(params.get("_meta"), dict) else {}
    stated, method = meta.get(f"{_META}protocolVersion"), str(body.get("method"))
    if stated is None and not site.has("meta-required"):
        return _error(site, body, 400, -32602)
    version, named = request.headers.get("mcp-protocol-version"), request.headers.get("mcp-method")
    if site.has("header-names-any-case") and not {"MCP-Protocol-Version", "mcp-protocol-version"} & request.spelled:
        version = None
    if version is None and not site.has("version-header"):
        return _error(site, body, 400, _ODD_CODE if site.has("error-codes") else -32020)
    if named is None and not site.has("header-missing-refused"):
        return (
            Answer(b"<p>bad</p>", 400, content_type="text/html")
            if site.has("reply-content-type")
            else _error(site, body, 400, -32020)
        )
    if named not in {None, method} and not site.has("header-mismatch-refused"):
        return _error(site, body, 400, -32600 if site.has("header-mismatch-words") else -32020)
    if stated not in {None, MODERN} and not site.has("version-unsupported"):
        return _error(site, body, 400, -32022, {"supported": [MODERN], "requested": stated})
    return None


def _discovered(site: Site) -> JSON:
    return {
        "supportedVersions": [MODERN, *([LEGACY] if site.has("dual") else [])],
        "capabilities": site.capabilities(),
        "ttlMs": 60_000,
        "cacheScope": "public",
        **({"instructions": site.instructions} if site.instructions else {}),
    }


def _result(site: Site, body: JSON, result: JSON) -> Answer:
    meta = {
        f"{_META}serverInfo": {"name": site.name, "version": "1.4.0"},
        **({"bad key!": 1} if site.has("meta-key-names") else {}),
    }
    whole = {**({} if site.has("result-type") else {"resultType": "complete"}), **result, "_meta": meta}
    message = {"jsonrpc": "2.0", "id": body.get("id"), "result": whole}
    extra: list[JSON] = []
    if site.has("stream-without-requests"):
        extra.append({"jsonrpc": "2.0", "id": "s1", "method": "sampling/createMessage", "params": {}})
    if site.has("log-only-when-asked"):
        extra.append({"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "info", "data": "listing"}})
    if not extra and not site.has("stream"):
        return Answer(message)
    events = b": keep-alive\r\n\r\n" + b"".join(
        b"event: message\r\ndata: " + json.dumps(m).encode() + b"\r\n\r\n" for m in (*extra, message)
    )
    return Answer(events, 200, content_type="text/event-stream")


def _error(site: Site, body: JSON, status: int, code: int, data: JSON | None = None) -> Answer:
    words: Any = None if site.has("error-form") and code == -32601 else "refused"
    error = {"code": code, "message": words, **({"data": data} if data else {})}
    wrong = site.has("response-id") and code == -32601
    message = {"jsonrpc": "2.0", "id": 99 if wrong else body.get("id"), "error": error}
    if site.has("json-rpc-form") and code == -32601:
        del message["jsonrpc"]
    return Answer(message, status)


def _handshake(fake: Mcp, site: Site, request: Request, body: JSON) -> Answer:
    """2025-11-25: ``initialize`` first, then its session on every request."""
    method = body.get("method")
    session = request.headers.get("mcp-session-id", "")
    if request.method == "DELETE":
        site.ended.add(session)
        return Answer(None, 204)
    if method == "initialize":
        result = {
            "protocolVersion": LEGACY,
            "capabilities": site.capabilities(),
            "serverInfo": {"name": site.name, "version": "0.9"},
        }
        made = f"session-{len(site.sessions) + 1}" if site.has("weak-sessions") else secrets.token_hex(16)
        site.sessions.append(made)
        headers = () if site.has("no-sessions") else (("Mcp-Session-Id", made),)
        return Answer({"jsonrpc": "2.0", "id": body.get("id"), "result": result}, 200, headers)
    if not site.has("no-sessions") and (session not in site.sessions or session in site.ended):
        return Answer(
            {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "Missing session"}}, 400 if not session else 404
        )
    if "id" not in body:
        return Answer(b"", 202)
    found = fake.listing(site, str(method), _params(body).get("cursor"))
    if found is None:
        return Answer({"jsonrpc": "2.0", "id": body.get("id"), "error": {"code": -32601, "message": "Method not found"}})
    return Answer({"jsonrpc": "2.0", "id": body.get("id"), "result": found})


def _old(request: Request) -> Answer:
    """HTTP+SSE of 2024-11-05: a GET opens the stream, whose first event names the place to POST to."""
    if request.method != "GET":
        return Answer(None, 405, (("Allow", "GET"),))
    return Answer(b"event: endpoint\r\ndata: /messages?session=1\r\n\r\n", 200, content_type="text/event-stream")
