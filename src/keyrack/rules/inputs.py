"""What a rule reads, as capabilities: those it names, and for ``any.<table>`` those of every provider it does not name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from keyrack.records import OBSERVED
from keyrack.sdk import Manifest

ANY: Final = "any."
ANY_INPUTS: Final[dict[str, str]] = {
    f"{ANY}{record.table}": f"every capability that yields {record.table}, of providers the rule does not name"
    for record in OBSERVED
}
"""Inputs of rules about records whichever system they are from: ``any.credentials``, ``any.usage``... A provider that is
installed later is one of them, and no rule has to change."""


def expanded(inputs: Iterable[str], manifests: Mapping[str, Manifest]) -> tuple[str, ...]:
    """Capabilities (and the house's own inputs) behind a rule's inputs, each once, in a stable order."""
    named = list(inputs)
    providers = {name.partition(".")[0] for name in named if not name.startswith(ANY)}
    found = [name for name in named if not name.startswith(ANY)]
    for table in (name.removeprefix(ANY) for name in named if name.startswith(ANY)):
        found += [
            capability.name
            for provider in sorted(manifests.keys() - providers)
            for capability in manifests[provider].capabilities
            if any(record.table == table for record in capability.yields)
        ]
    return tuple(dict.fromkeys(found))
