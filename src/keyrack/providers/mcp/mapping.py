"""One server, as seen, as records: itself, its authorization servers, its tools, its conformance. Pure and total."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from keyrack.providers.mcp import tools
from keyrack.providers.mcp.metadata import client_registration
from keyrack.providers.mcp.musts import Must, Verdict
from keyrack.providers.mcp.remember import Change
from keyrack.providers.mcp.seen import Issuer, Seen, Server, part_uid, short
from keyrack.records import Identity, Ownership, Record, Resource, Trust
from keyrack.records.uids import row_uid
from keyrack.sdk.fields import Raw, part, text, texts
from keyrack.sdk.web.client import loopback

_NAMES: Final = {"tool": "name", "prompt": "name", "resource": "uri", "template": "uriTemplate"}
_SHORTEST_ID: Final = 16


def server_records(seen: Seen) -> Iterator[Record]:
    """The server as an identity, who vouches for it, and whose tokens it takes."""
    server = seen.server
    yield Identity(
        uid=server.uid,
        kind="ai_agent",
        type="mcp:server",
        name=short(server.name) or f"{server.host}{server.path}".rstrip("/"),
        provider="mcp",
        scope=server.host,
        environment=server.environment,
        third_party=bool(server.vendor),
        vendor=server.vendor or None,
        attrs=_server_attrs(seen),
    )
    if server.owner:
        yield Ownership(
            uid=row_uid("own", server.uid, server.owner, "owner"),
            identity_uid=server.uid,
            owner=server.owner,
            evidence="owner",
            detail="owner in the list of servers",
        )
    for issuer in seen.issuers:
        yield _issuer(issuer, seen)
        yield _trust(issuer, seen)


def _server_attrs(seen: Seen) -> dict[str, str]:
    information = seen.information
    found = {
        "url": seen.server.url,
        "transport": "sse" if seen.era == "sse" else "http",
        "protocol": seen.version,
        "versions": ",".join(short(version, 20) for version in seen.versions),
        "software": short(text(information, "name") or "", 100),
        "version": short(text(information, "version") or "", 60),
        "open": _open(seen),
        "auth": _auth(seen),
        "challenge": "true" if seen.challenge() is not None else "",
        "scopes": " ".join(texts({} if seen.resource is None else seen.resource.body, "scopes_supported"))[:500],
        "cors": _cors(seen),
        "session_ids": session_ids(seen.sessions),
        "redirects_to": _redirect(seen),
        "instructions": ",".join(tools.suspicions({"description": text(seen.result("hello"), "instructions") or ""})),
        **{f"{kind}_listed": str(count) for kind, count in seen.tally.counts.items()},
    }
    return {name: value for name, value in found.items() if value}


def _open(seen: Seen) -> str:
    """What it shows to anybody: ``lists``, ``handshake``, or ``no``; empty when it did not answer."""
    if seen.access == "open":
        return "lists"
    if seen.good("bare") or (seen.good("hello") and not seen.offered_token):
        return "handshake"
    return "no" if seen.status("bare") in {401, 403} else ""


def _auth(seen: Seen) -> str:
    """House word for how it knows its caller; left out where it is open, which :func:`_open` says."""
    if seen.resource is not None:
        return "oauth"
    return "header" if seen.protected else ""


def _cors(seen: Seen) -> str:
    """Which web pages may read its answers: ``any``, ``reflected``, or nothing."""
    page = seen.replies.get("origin")
    allowed = "" if page is None else page.headers.get("access-control-allow-origin", "")
    return "any" if allowed == "*" else "reflected" if allowed.endswith("keyrack-probe.invalid") else ""


def _redirect(seen: Seen) -> str:
    """Where it sends clients instead of answering; ``http:`` in front of another scheme's host is a downgrade."""
    page = seen.replies.get("bare")
    if page is None or page.status not in {301, 302, 303, 307, 308}:
        return ""
    try:
        parts = urlsplit(page.headers.get("location", ""))
        return short(f"{parts.scheme}://{parts.hostname}" if parts.scheme else "another path", 120)
    except ValueError:
        return "no address"


