"""Live checks, only when a person asked with ``--verify``: each credential once, from one file version that holds it.

This is the only part of the provider that uses the network: it signs in with the credentials it found.
"""

from __future__ import annotations

from collections.abc import Iterable

from keyrack.providers.repository.git import Blobs
from keyrack.providers.repository.sightings import Group, Sightings
from keyrack.records.placement import Liveness
from keyrack.sdk import Context
from keyrack.sdk.detect import shared


def states(groups: Iterable[Group], seen: Sightings, blobs: Blobs, ctx: Context) -> dict[str, Liveness]:
    """Outcome by credential key; credentials whose issuer offers no check are ``unknown``."""
    wanted = {group.key: (next(iter(group.versions)), group.path) for group in groups}
    found: dict[str, Liveness] = {}
    for oid, path in sorted(set(wanted.values())):
        content = blobs.read(oid)
        if content is None:
            continue
        for material, state in shared(ctx.cache).check(content, path):
            key = seen.key(material, path)
            if state != "unknown" or key not in found:
                found[key] = state
    return found
