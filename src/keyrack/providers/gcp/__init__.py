"""Google Cloud: a project, folder or organisation. Its logs are in ``usage.py``. Importing it loads no Google library."""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.providers.gcp.capabilities import MANIFEST
from keyrack.records import Gap, Record
from keyrack.sdk import Context, Manifest, Probe, Source, Target
from keyrack.sdk.unique import unique


class Gcp:
    """The provider; stateless, so one object serves all scans."""

    @property
    def manifest(self) -> Manifest:
        """What it sees and needs."""
        return MANIFEST

    def source(self, target: Target, ctx: Context) -> Source:
        """Name the project, folder or organisation; no call is made.

        Raises:
            KeyrackError: none is named and the sign-in belongs to none, or the name is none.
        """
        del ctx
        from keyrack.providers.gcp.session import ambient_project, where

        found = where(target.options, lambda: ambient_project(target.options))
        return Source(f"gcp:{found.kind}/{found.id}", f"Google Cloud {found.kind} {found.id}")

    def discover(self, target: Target, ctx: Context) -> Iterator[Record]:
        """Records and Gaps of the target.

        Raises:
            KeyrackError: google-auth is missing, or there is no way to sign in.
        """
        from keyrack.providers.gcp.discover import discover
        from keyrack.providers.gcp.session import ambient_project, signed_in, where

        found = where(target.options, lambda: ambient_project(target.options))
        apis = signed_in(target.options, ctx.progress)
        yield from unique(discover(apis, found, ctx, read_secrets=bool(target.options.get("read_secrets"))))

    def expand(self, target: Target, ctx: Context) -> Iterator[Target | Gap]:
        """An organisation or folder as one source where Cloud Asset is open to us, else as its projects.

        Raises:
            KeyrackError: there is no way to sign in at all.
        """
        from keyrack.providers.gcp.expand import expand

        yield from expand(target, ctx)

    def probe(self, target: Target, ctx: Context) -> Iterator[Probe]:
        """Which permissions are missing, exactly: Google answers that itself (``testIamPermissions``).

        Raises:
            KeyrackError: there is no way to sign in at all.
        """
        from keyrack.providers.gcp.probe import probe

        yield from probe(target, ctx)


provider = Gcp()
