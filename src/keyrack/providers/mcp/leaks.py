"""Secrets written into what a server shows: a key in a description, a default, an example. Pure; values end as fingerprints."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from keyrack.providers.mcp.seen import Seen
from keyrack.providers.mcp.tools import texts_of
from keyrack.records import Record, Resource
from keyrack.sdk import Fingerprinter, Place, observe
from keyrack.sdk.fields import Raw
from keyrack.sdk.placeholders import placeholder
from keyrack.sdk.shapes import inside

_MOST = 20


def leaked(item: Raw, shown: Resource, seen: Seen, fingerprinter: Fingerprinter) -> Iterator[Record]:
    """A credential and its placement for every token of a known form in the texts of a listed thing; samples are left out."""
    found = (shape for value in texts_of(item) for shape in inside(value))
    real = (shape for shape in found if not placeholder(shape.secret.reveal().decode("utf-8", "replace")))
    for shape in islice(real, _MOST):
        material = shape.material(f"token in {shown.type.removeprefix('mcp:')} {shown.name}", "mcp-listing", field=shown.name)
        place = Place(
            system="app_setting",
            exposure="public" if seen.access == "open" else "config",
            scope=seen.server.host,
            path=shown.uid,
            environment=seen.server.environment,
            attrs={"server": seen.server.uid},
        )
        yield from observe(material, place, fingerprinter)
