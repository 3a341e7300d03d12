"""MCP servers over HTTP, agent cards and a registry of agents. Read-only: no tool is called, no client registered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from keyrack.providers.mcp.capabilities import MANIFEST
from keyrack.records import Gap, Record
from keyrack.sdk import Context, Manifest, Probe, Source, Target
from keyrack.sdk.unique import unique


class Mcp:
    """The provider; stateless, so one object serves all scans."""

    @property
    def manifest(self) -> Manifest:
        """What it sees and needs."""
        return MANIFEST

    def source(self, target: Target, ctx: Context) -> Source:
        """Name what is scanned, by the hosts, cards and registry that were named; no call is made.

        Raises:
            KeyrackError: nothing is named, or a file cannot be read.
        """
        del ctx
        from keyrack.providers.mcp.naming import source

        return source(target)

    def expand(self, target: Target, ctx: Context) -> Iterator[Target | Gap]:
        """One target for each host, so that one that is down hides no other; one for the cards, one for the registry.

        Raises:
            KeyrackError: nothing is named, or a file cannot be read.
        """
        del ctx
        from keyrack.providers.mcp.naming import parts

        for options in parts(target):
            yield replace(target, options=options)

    def discover(self, target: Target, ctx: Context) -> Iterator[Record]:
        """Records and Gaps of the servers, cards and registry named.

        Raises:
            KeyrackError: nothing is named, a file cannot be read, or a token that is named cannot be had.
        """
        from keyrack.providers.mcp.discover import discover

        yield from unique(discover(target, ctx))

    def probe(self, target: Target, ctx: Context) -> Iterator[Probe]:
        """For each server one call: does it answer, and does it let us in.

        Raises:
            KeyrackError: as :meth:`discover`.
        """
        from keyrack.providers.mcp.probing import probes

        yield from probes(target, ctx)


provider = Mcp()
