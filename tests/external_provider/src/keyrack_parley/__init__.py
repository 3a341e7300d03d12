"""Parley: bots and their tokens, workspace by workspace. Importing this loads no library."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from keyrack.errors import KeyrackError
from keyrack.records import Gap, Record
from keyrack.sdk import Context, Manifest, Probe, Source, Target
from keyrack_parley.capabilities import MANIFEST


class Parley:
    """The provider; see :class:`keyrack.sdk.Provider` for what each method promises."""

    manifest: Manifest = MANIFEST

    def source(self, target: Target, ctx: Context) -> Source:
        """Name the source after its host and workspace."""
        del ctx
        host = urlsplit(target.options.get("endpoint", "")).netloc
        if not host:
            raise KeyrackError("parley.endpoint", "no address of Parley is given", hint="set the option `endpoint`")
        workspace = target.options.get("workspace", "all")
        return Source(f"parley:{host}/{workspace}", f"Parley {workspace}")

    def expand(self, target: Target, ctx: Context) -> Iterator[Target | Gap]:
        """Every workspace, unless one is named."""
        from keyrack_parley.discover import workspaces

        return workspaces(target, ctx)

    def discover(self, target: Target, ctx: Context) -> Iterator[Record]:
        """Every bot and token of a workspace; what could not be seen is a Gap."""
        from keyrack_parley.discover import discover

        return discover(target, ctx)

    def probe(self, target: Target, ctx: Context) -> Iterator[Probe]:
        """One cheap call for each permission."""
        from keyrack_parley.discover import probe

        return probe(target, ctx)


provider = Parley()
