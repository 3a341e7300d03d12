"""A bounded search for files whose names speak of secrets. Links are never followed; what a budget cuts off becomes a Gap."""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from shlex import quote
from typing import Literal

from keyrack.providers.machine.places import SKIPPED, SKIPPED_PATHS
from keyrack.providers.machine.root import Root, reason_of, shown
from keyrack.records import Gap
from keyrack.sdk import Progress, gap


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits of one scan: ``folders`` entered in all and ``entries`` looked at in each, ``depth`` below a start, bytes read."""

    folders: int = 100_000
    entries: int = 10_000
    depth: int = 14
    total: int = 2 * 1024**3
    denials: int = 200


@dataclass(frozen=True, slots=True)
class Met:
    """Something met on the way: a file to look at, or a folder that is a git work tree."""

    path: str
    kind: Literal["file", "repository"]


@dataclass(slots=True)
class Walk:
    """One search over several starting points that share a budget; a folder is entered once."""

    root: Root
    budget: Budget
    progress: Progress
    entered: set[str] = field(default_factory=set)
    denied: int = 0

    def below(self, start: str) -> Iterator[Met | Gap]:
        """Files below ``start``, breadth first, so that a budget cuts the deep and not the near. Missing: nothing."""
        try:
            queue = deque([(self.root.resolve(start), 0)])
        except OSError as error:
            if reason_of(error) != "missing":
                yield self._gap(start, error)
            return
        while queue:
            folder, depth = queue.popleft()
            if folder in self.entered:
                continue
            if len(self.entered) >= self.budget.folders:
                yield _cut(
                    start, f"more than {self.budget.folders} folders; those below {shown(folder)} and further were not searched"
                )
                return
            self.entered.add(folder)
            self._report(start)
            for found in self._folder(folder):
                if not isinstance(found, str):
                    yield found
                elif depth < self.budget.depth:
                    queue.append((found, depth + 1))
                else:
                    yield _cut(found, f"deeper than {self.budget.depth} folders")

    def _report(self, start: str) -> None:
        if len(self.entered) % 500 == 0:
            self.progress.update(f"machine: folders, now {shown(start)}", len(self.entered))

    def _folder(self, folder: str) -> Iterator[Met | Gap | str]:
        """Files and (as plain text) sub-folders of one folder, sorted."""
        try:
            with os.scandir(self.root.outside(folder)) as listing:
                entries = _first(listing, self.budget.entries + 1)
        except OSError as error:
            yield self._gap(folder, error)
            return
        if len(entries) > self.budget.entries:
            yield _cut(folder, f"more than {self.budget.entries} entries; the rest were not looked at")
            entries = entries[: self.budget.entries]
        for entry in sorted(entries, key=lambda e: (e.name != ".git", e.name)):  # a work tree is known before its files
            path = f"{folder.rstrip('/')}/{entry.name}"
            if entry.name == ".git":
                yield Met(folder, "repository")
                yield Met(f"{path}/config", "file")
            elif not _is_folder(entry):
                yield Met(path, "file")
            elif entry.name not in SKIPPED and not SKIPPED_PATHS.search(path):
                yield path

    def _gap(self, folder: str, error: OSError) -> Gap:
        self.denied += 1
        if self.denied > self.budget.denials:
            subject, detail = "further folders", f"more than {self.budget.denials} folders could not be listed"
        else:
            subject, detail = shown(folder), "the folder could not be listed"
        reason = reason_of(error)
        permission = f"read and search permission on {subject}" if reason == "denied" else None
        return gap(_missed(folder), subject, reason, detail, permission=permission, hint="run as root or as the owner")


def _cut(subject: str, detail: str) -> Gap:
    return gap(_missed(subject), shown(subject), "truncated", detail, hint=f"keyrack scan machine --root {quote(shown(subject))}")


_MISSED = (
    (re.compile(r"/\.?ssh(?:/|$)"), "machine.ssh"),
    (re.compile(r"/(?:ssl|pki|tls|certs?|certificates|letsencrypt|keystores?|private)(?:/|$)"), "machine.certificates"),
    (re.compile(r"/(?:\.aws|\.azure|\.kube|gcloud)(?:/|$)"), "machine.cloud_credentials"),
    (re.compile(r"/(?:\.terraform|terraform|tofu|infra)(?:/|$)"), "machine.state_files"),
)


def _missed(folder: str) -> str:
    """The capability that a folder left out most likely takes something from."""
    return next((capability for pattern, capability in _MISSED if pattern.search(folder)), "machine.env_files")


def _first(listing: Iterator[os.DirEntry[str]], limit: int) -> list[os.DirEntry[str]]:
    found = []
    for entry in listing:
        found.append(entry)
        if len(found) >= limit:
            break
    return found


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False
