"""Backstage ``catalog-info.yaml``: ``spec.owner`` of its entities (Backstage, "Descriptor Format of Catalog Entities")."""

from __future__ import annotations

from dataclasses import dataclass
from posixpath import basename, dirname

from keyrack.providers.repository.marked import Node, decode, parse_yaml

NAMES = frozenset({"catalog-info.yaml", "catalog-info.yml"})
_OWNED = frozenset({"component", "api", "resource", "system", "domain"})


@dataclass(frozen=True, slots=True)
class Entry:
    """An owner stated for everything in and below ``folder`` (``""``: the whole repository)."""

    folder: str
    owner: str
    entity: str


def is_catalogue(path: str) -> bool:
    """Whether the file is a Backstage descriptor by its name."""
    return basename(path) in NAMES


def entries(path: str, data: bytes) -> list[Entry]:
    """Owners that one descriptor states, one a document.

    Raises:
        UnparsableError: no YAML, or too large.
    """
    found = [_entry(dirname(path), document) for document in parse_yaml(decode(data))]
    return list(dict.fromkeys(entry for entry in found if entry is not None))


def _entry(folder: str, document: Node) -> Entry | None:
    kind = document.get("kind").text
    owner = owner_name(document.get("spec", "owner").text)
    if kind.lower() not in _OWNED or not owner:
        return None
    return Entry(folder, owner, f"{kind} {document.get('metadata', 'name').text[:100]}".strip())


def owner_name(reference: str) -> str:
    """``[kind:][namespace/]name`` as records carry owners: groups (the default kind) as ``team:<name>``, users as they are."""
    reference = reference.strip()
    kind, colon, rest = reference.rpartition(":")
    name = rest.rpartition("/")[2].strip()
    if not name or len(name) > 200:
        return ""
    if "@" in name:
        return name.lower()
    return name if colon and kind.strip().lower() == "user" else f"team:{name.lower()}"


def applying(path: str, stated: list[Entry]) -> list[Entry]:
    """The entries of the nearest folder above ``path``."""
    above = [entry for entry in stated if not entry.folder or path.startswith(f"{entry.folder}/")]
    nearest = max((len(entry.folder) for entry in above), default=0)
    return [entry for entry in above if len(entry.folder) == nearest]
