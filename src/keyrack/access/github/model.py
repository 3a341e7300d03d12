"""The words of GitHub permissions: levels by resource, the repositories they reach, a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

LEVELS: Final = ("none", "read", "write", "admin")
"""Each level holds those before it ("Choosing permissions for a GitHub App")."""


@dataclass(frozen=True, slots=True)
class Held:
    """Permissions of one token: resource (``contents``, ``pull_requests``) -> level. ``repositories`` is ``None`` for all."""

    permissions: Mapping[str, str]
    repositories: frozenset[str] | None = None
    source: str = "installation"
    """What gives them, for the reader: installation, or where in the workflow."""
    suspended: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """Either a ``permission`` at a ``level``, or a REST call; ``repository`` as ``owner/name`` if it is on one."""

    permission: str = ""
    level: str = "read"
    method: str = ""
    path: str = ""
    repository: str = ""


def plain(name: str) -> str:
    """A permission's name as the API writes it; workflows write ``pull-requests``."""
    return name.strip().lower().replace("-", "_")


def enough(given: str, wanted: str) -> bool:
    """Whether one level holds another."""
    return LEVELS.index(given) >= LEVELS.index(wanted)
