"""One scan: each server is asked in turn, its lists stream by, and what was seen becomes records."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from keyrack.errors import KeyrackError
from keyrack.providers.mcp import ask, mapping, metadata, remember, targets, tools, wire
from keyrack.providers.mcp.agents import Book, registry_records
from keyrack.providers.mcp.ask import Voice
from keyrack.providers.mcp.cards import CAPABILITY as CARDS
from keyrack.providers.mcp.cards import card_records
from keyrack.providers.mcp.leaks import leaked
from keyrack.providers.mcp.musts import conformance
from keyrack.providers.mcp.naming import chosen
from keyrack.providers.mcp.reach import Wires
from keyrack.providers.mcp.seen import Seen, Server
from keyrack.records import Gap, Record
from keyrack.sdk import Context, Target, gap
from keyrack.sdk.fields import part, text
from keyrack.sdk.web import Call, Failed, Page, weather

LISTS: Final = (
    ("tool", "tools/list", "tools"),
    ("prompt", "prompts/list", "prompts"),
    ("resource", "resources/list", "resources"),
    ("template", "resources/templates/list", "resourceTemplates"),
)
_NO_METHOD: Final = -32601
_NEEDS: Final = {"prompt": "prompts", "resource": "resources", "template": "resources"}


def discover(target: Target, ctx: Context) -> Iterator[Record]:
    """Records and Gaps of every server, card and registry of the target.

    Raises:
        KeyrackError: an option or a file is wrong, a token that is named cannot be had, or nothing was named at all.
    """
    options = target.options
    servers, cards = chosen(options), targets.cards(options)
    registry = options.get("agents", "")
    if not (servers or cards or registry):
        raise KeyrackError(
            "mcp.nothing",
            "no MCP server, agent card or registry of agents is named",
            hint="give --mcp-servers URL[,URL] or a file, --mcp-cards, or --mcp-agents FILE",
        )
    wires = Wires(ctx, options)
    try:
        for number, server in enumerate(servers):
            ctx.progress.update("MCP servers", number, len(servers))
            yield from _server(server, wires)
        for url in cards:
            yield from _card(url, wires)
        if registry:
            yield from _registry(registry, ctx)
        for web in wires.skewed():
            yield from web.remarks(wire.CAPABILITY if servers else CARDS)
    finally:
        wires.close()


def _server(server: Server, wires: Wires) -> Iterator[Record]:
    seen = Seen(server=server, secure=server.url.startswith("https:"), loopback=mapping.is_local(server))
    yield from _remarks(server, seen)
    anonymous, signed = wires.to(server.url), wires.signed(server) if seen.safe else None
    voice: Voice | None = None
    for found in ask.introduce(anonymous, signed, seen):
        if isinstance(found, Voice):
            voice = found
        else:
            yield found
    if "bare" not in seen.replies:
        return
    if voice is not None:
        yield from Visit(seen, wires).lists(voice)
    yield from _authorization(voice, wires, seen)
    if voice is not None:
        ask.leave(voice)
    if seen.era or seen.protected or mapping.moved(seen):
        yield from mapping.server_records(seen)
        for must, verdict in conformance(seen):
            yield mapping.conformance_row(must, verdict, server)


def _remarks(server: Server, seen: Seen) -> Iterator[Gap]:
    """What the person should know of how the server was named."""
    if server.query_dropped:
        yield gap(
            wire.CAPABILITY,
            server.url,
            "unsupported",
            "The address was given with a query, which may hold a token; it was asked without.",
            hint="name the token's variable instead",
            incomplete=False,
        )
    if not seen.safe and (server.token_file or server.token_env):
        yield gap(
            wire.CAPABILITY,
            f"{server.url} (token)",
            "unsupported",
            "The server is plain http on another machine, so our token was not sent to it.",
            hint="serve it over https",
            incomplete=False,
        )


def _authorization(voice: Voice | None, wires: Wires, seen: Seen) -> Iterator[Gap]:
    """Questions that a caller must be refused for, and where tokens come from."""
    anonymous = wires.to(seen.server.url)
    if voice is not None and seen.era == "modern":
        ask.manners(voice, seen)
    ask.foreign_page(anonymous, voice, seen)
    yield from metadata.resource(wires, seen)
    yield from metadata.issuers(wires, seen)
    if seen.protected:
        ask.tokens(anonymous, wires.other(seen.server) if seen.safe else None, seen)


@dataclass(slots=True)
class Visit:
    """The lists of one server, streamed: a page at a time is held, never a list."""

    seen: Seen
    wires: Wires

    def lists(self, voice: Voice) -> Iterator[Record]:
        """Tools, prompts, resources and templates, and secrets written into them."""
        album = remember.Album.of(self.wires.ctx.memory, self.seen.server.uid, self.wires.ctx.now)
        whole = True
        for kind, method, field in LISTS:
            if kind in _NEEDS and _NEEDS[kind] not in self.seen.capabilities:
                continue
            whole &= yield from self._list(voice, (kind, method, field), album)
        if album.overflown:
            yield gap(
                wire.CAPABILITY,
                self.seen.server.url,
                "too_large",
                f"It lists more than {remember.MOST} things; the rest is not compared with earlier runs.",
                incomplete=False,
            )
        if not whole:
            album.new = {**album.old, **album.new}
        album.keep()
        if self.seen.good("list"):
            again = replace(voice, web=self.wires.to(self.seen.server.url, voice.web.auth, "another connection"))
            ask.keep(self.seen, "again", again.web.one(replace(again.call("tools/list"), name="mcp.probe", next=None)))

    def _list(self, voice: Voice, what: tuple[str, str, str], album: remember.Album) -> Generator[Record, None, bool]:
        """One list; whether it was read to its end."""
        kind, method, field = what
        call = replace(voice.call(method), items=("message", "result", field)).about(f"{method} of {self.seen.server.url}")
        first = True
        for page in voice.web.pages(call):
            if first and kind == "tool":
                ask.keep(self.seen, "list", page)
            if isinstance(page, Failed):
                yield call.gap(page.weather)
                return False
            if "result" not in part(page.body, "message"):
                again = yield from self._refused(voice, page, what, album) if first else self._cut(call)
                return again
            if first and kind == "tool":
                self.seen.access = "token" if voice.signed else "open"
            first = False
            for item in voice.web.listed(call, page):
                yield from self._item(kind, item, album)
        return True

    def _item(self, kind: str, item: object, album: remember.Album) -> Iterator[Record]:
        raw = part({"": item}, "")
        if kind == "tool":
            tools.weigh(raw, self.seen.tally)
        else:
            self.seen.tally.count(f"{kind}s")
        name = text(raw, "name") or text(raw, "uri") or text(raw, "uriTemplate") or ""
        found = mapping.listed(kind, raw, self.seen.server, album.compare(f"{kind}:{name}"[:200], tools.digest(raw)))
        if found is not None:
            yield found
            yield from leaked(raw, found, self.seen, self.wires.ctx.fingerprint)

    def _refused(
        self, voice: Voice, page: Page, what: tuple[str, str, str], album: remember.Album
    ) -> Generator[Record, None, bool]:
        """A list that was refused: with our token, if we have one and did not use it; else it is not offered, or not to us."""
        signed = self.wires.signed(self.seen.server)
        if page.status in {401, 403} and signed is not None and not voice.signed:
            if what[0] == "tool":
                self.seen.replies["bare_list"] = page
            self.seen.offered_token = True
            voice.web, voice.signed = signed, True
            return (yield from self._list(voice, what, album))
        if page.status in {401, 403}:
            if what[0] == "tool":
                self.seen.replies["bare_list"] = page
            yield gap(
                wire.CAPABILITY,
                f"{what[1]} of {self.seen.server.url}",
                "denied",
                "The server did not let us list them.",
                permission=wire.PERMISSION,
                hint="name a token for this server",
                incomplete=voice.signed,
            )
            return False
        return part(page.body, "message", "error").get("code") == _NO_METHOD

    @staticmethod
    def _cut(call: Call) -> Generator[Record, None, bool]:
        yield call.gap(weather("cut"))
        return False


def _card(url: str, wires: Wires) -> Iterator[Record]:
    call = Call(
        capability=CARDS,
        path=metadata.url_path(url),
        permission="https to the agent card",
        what=url,
        must=("name", "skills", "url"),
        name="mcp.card",
    )
    reply = wires.to(url).one(call)
    if isinstance(reply, Page):
        yield from card_records(reply.body, url)
    else:
        yield call.gap(reply.weather)


def _registry(path: str, ctx: Context) -> Iterator[Record]:
    document = targets.registry(path)
    scope = (text(document, "organisation") or text(document, "organization") or Path(path).stem).lower().replace("/", "-")[:100]
    yield from registry_records(document, Book(scope, path, ctx))
