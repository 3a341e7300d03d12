"""Fetch: calls go out here, and only here. Every failure comes back as data; the mapping knows nothing of HTTP."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from urllib.parse import quote, urlsplit

from keyrack.errors import KeyrackError
from keyrack.records import Gap, Record
from keyrack.sdk import Context, Probe, Progress, Secret, Target
from keyrack.sdk.fields import text
from keyrack.sdk.unique import unique
from keyrack.sdk.web import Bearer, Call, Failed, Web, by_token, connect
from keyrack_parley.mapping import records_of

WORKSPACES = Call(
    capability="parley.bots", path="/v1/workspaces", permission="workspaces.read", items=("workspaces",),
    next=by_token("next", param="cursor"), must=("workspaces",), what="workspaces",
)  # fmt: skip
BOTS = Call(
    capability="parley.bots", path="/v1/workspaces", permission="bots.read", items=("bots",), next=by_token("next", param="cursor"),
    must=("bots",), what="bots",
)  # fmt: skip
AUDIT = Call(
    capability="parley.audit", path="/v1/audit", permission="audit.read", items=("events",), must=("events",), what="audit log",
    optional=True,
)  # fmt: skip


def workspaces(target: Target, ctx: Context) -> Iterator[Target | Gap]:
    """A target for each workspace; the one named, when one is."""
    if target.options.get("workspace"):
        yield target
        return
    for item in web_of(target.options, ctx.progress).items(WORKSPACES):
        if isinstance(item, Gap):
            yield item
        elif key := text(item, "id"):
            yield Target(target.provider, target.location, {**target.options, "workspace": key})


def discover(target: Target, ctx: Context) -> Iterator[Record]:
    """Stream pages into records: memory does not grow with the number of bots."""
    return unique(_records(target, ctx))


def probe(target: Target, ctx: Context) -> Iterator[Probe]:
    """Ask for one object with each permission."""
    web = web_of(target.options, ctx.progress)
    for call in (WORKSPACES, AUDIT):
        reply = web.one(call.of(limit="1"))
        if isinstance(reply, Failed):
            said = reply.weather
            yield Probe(
                call.capability, ok=False, detail=said.sentence, permission=call.permission, hint=f"grant {call.permission}"
            )
        else:
            yield Probe(call.capability, ok=True, detail=f"{call.what} can be read")


def web_of(options: Mapping[str, str], progress: Progress | None = None) -> Web:
    """The connection that the options describe; nothing is sent yet."""
    return connect(
        options.get("endpoint", ""),
        Bearer(lambda: _token(options)),
        progress=progress,
        timeout=_seconds(options.get("timeout", "")),
        code="parley",
    )


def _records(target: Target, ctx: Context) -> Iterator[Record]:
    web = web_of(target.options, ctx.progress)
    workspace = target.options.get("workspace", "")
    scope = f"{urlsplit(target.options['endpoint']).netloc}/{workspace}"
    for item in web.items(BOTS.of(f"/v1/workspaces/{quote(workspace, safe='')}/bots")):
        if isinstance(item, Gap):
            yield item
        else:
            yield from records_of(item, scope)
    yield from web.remarks(BOTS.capability)


def _token(options: Mapping[str, str]) -> Secret:
    name = options.get("token_env") or "PARLEY_TOKEN"
    value = os.environ.get(name)
    if not value:
        raise KeyrackError("parley.token", f"the environment variable {name} holds no token", hint=f"export {name}")
    return Secret(value.encode())


def _seconds(text_: str) -> float:
    try:
        return max(0.1, float(text_ or 30))
    except ValueError:
        raise KeyrackError("parley.timeout", "the option `timeout` is no number of seconds") from None
