"""The least permissions that keep observed calls (audit log with API request events: method, path, repository).

Laws: every observed call that was allowed stays allowed; nothing is allowed that was not. A call that the list of endpoints
does not know keeps everything. Repositories are cut to those called.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from keyrack.access.github.decide import level_of, reaches, repository_of
from keyrack.access.github.model import LEVELS, Held, enough
from keyrack.access.github.table import needs


@dataclass(frozen=True, slots=True)
class Call:
    """One observed REST call."""

    method: str
    path: str


def shrink(held: Held, used: Iterable[Call]) -> tuple[Held, tuple[Call, ...]]:
    """Permissions and repositories in place of those held, and the calls nobody can place (if any, ``held`` as it is)."""
    levels: dict[str, str] = {}
    repositories = set()
    unplaced = []
    for call in used:
        need = needs(call.method, call.path)
        repository = repository_of(call.path)
        given = [(name, level) for name, level in need if enough(level_of(held, name), level)]
        if not need:
            unplaced.append(call)
        elif given and reaches(held, repository):
            name, level = next((one for one in given if one[0] in levels), given[0])
            levels[name] = max(levels.get(name, "none"), level, key=LEVELS.index)
            repositories |= {repository} if repository else set()
    if unplaced:
        return held, tuple(unplaced)
    return replace(held, permissions=levels, repositories=frozenset(repositories)), ()
