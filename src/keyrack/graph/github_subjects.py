"""Whose jobs on GitHub have which OIDC subject, and what a writer needs beside a push to get a job of that subject.

Sources (docs.github.com): "OpenID Connect reference" (``repo:OWNER/REPO:...``, and ``repo:OWNER@ID/REPO@ID:...`` since 2026;
custom subjects join ``claim:value`` with colons), "Managing environments for deployment" (an environment nobody made is made,
without protection, by the first job that names it; whether it was looked for is not known here, so such a subject counts as
guarded).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from keyrack.access.aws.globs import overlaps
from keyrack.graph.model import Estate
from keyrack.records import Identity, Resource

ISSUER = "token.actions.githubusercontent.com"
_NAMED = re.compile(r"repo:([^/:*?@]+)(?:@[^/:]*)?/([^/:*?@]+)(?:@[^:]*)?:.*")
_TAIL = re.compile(r"repo:[^:]*:(.*)", re.DOTALL)
_KEPT = {"reviews", "unknown", ""}
"""How the default branch is kept where a push alone does not change it, or where nobody could see."""
_WILD = frozenset("*?")


def subjects(name: str, claims: str = "default") -> tuple[str, ...]:
    """Patterns of the subjects that jobs of a repository (``owner/name``) have, by the claims of its template (a comma list)."""
    owner, _, repository = name.partition("/")
    both = (f"repo:{owner}/{repository}", f"repo:{owner}@*/{repository}@*")
    if claims in {"", "default", "repo,context"}:
        return tuple(f"{head}:*" for head in both)
    known = {"repository": f"repository:{name}", "repository_owner": f"repository_owner:{owner}", "context": "*"}
    words = claims.split(",")
    return tuple(
        dict.fromkeys(":".join(head if word == "repo" else known.get(word, f"{word}:*") for word in words) for head in both)
    )


class Jobs:
    """Repositories and the identities of their jobs, found by subject without asking each about each trust."""

    def __init__(self, estate: Estate) -> None:
        self._patterns: dict[str, tuple[str, ...]] = {}
        self._named: dict[str, list[str]] = defaultdict(list)
        self._odd: list[str] = []
        self._repositories = {full_name(r): r for r in estate.resources if r.type == "github:repository"}
        self._environments = {(r.scope, r.name): r for r in estate.resources if r.type == "github:environment"}
        claims = {i.scope: i.attrs.get("subject_claims", "") for i in estate.identities if i.type == "github:actions"}
        for name, repository in self._repositories.items():
            self._add(repository.uid, name, claims.get(name, ""))
        for identity in estate.identities:
            if identity.type == "github:actions" or may_ask(identity):
                self._add(identity.uid, identity.scope, claims.get(identity.scope, ""))
        self._of = {repository.uid: name for name, repository in self._repositories.items()}

    def _add(self, uid: str, name: str, claims: str) -> None:
        self._patterns[uid] = subjects(name, claims)
        if self._patterns[uid] == subjects(name):
            self._named[name].append(uid)
        else:
            self._odd.append(uid)

    def of(self, accepted: list[str]) -> Iterator[tuple[str, bool]]:
        """Uids of repositories and pipelines that some accepted subject belongs to, and whether more than a push is needed."""
        found: dict[str, bool] = {}
        for pattern in accepted:
            named = _NAMED.fullmatch(pattern)
            asked = self._named.get(f"{named[1]}/{named[2]}", []) if named else [u for us in self._named.values() for u in us]
            for uid in (*asked, *self._odd):
                if any(overlaps(pattern, subject) for subject in self._patterns[uid]):
                    found[uid] = found.get(uid, True) and self._guarded(uid, pattern)
        yield from sorted(found.items())

    def _guarded(self, uid: str, pattern: str) -> bool:
        """Whether who may push a branch needs more to get a job of this subject; pipelines have all of theirs."""
        name = self._of.get(uid)
        if name is None:
            return False
        if uid in self._odd:
            return True
        tail = _TAIL.fullmatch(pattern)
        kind, _, rest = (tail[1] if tail else "*").partition(":")
        if kind == "ref" and rest.startswith("refs/heads/"):
            return self._branch(self._repositories[name], rest.removeprefix("refs/heads/"))
        if kind == "environment" and not _WILD & set(rest):
            return self._environment(name, rest)
        return not (_WILD & set(kind) or kind in {"pull_request", "ref", "environment"})

    @staticmethod
    def _branch(repository: Resource, branch: str) -> bool:
        if branch == "*":
            return False
        return branch != repository.attrs.get("branch") or repository.attrs.get("protected", "") in _KEPT

    def _environment(self, name: str, environment: str) -> bool:
        found = self._environments.get((name, environment))
        if found is None:
            return True
        is_open = found.attrs.get("branches") in {"any", "protected-none"}
        return not (is_open and found.attrs.get("reviewers") == "0" and found.attrs.get("rules") == "0")


def may_ask(identity: Identity) -> bool:
    """Whether a workflow asks for OIDC tokens (``id-token: write``)."""
    return identity.type == "github:workflow" and identity.attrs.get("oidc") == "true"


def full_name(repository: Resource) -> str:
    """``owner/name`` of a repository."""
    return f"{repository.scope}/{repository.name.rpartition('/')[2]}"