def session_ids(found: tuple[str, ...]) -> str:
    """``weak`` when ids are short, repeat, or count up; ``strong``; empty without any (2025-11-25, session management)."""
    if not found:
        return ""
    if len(set(found)) < len(found) or min(map(len, found)) < _SHORTEST_ID or len(set("".join(found))) < 8:
        return "weak"
    same = [a for a, b in zip(found[0], found[-1], strict=False) if a == b]
    return "weak" if len(found) > 1 and len(same) > len(found[0]) - 4 else "strong"


def _issuer(issuer: Issuer, seen: Seen) -> Resource:
    body = {} if issuer.document is None else issuer.document.body
    attrs = {
        "url": issuer.name,
        "server": seen.server.uid,
        "metadata": "" if issuer.document is None else issuer.document.how,
        "registration": "" if issuer.document is None else client_registration(body),
        "pkce": ",".join(texts(body, "code_challenge_methods_supported"))[:100],
        "iss": "true"
        if body.get("authorization_response_iss_parameter_supported") is True
        else ""
        if issuer.document is None
        else "false",
        "grants": ",".join(texts(body, "grant_types_supported"))[:300],
        "client_auth": ",".join(texts(body, "token_endpoint_auth_methods_supported"))[:300],
        "resources": "true" if body.get("resource_indicators_supported") is True else "",
        "refused": issuer.refused,
    }
    return Resource(
        uid=part_uid(seen.server, "authorization-server", issuer.name),
        type="mcp:authorization-server",
        name=issuer.name,
        provider="mcp",
        scope=seen.server.host,
        environment=seen.server.environment,
        attrs={name: value for name, value in attrs.items() if value},
    )


def _trust(issuer: Issuer, seen: Seen) -> Trust:
    """Tokens of the authorization server open the server, if they are meant for it."""
    host = issuer.name.partition("://")[2] or issuer.name
    resource = short(text({} if seen.resource is None else seen.resource.body, "resource") or seen.server.url)
    return Trust(
        uid=row_uid("trust", seen.server.uid, "mcp:oauth", host),
        identity_uid=seen.server.uid,
        subject=host,
        subject_kind="federated",
        mechanism="mcp:oauth",
        issuer=host,
        audiences=[resource],
    )


def conformance_row(must: Must, verdict: Verdict, server: Server) -> Resource:
    """One requirement of the specification with its verdict."""
    return Resource(
        uid=part_uid(server, "must", must.id),
        type="mcp:must",
        name=must.id,
        provider="mcp",
        scope=server.host,
        environment=server.environment,
        attrs={
            "server": server.uid,
            "binds": must.party,
            "section": must.section,
            "requirement": must.asks,
            "verdict": verdict.result,
            "evidence": short(verdict.evidence, 300),
        },
    )


def listed(kind: str, item: Raw, server: Server, change: Change) -> Resource | None:
    """A tool, prompt, resource or template; ``None`` when it has no name."""
    name = text(item, _NAMES[kind])
    if not name:
        return None
    found = {
        "server": server.uid,
        "title": short(text(item, "title") or ""),
        "description": short(text(item, "description") or "", 500),
        "hash": change.hash,
        "previous_hash": change.before,
        "changed_at": change.at,
        "added": "true" if change.added else "",
        "suspicious": ",".join(tools.suspicions(item)),
        "parameters": ",".join(sorted(short(str(key), 60) for key in part(item, "inputSchema", "properties")))[:500],
        **(tools.claims(item) if kind == "tool" else {}),
        "writes": ("true" if tools.writes(item) else "false") if kind == "tool" else "",
    }
    return Resource(
        uid=part_uid(server, kind, name),
        type=f"mcp:{kind}",
        name=short(name),
        provider="mcp",
        scope=server.host,
        environment=server.environment,
        attrs={key: value for key, value in found.items() if value},
    )


def is_local(server: Server) -> bool:
    """Whether it answers on this machine only."""
    return loopback(urlsplit(server.url).hostname or "")


def moved(seen: Seen) -> bool:
    """Whether it sends clients elsewhere instead of answering."""
    return bool(_redirect(seen))
