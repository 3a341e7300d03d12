"""Evidence of ownership for what a repository defines: CODEOWNERS, Backstage, and the people who commit to the definition."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from keyrack.providers.repository import backstage, codeowners
from keyrack.providers.repository.git import Git, GitError
from keyrack.providers.repository.marked import UnparsableError, decode
from keyrack.providers.repository.provenance import Commit, log
from keyrack.providers.repository.tree import Tree
from keyrack.records import Gap, Identity, Ownership
from keyrack.records.gap import GapReason
from keyrack.records.ownership import OwnerEvidence
from keyrack.records.uids import row_uid
from keyrack.sdk import gap

CAPABILITY = "repository.owners"
COMMITTERS = 3
"""So many latest human committers of a file are evidence; more would be noise."""

_BOT: Final = re.compile(
    r"""(?x)
      \[bot\] | ^(?:noreply|no-reply|donotreply)@ | bot@ | ^$
    | (?:^|[.+_-])(?:bot|robot|ci|cd|automation|svc|service|jenkins|github-actions)(?:[.+_-]|@)
    | ^(?:dependabot|renovate|github-actions|gitlab-bot|semantic-release|snyk|mergify|greenkeeper|pre-commit-ci)\b
    | ^(?:release-please|deploy|root)\b
    | @localhost$ | @(?:[^@]*\.)?(?:local|localdomain|internal\.cloudapp\.net|compute\.internal)$ | @\(none\)$
    """
)
_GITHUB_PRIVATE: Final = re.compile(r"^(?:\d+\+)?([^@]+)@users\.noreply\.github\.com$")
_PATHS_AT_ONCE: Final = 200


def person(author: str) -> str | None:
    """Who an author's e-mail stands for: the e-mail, a GitHub handle for a private address, ``None`` for robots."""
    author = author.strip().lower()
    if _BOT.search(author):
        return None
    private = _GITHUB_PRIVATE.match(author)
    if private:
        return f"@{private[1]}"
    return author if "@" in author else None


@dataclass(slots=True)
class Authors:
    """People who changed one file: the latest first, and who began it."""

    latest: dict[str, Commit] = field(default_factory=dict)
    first: Commit | None = None


def authors(git: Git, paths: Sequence[str]) -> dict[str, Authors]:
    """Human authors of files on HEAD's history.

    Raises:
        GitError: the log broke off.
    """
    found = {path: Authors() for path in paths}
    for start in range(0, len(paths), _PATHS_AT_ONCE):
        for commit, changes in log(git, ["HEAD"], paths[start : start + _PATHS_AT_ONCE]):
            who = person(commit.author)
            for change in changes:
                of = found.get(change.path)
                if of is None:
                    continue
                of.first = commit
                if who is not None and len(of.latest) < COMMITTERS:
                    of.latest.setdefault(who, commit)
    return found


@dataclass(slots=True)
class Owners:
    """Ownership evidence of one repository."""

    tree: Tree
    git: Git | None
    gaps: list[Gap] = field(default_factory=list)
    file: str | None = None
    rules: codeowners.Codeowners | None = None
    catalogue: list[tuple[str, backstage.Entry]] = field(default_factory=list)

    def load(self) -> None:
        """Read CODEOWNERS and all Backstage descriptors; what cannot be read becomes a Gap."""
        files = set(self.tree.files())
        self.file = next((path for path in codeowners.LOCATIONS if path in files), None)
        if self.file is not None:
            data = self.tree.read(self.file)
            if data is None or len(data) > codeowners.SIZE_LIMIT:
                self._gap(self.file, "too_large", "is larger than the 3 MB GitHub reads, or cannot be read")
            else:
                self.rules = codeowners.parse(decode(data))
        for path in sorted(filter(backstage.is_catalogue, files)):
            self._catalogue(path)

    def _catalogue(self, path: str) -> None:
        data = self.tree.read(path)
        try:
            stated = backstage.entries(path, data) if data is not None else None
        except UnparsableError as problem:
            self.gaps.append(gap(CAPABILITY, path, problem.reason, f"{path} {problem}"))
            return
        if stated is None:
            self._gap(path, "unreadable", "cannot be read, or is too large")
        self.catalogue += [(path, entry) for entry in stated or ()]

    def _gap(self, path: str, reason: GapReason, detail: str) -> None:
        self.gaps.append(gap(CAPABILITY, path, reason, f"{path} {detail}"))

    def evidence(self, identities: Iterable[tuple[Identity, str]], known: dict[str, Authors]) -> Iterator[Ownership]:
        """Evidence for identities by the path that defines each."""
        for identity, path in identities:
            for owner, line in self.rules.owners(path) if self.rules else ():
                yield _ownership(identity, owner, "codeowners", f"{self.file}:{line}")
            for source, entry in self._backstage(path):
                yield _ownership(identity, entry.owner, "backstage", f"{source}: {entry.entity}")
            of = known.get(path, Authors())
            for owner, commit in of.latest.items():
                yield _ownership(identity, owner, "committer", f"{path} in commit {commit.id[:12]}", commit)
            if of.first is not None and (creator := person(of.first.author)) is not None:
                yield _ownership(identity, creator, "creator", f"{path} begun in commit {of.first.id[:12]}", of.first)

    def _backstage(self, path: str) -> list[tuple[str, backstage.Entry]]:
        chosen = backstage.applying(path, [entry for _, entry in self.catalogue])
        return [(source, entry) for source, entry in self.catalogue if entry in chosen]

    def people(self, paths: Iterable[str]) -> dict[str, Authors]:
        """Authors of the paths; a broken history is a Gap."""
        wanted = sorted(set(paths))
        if self.git is None or not wanted:
            return {}
        try:
            return authors(self.git, wanted)
        except GitError:
            self.gaps.append(gap(CAPABILITY, "HEAD", "malformed", "the log of HEAD broke off", hint="run `git fsck`"))
            return {}


def _ownership(identity: Identity, owner: str, evidence: OwnerEvidence, detail: str, commit: Commit | None = None) -> Ownership:
    uid = row_uid("own", identity.uid, owner, evidence)
    at = commit.at if commit else None
    return Ownership(uid=uid, identity_uid=identity.uid, owner=owner, evidence=evidence, detail=detail, stated_at=at)
