"""May this token do this? A permission at a level, on a repository it reaches.

Sources (docs.github.com): "Permissions required for GitHub Apps", "Authenticating as a GitHub App installation"
(repositories), "Suspending a GitHub App installation". Public data can be read without any permission: a refused read says
nothing of public repositories.
"""

from __future__ import annotations

from keyrack.access.github.model import LEVELS, Held, Request, enough, plain
from keyrack.access.github.table import needs
from keyrack.access.words import CaseError, Verdict


def decide(request: Request, held: Held) -> Verdict:
    """The verdict; ``because`` is ``("permission", "contents: write", source)``.

    A call the list does not know is ``implicit_deny`` with the call in ``assumed``; a suspended installation is
    ``explicit_deny``. Raises :class:`CaseError` if neither or both of permission and call are given, or for an unknown level.
    """
    if bool(request.permission) == bool(request.path):
        raise CaseError("a request has either a permission, or method and path")
    if request.level not in LEVELS:
        raise CaseError(f"{request.level!r} is no level; one of {', '.join(LEVELS)}")
    if held.suspended:
        return Verdict("explicit_deny", ("permission", "installation is suspended"))
    need = ((plain(request.permission), request.level),) if request.permission else needs(request.method, request.path)
    if not need:
        return Verdict(
            "implicit_deny", ("permission", "call not listed"), (f"permission of {request.method.upper()} {request.path}",)
        )
    if not reaches(held, request.repository or repository_of(request.path)):
        return Verdict("implicit_deny", ("permission", "repository not among those of the installation"))
    for name, level in need:
        if enough(level_of(held, name), level):
            return Verdict("allow", ("permission", f"{name}: {level_of(held, name)}", held.source))
    short = " or ".join(f"{name}: {level_of(held, name)}, not {level}" for name, level in need)
    return Verdict("implicit_deny", ("permission", short, held.source))


def level_of(held: Held, permission: str) -> str:
    """The level of a permission; every token reads ``metadata``. An unknown level counts as none."""
    found = held.permissions.get(permission, "none")
    least = "read" if permission == "metadata" else "none"
    return found if found in LEVELS and enough(found, least) else least


def reaches(held: Held, repository: str) -> bool:
    """Whether a repository (``owner/name``, no case; empty: none is concerned) is within reach."""
    if not repository or held.repositories is None:
        return True
    return repository.lower() in {name.lower() for name in held.repositories}


def repository_of(path: str) -> str:
    """``owner/name`` of a ``/repos/…`` path."""
    parts = path.strip("/").split("/")
    return f"{parts[1]}/{parts[2]}" if parts[0] == "repos" and len(parts) > 2 else ""
