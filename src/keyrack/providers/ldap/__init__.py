"""LDAP directories: Active Directory and OpenLDAP, one naming context. Cheap to import; ldap3 loads when it is used."""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.providers.ldap.capabilities import MANIFEST
from keyrack.records import Record
from keyrack.sdk import Context, Manifest, Source, Target
from keyrack.sdk.provider import Probe
from keyrack.sdk.unique import unique


class Ldap:
    """The provider; stateless, so one object serves all scans."""

    @property
    def manifest(self) -> Manifest:
        """What it sees and needs."""
        return MANIFEST

    def source(self, target: Target, ctx: Context) -> Source:
        """Name the directory by its naming context; signs in once.

        Raises:
            KeyrackError: ldap3 is missing, the options contradict each other, or the server lets nobody in.
        """
        del ctx
        from keyrack.providers.ldap.connect import open_directory

        with open_directory(target) as directory:
            return Source(f"ldap:{directory.base}", f"LDAP directory {directory.base}")

    def discover(self, target: Target, ctx: Context) -> Iterator[Record]:
        """Records and Gaps of the directory.

        Raises:
            KeyrackError: as for :meth:`source`.
        """
        from keyrack.providers.ldap.connect import open_directory
        from keyrack.providers.ldap.discover import discover

        with open_directory(target) as directory:
            yield from unique(discover(directory, target.options, ctx))

    def probe(self, target: Target, ctx: Context) -> Iterator[Probe]:
        """Whether accounts, access lists and operational attributes are shown to us.

        Raises:
            KeyrackError: as for :meth:`source`.
        """
        from keyrack.providers.ldap.connect import open_directory
        from keyrack.providers.ldap.probe import probe

        with open_directory(target) as directory:
            yield from probe(directory, ctx)


provider = Ldap()
