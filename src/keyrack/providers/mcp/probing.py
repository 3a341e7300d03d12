"""What `keyrack doctor` asks: one call a server, without and with the token."""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.providers.mcp import mapping, targets, wire
from keyrack.providers.mcp.agents import CAPABILITY as AGENTS
from keyrack.providers.mcp.ask import introduce
from keyrack.providers.mcp.naming import chosen
from keyrack.providers.mcp.reach import Wires
from keyrack.providers.mcp.seen import Seen
from keyrack.records import Gap
from keyrack.sdk import Context, Probe, Target, fields

_MOST = 20


def probes(target: Target, ctx: Context) -> Iterator[Probe]:
    """One probe for each of the first servers, and one for the registry.

    Raises:
        KeyrackError: a file cannot be read, or a token that is named cannot be had.
    """
    wires = Wires(ctx, target.options)
    servers = chosen(target.options)
    try:
        for server in servers[:_MOST]:
            seen = Seen(server=server, secure=server.url.startswith("https:"), loopback=mapping.is_local(server))
            gaps = [found for found in introduce(wires.to(server.url), wires.signed(server), seen) if isinstance(found, Gap)]
            yield from _told(server.url, gaps)
    finally:
        wires.close()
    if path := target.options.get("agents", ""):
        count = len(fields.rows(targets.registry(path), "agents"))
        yield Probe(AGENTS, count > 0, f"{count} agents in the registry", None if count else "read the registry file")


def _told(url: str, gaps: list[Gap]) -> Iterator[Probe]:
    if not gaps:
        yield Probe(wire.CAPABILITY, True, f"{url} lets us in")
    for gap in gaps:
        yield Probe(wire.CAPABILITY, False, f"{url}: {gap.detail}", gap.permission, gap.hint)
