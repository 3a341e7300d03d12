"""One repository, from its object store to records; see :mod:`keyrack.providers.repository` for what it promises."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from keyrack.providers.repository import config, coverage, definitions, disk, history, provenance, sightings, tips, verify
from keyrack.providers.repository.git import Blobs, Git, GitError
from keyrack.providers.repository.joining import Joiner
from keyrack.providers.repository.opening import Opened, opened
from keyrack.providers.repository.owners import Authors, Owners
from keyrack.providers.repository.provenance import Commit, Life
from keyrack.providers.repository.remote import origin
from keyrack.providers.repository.tree import GitTree
from keyrack.records import Gap, Identity, Placement, Record, Resource
from keyrack.sdk import Context, gap
from keyrack.sdk.detect import shared
from keyrack.sdk.git_remotes import public_url

_DEEPEST = 5
"""Submodules within submodules beyond this are not followed."""


def scan(location: str, ctx: Context, depth: int = 0) -> Iterator[Record]:
    """Records of what lies at a path; keys may repeat (:func:`keyrack.sdk.unique.unique` merges them)."""
    place = opened(location)
    try:
        if place.git is None:
            yield from disk.plain(place, ctx)
            return
        with Blobs(place.git) as blobs:
            yield from _Scan(place, place.git, blobs, ctx, depth).records()
    finally:
        if not depth:
            shared(ctx.cache).forget()


@dataclass(slots=True)
class _Scan:
    place: Opened
    git: Git
    blobs: Blobs
    ctx: Context
    depth: int
    gaps: list[Gap] = field(default_factory=list)
    tree: GitTree | None = None
    identities: list[tuple[Identity, str]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.place.name

    def records(self) -> Iterator[Record]:
        self.tree = self._head()
        yield self._resource()
        yield from coverage.clone_gaps(self.place)
        joiner = Joiner(self.ctx.fingerprint)
        yield from self._defined(joiner)
        seen = sightings.Sightings(self.ctx.fingerprint)
        yield from self._history(seen, joiner)
        if self.tree is not None:
            yield from self._owned(self.tree)
            yield from self._submodules(self.tree)
        yield from self.gaps

    def _head(self) -> GitTree | None:
        commit = self.git.line("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        if commit is None:
            if self.git.line("rev-list", "--all", "--max-count=1") is not None:
                self._malformed("HEAD", "HEAD names no commit; only other branches were looked at")
            return None
        tree = GitTree(self.git, self.blobs, self.name, commit)
        try:
            _ = tree.entries
        except GitError:
            self._malformed("HEAD", "the tree of HEAD cannot be read")
            return None
        return tree

    def _malformed(self, subject: str, detail: str) -> None:
        self.gaps.append(gap(coverage.HISTORY, subject, "malformed", detail, hint="run `git fsck` in the repository"))

    def _resource(self) -> Resource:
        url = origin(self.place.settings)
        attrs = {
            "remote": public_url(url) if url else None,
            "shallow": "true" if self.place.shallow else "false",
            "head": self.tree.commit if self.tree else None,
        }
        return Resource(
            uid=f"repo:{self.name}",
            type="git:repository",
            name=self.name,
            provider="repository",
            scope=self.name,
            attrs={key: text for key, text in attrs.items() if text},
        )

    def _defined(self, joiner: Joiner) -> Iterator[Record]:
        """Records of definitions at HEAD; identities wait for their creation date, placements for their history."""
        if self.tree is None:
            return
        for record in definitions.discover(self.tree, self.ctx):
            if isinstance(record, Placement):
                joiner.hold(record)
            elif isinstance(record, Identity):
                self.identities.append((record, record.attrs.get("path", "")))
            else:
                yield record
        for path in self.tree.files():
            if config.form_of(path) is not None:
                yield from self._troubles(self.tree, path)

    def _troubles(self, tree: GitTree, path: str) -> Iterator[Gap]:
        content = tree.read(path)
        if content is not None:
            yield from config.troubles(content, path)

    def _history(self, seen: sightings.Sightings, joiner: Joiner) -> Iterator[Record]:
        met, stashes = history.Coverage(), history.stashes(self.git)
        reader = config.Reader(shared(self.ctx.cache), seen.key)
        for blob, found in history.scan(self.git, stashes, reader.materials, met, self.ctx.progress):
            seen.add(blob, found)
        yield from coverage.walk_gaps(met, self.name)
        heads = self._oids(joiner.paths())
        lives, whole = provenance.lives(self.git, ["--all", *stashes], [*seen.versions, *heads])
        if not whole:
            self._malformed("log", "the log broke off: some authors and dates are unknown")
        found_groups = sightings.groups(seen, lives)
        scene = self._scene(found_groups, seen)
        for group in found_groups:
            yield from joiner.seen(seen.materials[group.key], sightings.places(group, seen.materials[group.key], scene))
        yield from joiner.rest(_writers(heads, lives))
        at_head = {(group.key, group.path) for group in found_groups if scene.head_oid(group.path) in group.versions}
        yield from disk.pending(self.git, self.tree, self.name, reader, at_head, self.ctx)

    def _oids(self, paths: set[str]) -> dict[str, str]:
        entries = self.tree.entries if self.tree else {}
        return {entries[path].oid: path for path in paths if path in entries}

    def _scene(self, found: list[sightings.Group], seen: sightings.Sightings) -> sightings.Scene:
        states = verify.states(found, seen, self.blobs, self.ctx) if self.ctx.verify else {}
        scene = sightings.Scene(self.name, self.tree, states)
        elsewhere = {group.path: group.versions for group in found if scene.head_oid(group.path) not in group.versions}
        return replace(scene, tips=tips.tips(self.git, elsewhere))

    def _owned(self, tree: GitTree) -> Iterator[Record]:
        owners = Owners(tree, self.git)
        owners.load()
        people = owners.people(path for _, path in self.identities if path in tree.entries)
        for identity, path in self.identities:
            yield self._created(identity, people.get(path))
        yield from owners.evidence(self.identities, people)
        yield from owners.gaps

    def _created(self, identity: Identity, authors: Authors | None) -> Identity:
        """The identity with the date its definition was first committed, unless the clone's history is cut."""
        if authors is None or authors.first is None or identity.created_at is not None or self.place.shallow:
            return identity
        by = identity.created_by or authors.first.author
        return msgspec.structs.replace(identity, created_at=authors.first.at, created_by=by)

    def _submodules(self, tree: GitTree) -> Iterator[Record]:
        for path, commit in tree.submodules():
            location = self.git.work_tree / path if self.git.work_tree else None
            if location is not None and self.depth < _DEEPEST and _checked_out(location):
                yield from scan(str(location), self.ctx, self.depth + 1)
            else:
                detail = f"submodule {path} (commit {commit[:12]}) is not checked out here"
                yield gap(coverage.HISTORY, path, "missing", detail, hint="git submodule update --init --recursive")


def _checked_out(location: Path) -> bool:
    return not location.is_symlink() and (location / ".git").exists()


def _writers(heads: Mapping[str, str], lives: Mapping[tuple[str, str], Life]) -> dict[str, Commit]:
    """For each path the oldest commit that wrote the version at HEAD."""
    found: dict[str, Commit] = {}
    for oid, path in heads.items():
        written = lives.get((path, oid), Life()).written
        if written:
            found[path] = max(written, key=lambda commit: commit.order)
    return found
