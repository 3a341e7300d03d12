"""OpenBao and HashiCorp Vault, one server through its HTTP API; its audit log as usage (``usage.py``)."""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.providers.openbao.capabilities import MANIFEST
from keyrack.records import Record
from keyrack.sdk import Context, Manifest, Probe, Source, Target


class OpenBao:
    """The provider; stateless, so one object serves all scans."""

    @property
    def manifest(self) -> Manifest:
        """What it sees and needs."""
        return MANIFEST

    def source(self, target: Target, ctx: Context) -> Source:
        """Name the server, without a call."""
        del ctx
        from keyrack.providers.openbao.connection import server_name
        from keyrack.providers.openbao.discover import start

        name, namespace = server_name(target), start(target).rstrip("/")
        return Source(
            f"openbao:{name}{f'/{namespace}' if namespace else ''}",
            f"OpenBao server {name}{f', {namespace}' if namespace else ''}",
        )

    def discover(self, target: Target, ctx: Context) -> Iterator[Record]:
        """Records and Gaps of the server.

        Raises:
            KeyrackError: there is nothing to sign in with.
        """
        from keyrack.providers.openbao.discover import discover

        yield from discover(target, ctx)

    def probe(self, target: Target, ctx: Context) -> Iterator[Probe]:
        """What our token may do, path by path.

        Raises:
            KeyrackError: there is nothing to sign in with.
        """
        from keyrack.providers.openbao.probe import probe

        yield from probe(target, ctx)


provider = OpenBao()
