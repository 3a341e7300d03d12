"""Entra ID and Azure: one tenant through Microsoft Graph, Resource Graph and Resource Manager. Cheap to import."""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.providers.entra.capabilities import MANIFEST
from keyrack.records import Record
from keyrack.sdk import Context, Manifest, Probe, Source, Target
from keyrack.sdk.unique import unique


class Entra:
    """The provider; stateless, so one object serves all scans."""

    @property
    def manifest(self) -> Manifest:
        """What it sees and needs."""
        return MANIFEST

    def source(self, target: Target, ctx: Context) -> Source:
        """Name the tenant: from the option, the token, or one call.

        Raises:
            KeyrackError: no way to sign in, or no tenant.
        """
        from keyrack.providers.entra.session import connections, tenant_of

        tenant = tenant_of(target, connections(target, ctx.progress).graph)
        return Source(f"entra:{tenant.id}", f"Entra tenant {tenant.id}")

    def discover(self, target: Target, ctx: Context) -> Iterator[Record]:
        """Records and Gaps of the tenant and its Azure.

        Raises:
            KeyrackError: no way to sign in, or no tenant.
        """
        from keyrack.providers.entra.discover import discover_all
        from keyrack.providers.entra.session import connections, tenant_of

        session = connections(target, ctx.progress)
        yield from unique(discover_all(session, tenant_of(target, session.graph), target.options, ctx))

    def probe(self, target: Target, ctx: Context) -> Iterator[Probe]:
        """One cheap call for each permission.

        Raises:
            KeyrackError: no way to sign in, or no tenant.
        """
        from keyrack.providers.entra.probe import probe
        from keyrack.providers.entra.session import connections

        yield from probe(connections(target, ctx.progress))


provider = Entra()
