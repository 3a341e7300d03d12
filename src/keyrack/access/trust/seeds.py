"""From what a trust pins to the job it was written for: wildcards filled in, names it does not tell marked to be filled in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from keyrack.access.trust.model import Hints, Pins

OWNER, PROJECT = "YOUR-ORG", "YOUR-PROJECT"
OWNER_ID, PROJECT_ID = "YOUR-OWNER-ID", "YOUR-PROJECT-ID"
EXTERNAL_ID = "A-SECRET-BETWEEN-US-AND-THE-VENDOR"
PLACEHOLDERS = (
    OWNER,
    PROJECT,
    OWNER_ID,
    PROJECT_ID,
    EXTERNAL_ID,
    "SUBJECT",
    "PROJECT-UUID",
    "REPOSITORY-UUID",
    "THE-APPLICATION",
)
"""What neither the trust nor the inventory tells: whoever applies a fix fills it in."""
_HEAD = re.compile(r"repo:([^/:@]*)(?:@([^/:]*))?/?([^:@]*)(?:@([^:]*))?(?::(.*))?$", re.DOTALL)
_WILD = re.compile(r"[*?]")


_NAMES = ("repository", "repository_owner")
"""Claims whose pattern still tells a name by its first letters."""


@dataclass(frozen=True, slots=True)
class Seed:
    """A project and the context of its job: ``owner/project``, their ids, and the rest of the subject."""

    owner: str
    project: str
    context: str
    owner_id: str = OWNER_ID
    project_id: str = PROJECT_ID
    immutable: bool = False
    """Whether the subject carries the ids (GitHub's format for repositories made since 2026-07-15)."""

    def but(self, **changes: str | bool) -> Seed:
        """The same with some parts changed."""
        return replace(self, **changes)  # type: ignore[arg-type]


def literal(pattern: str, otherwise: str) -> str:
    """A name that fits a pattern: what stands before its first wildcard, or ``otherwise`` where nothing does."""
    head = _WILD.split(pattern, maxsplit=1)[0]
    return head.rstrip("/-_.") or otherwise


def filled(pattern: str, text: str = "x") -> str:
    """The pattern with a text for each ``*`` and one character for each ``?``."""
    return pattern.replace("*", text).replace("?", "x")


def github_seeds(pins: Pins, hints: Hints) -> list[Seed]:
    """One seed a subject pattern; without any, one of the first project known."""
    owner, project = _known(hints)
    claims = {name: values[0] for name, values in pins.claims.items() if values and not _WILD.search(values[0])}
    claims |= {name: text for name in _NAMES for value in pins.claims.get(name, ())[:1] if (text := literal(value, ""))}
    base = _of_claims(Seed(owner, project, "ref:refs/heads/main"), claims)
    patterns = specific(pattern for pattern in pins.subs if pattern.startswith(("repo:", "*")))
    return [_of_sub(pattern, base) for pattern in patterns] or [base]


def specific(patterns: Iterable[str]) -> list[str]:
    """Patterns that name somebody; those that name nobody (``repo:*``) only where there is no other."""
    listed = list(patterns)
    return [pattern for pattern in listed if names_somebody(pattern)] or listed


def names_somebody(pattern: str) -> bool:
    """Whether a subject pattern says whose job it wants, at least by the first letters of the owner."""
    return bool(literal(pattern.partition(":")[2], ""))


def _known(hints: Hints) -> tuple[str, str]:
    if not hints.projects:
        return OWNER, PROJECT
    owner, _, project = hints.projects[0].rpartition("/")
    return owner or OWNER, project


def _of_claims(seed: Seed, claims: dict[str, str]) -> Seed:
    if "repository" in claims and "/" in claims["repository"]:
        owner, project = claims["repository"].split("/", 1)
        seed = seed.but(owner=owner, project=project)
    if "repository_owner" in claims:
        seed = seed.but(owner=claims["repository_owner"])
    seed = seed.but(
        owner_id=claims.get("repository_owner_id", seed.owner_id), project_id=claims.get("repository_id", seed.project_id)
    )
    if "environment" in claims:
        return seed.but(context=f"environment:{claims['environment']}")
    return seed.but(context=f"ref:{claims['ref']}") if "ref" in claims else seed


def _of_sub(pattern: str, base: Seed) -> Seed:
    match = _HEAD.match(pattern)
    if match is None:
        return base
    owner, owner_id, project, project_id, context = (part or "" for part in match.groups())
    immutable = "@" in pattern.partition(":")[2].partition(":")[0]
    return Seed(
        literal(owner, base.owner),
        literal(project, base.project if literal(owner, base.owner) == base.owner else PROJECT),
        _context(context, base.context),
        literal(owner_id, base.owner_id),
        literal(project_id, base.project_id),
        immutable,
    )


def _context(pattern: str, otherwise: str) -> str:
    if pattern in {"", "*"}:
        return otherwise
    if not _WILD.search(pattern):
        return pattern
    for head, whole in (("ref:refs/heads/", "main"), ("ref:refs/tags/", "v1"), ("environment:", "production")):
        if pattern.startswith(head):
            return filled(pattern, whole if pattern == f"{head}*" else "1")
    return otherwise if pattern.startswith(("*", "ref:*", "ref:refs/*")) else filled(pattern, "main")
