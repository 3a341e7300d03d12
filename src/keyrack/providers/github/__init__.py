"""GitHub, one organisation a source: its settings, Apps, tokens, keys, secrets; its audit log as usage. Cheap to import."""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.providers.github.capabilities import MANIFEST
from keyrack.records import Gap, Record
from keyrack.sdk import Context, Manifest, Probe, Source, Target
from keyrack.sdk.unique import unique


class GitHub:
    """The provider; stateless, so one object serves all scans."""

    @property
    def manifest(self) -> Manifest:
        """What it sees and needs."""
        return MANIFEST

    def source(self, target: Target, ctx: Context) -> Source:
        """Name the organisation; makes no call.

        Raises:
            KeyrackError: none is named, or more than one.
        """
        del ctx
        from keyrack.providers.github.session import organization

        org = organization(target.options)
        return Source(f"github:{org}", f"GitHub organisation {org}")

    def discover(self, target: Target, ctx: Context) -> Iterator[Record]:
        """Records and Gaps of the organisation.

        Raises:
            KeyrackError: there is no way to sign in.
        """
        from keyrack.providers.github.discover import discover
        from keyrack.providers.github.scan import Scan
        from keyrack.providers.github.session import connect, organization

        org = organization(target.options)
        yield from unique(discover(Scan(connect(target.options, ctx, org), org, ctx, target.options)))

    def probe(self, target: Target, ctx: Context) -> Iterator[Probe]:
        """What is readable and which permission is missing, by one small call each.

        Raises:
            KeyrackError: there is no way to sign in.
        """
        from keyrack.providers.github.session import organization
        from keyrack.providers.github.targets import probe

        yield from probe(target, ctx, organization(target.options))

    def expand(self, target: Target, ctx: Context) -> Iterator[Target | Gap]:
        """An enterprise, a list, or the App's installations, as organisations.

        Raises:
            KeyrackError: there is no way to sign in.
        """
        from keyrack.providers.github.targets import expand

        yield from expand(target, ctx)


provider = GitHub()
