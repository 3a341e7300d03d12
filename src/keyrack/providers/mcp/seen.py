"""What a scan saw of one MCP server: replies by name of the question, documents, counts. Facts only; others judge them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, urlsplit

from keyrack.records.identity import Environment
from keyrack.sdk.fields import Raw, part, text
from keyrack.sdk.web import Page, Weather

_PAIR: Final = re.compile(r'([A-Za-z_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')
_LONGEST: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One server a person named. Tokens are named, never held: the variable or file that has one.

    ``other_token_env`` names a token issued for something else, offered to see whether the server refuses it.
    """

    url: str
    name: str = ""
    token_env: str = ""
    token_file: str = ""
    other_token_env: str = ""
    environment: Environment | None = None
    vendor: str = ""
    owner: str = ""
    query_dropped: bool = False

    @property
    def host(self) -> str:
        """Host, with the port where it is not the scheme's own."""
        return urlsplit(self.url).netloc

    @property
    def path(self) -> str:
        """Path; ``/`` at least."""
        return urlsplit(self.url).path or "/"

    @property
    def uid(self) -> str:
        """``mcp:<host>:server/<path>``."""
        return server_uid(self.url)


@dataclass(frozen=True, slots=True)
class Document:
    """A metadata document: where it was found, how (``header``, ``path``, ``root``, or the well-known name), and what it says."""

    url: str
    how: str
    body: Raw


@dataclass(frozen=True, slots=True)
class Issuer:
    """An authorization server the resource metadata names; ``document`` is ``None`` when it publishes none that we may read."""

    name: str
    document: Document | None = None
    refused: str = ""


@dataclass(slots=True)
class Tally:
    """What was counted and met while listings streamed by; examples are names, cut short."""

    counts: dict[str, int] = field(default_factory=dict)
    met: dict[str, str] = field(default_factory=dict)

    def count(self, kind: str) -> None:
        """One more of a kind."""
        self.counts[kind] = self.counts.get(kind, 0) + 1

    def meet(self, problem: str, example: str) -> None:
        """Keep the first example of a problem."""
        self.met.setdefault(problem, short(example))


@dataclass(slots=True, kw_only=True)
class Seen:
    """Everything asked of one server. ``era``: modern (2026-07-28 on), legacy (initialize), sse (2024-11-05), or empty: unknown.

    ``access`` says how its lists were read: ``open``, ``token`` or empty, when they were not.
    """

    server: Server
    secure: bool
    loopback: bool
    replies: dict[str, Page] = field(default_factory=dict)
    failed: dict[str, Weather] = field(default_factory=dict)
    era: str = ""
    version: str = ""
    versions: tuple[str, ...] = ()
    access: str = ""
    offered_token: bool = False
    resource: Document | None = None
    issuers: tuple[Issuer, ...] = ()
    sessions: tuple[str, ...] = ()
    listed: frozenset[str] = frozenset()
    tally: Tally = field(default_factory=Tally)

    @property
    def safe(self) -> bool:
        """Whether a token may be sent to it: over https, or on this machine."""
        return self.secure or self.loopback

    def status(self, question: str) -> int | None:
        """HTTP status of the reply to a question; ``None``: not asked, or no reply."""
        page = self.replies.get(question)
        return None if page is None else page.status

    def result(self, question: str) -> Raw:
        """JSON-RPC result of a reply."""
        page = self.replies.get(question)
        return {} if page is None else part(page.body, "message", "result")

    def code(self, question: str) -> int | None:
        """JSON-RPC error code of a reply."""
        page = self.replies.get(question)
        if page is None:
            return None
        value = part(page.body, "message", "error").get("code")
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def good(self, question: str) -> bool:
        """Whether a question was answered with a result."""
        page = self.replies.get(question)
        return page is not None and 200 <= page.status < 300 and "result" in part(page.body, "message")

    def challenge(self, question: str = "bare") -> Mapping[str, str] | None:
        """Parameters of a Bearer challenge (RFC 6750 section 3, RFC 9728 section 5.1); ``None``: there is none."""
        page = self.replies.get(question)
        header = "" if page is None else page.headers.get("www-authenticate", "")
        scheme, _, rest = header.strip().partition(" ")
        if scheme.lower() != "bearer":
            return None
        return {name.lower(): quoted or plain for name, quoted, plain in _PAIR.findall(rest)}

    @property
    def protected(self) -> bool:
        """Whether it asks for a token: it refused us without one, or says where tokens come from."""
        return self.status("bare") in {401, 403} or self.status("bare_list") in {401, 403} or self.resource is not None

    @property
    def capabilities(self) -> Raw:
        """What it says it offers."""
        return part(self.result("hello"), "capabilities")

    @property
    def information(self) -> Raw:
        """Its own name and version: in ``_meta`` since 2026-07-28, beside the capabilities before."""
        result = self.result("hello")
        return part(result, "_meta", "io.modelcontextprotocol/serverInfo") or part(result, "serverInfo")


def server_uid(url: str) -> str:
    """Uid of a server by its URL: ``mcp:mcp.example.com:server/mcp``; scheme, query and a closing slash do not count."""
    parts = urlsplit(url)
    return f"mcp:{parts.netloc.lower()}:server/{parts.path.strip('/')}"


def part_uid(server: Server, kind: str, name: str) -> str:
    """Uid of something a server holds; names are escaped, and long ones cut to their hash."""
    return f"mcp:{server.host}:{kind}/{server.path.strip('/')}#{safe(name)}"


def safe(name: str) -> str:
    """A name fit for a uid: printable, bounded, and still one to one."""
    escaped = quote(name.encode("utf-8", "replace"), safe=" !$'()*+,:;=@[]/")
    if len(escaped) <= _LONGEST:
        return escaped
    from hashlib import sha256

    return f"{escaped[:_LONGEST]}~{sha256(name.encode('utf-8', 'replace')).hexdigest()[:16]}"


def short(value: str, most: int = 200) -> str:
    """A text as one shown line: control characters escaped, cut, known tokens blanked."""
    from keyrack.sdk.shapes import hidden

    cut = value.encode("utf-8", "replace").decode()[: most * 2]
    plain = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in cut)
    return hidden(plain)[:most]


def name_of(raw: object) -> str:
    """The name of a listed thing; empty when it has none."""
    return text(raw, "name") or ""
