"""What other tools found: reports of secret scanners, of Prowler and of Steampipe, read as evidence with its source named.

``keyrack scan reports --reports-path FOLDER``. Files are read where they lie; no key that a report names is ever tried.
"""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.providers.reports.capabilities import MANIFEST
from keyrack.records import Record
from keyrack.sdk import Context, Manifest, Probe, Source, Target
from keyrack.sdk.unique import unique


class Reports:
    """The provider; stateless, so one object serves all scans."""

    @property
    def manifest(self) -> Manifest:
        """What it sees and needs."""
        return MANIFEST

    def source(self, target: Target, ctx: Context) -> Source:
        """``reports:<label>``: the label given, else the folder's or file's name.

        Raises:
            KeyrackError: no path is given, or nothing is there.
        """
        del ctx
        from keyrack.providers.reports.settings import settings

        chosen = settings(target.options)
        return Source(f"reports:{chosen.label}", f"reports in {chosen.label}")

    def discover(self, target: Target, ctx: Context) -> Iterator[Record]:
        """Records and Gaps of every report, each once, credentials last.

        Raises:
            KeyrackError: no path is given, nothing is there, or the mapping file is wrong.
        """
        from keyrack.providers.reports.discover import discover

        yield from unique(discover(target, ctx))

    def probe(self, target: Target, ctx: Context) -> Iterator[Probe]:
        """For each file: can it be opened, and what is it taken for.

        Raises:
            KeyrackError: as :meth:`discover`.
        """
        del ctx
        from keyrack.providers.reports.probing import probes

        yield from probes(target)


provider = Reports()
