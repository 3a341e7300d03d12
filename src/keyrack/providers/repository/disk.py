"""Credentials in files on disk: those of a plain directory, and those of a working tree that HEAD does not hold."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from keyrack.providers.repository import config, coverage, definitions, worktree
from keyrack.providers.repository.git import Git, GitError
from keyrack.providers.repository.history import LFS_POINTER, SIZE_LIMIT
from keyrack.providers.repository.joining import Joiner
from keyrack.providers.repository.opening import Opened
from keyrack.providers.repository.owners import Owners
from keyrack.providers.repository.sightings import Sightings
from keyrack.providers.repository.tree import DirectoryTree, GitTree
from keyrack.providers.repository.worktree import DiskFile
from keyrack.records import Gap, Identity, Placement, Record
from keyrack.records.gap import GapReason
from keyrack.sdk import Context, Material, Place, gap, observe
from keyrack.sdk.detect import is_test_path, shared


def plain(opened: Opened, ctx: Context) -> Iterator[Record]:
    """Records of a directory without (readable) history, or of one file."""
    one = opened.location.is_file()
    root = opened.location.parent if one else opened.location
    tree = DirectoryTree(root, opened.name, only=opened.location.name if one else None)
    reason: GapReason = "malformed" if opened.broken else "missing"
    yield gap(coverage.HISTORY, opened.name, reason, opened.why, hint=opened.hint, incomplete=opened.broken or bool(opened.hint))
    joiner = Joiner(ctx.fingerprint)
    identities: list[tuple[Identity, str]] = []
    for record in definitions.discover(tree, ctx):
        if isinstance(record, Placement):
            joiner.hold(record)
            continue
        if isinstance(record, Identity):
            identities.append((record, record.attrs.get("path", "")))
        yield record
    owners = Owners(tree, None)
    owners.load()
    yield from owners.evidence(identities, {})
    yield from owners.gaps
    yield from _directory(tree, joiner, ctx)
    for path in tree.skipped:
        detail = f"{path} holds installed dependencies, or cannot be listed, and was left out"
        yield gap(coverage.SECRETS, path, "unsupported", detail, hint="scan it by its own path", incomplete=False)


def _directory(tree: DirectoryTree, joiner: Joiner, ctx: Context) -> Iterator[Record]:
    seen = Sightings(ctx.fingerprint)
    reader = config.Reader(shared(ctx.cache), seen.key)
    for number, raw in enumerate(tree.entries.values()):
        file = worktree.disk_file(tree.root, raw)
        if file is None:
            continue
        if number % 500 == 0:
            ctx.progress.update("files", number, len(tree.entries))
        content = file.content()
        if content is None:
            yield _unread(file)
            continue
        yield from config.troubles(content, file.path)
        for material in reader.materials(content, file.path):
            yield from joiner.seen(material, [_place(file, material, tree.name)])
    yield from joiner.rest({})


def pending(
    git: Git, tree: GitTree | None, name: str, reader: config.Reader, at_head: set[tuple[str, str]], ctx: Context
) -> Iterator[Record]:
    """Records of files in the working tree that are new, changed, or ignored but made to hold secrets.

    ``at_head`` are (credential key, path) pairs the scan of HEAD already told.
    """
    if git.work_tree is None:
        yield from _settings(git, name, reader, ctx)
        return
    head = {path: entry.oid for path, entry in tree.entries.items()} if tree else {}
    try:
        new, nested = worktree.untracked(git)
        files = list(worktree.pending(git, head, new))
    except GitError:
        yield gap(coverage.SECRETS, name, "malformed", "the working tree cannot be listed", hint="run `git status`")
        return
    for file in files:
        yield from _pending(file, name, reader, at_head, ctx)
    for path in nested:
        detail = f"{path} is another repository inside the working tree"
        yield gap(coverage.SECRETS, path, "unsupported", detail, hint="scan it by its own path", incomplete=False)
    yield from _settings(git, name, reader, ctx)


def _pending(file: DiskFile, name: str, reader: config.Reader, at_head: set[tuple[str, str]], ctx: Context) -> Iterator[Record]:
    content = file.content()
    if content is None:
        yield _unread(file)
        return
    if content.startswith(LFS_POINTER):
        return
    for material in reader.materials(content, file.path):
        if (reader.key(material, file.path), file.path) not in at_head:
            yield from observe(material, _place(file, material, name), ctx.fingerprint)


def _settings(git: Git, name: str, reader: config.Reader, ctx: Context) -> Iterator[Record]:
    """The repository's own configuration: remotes often carry a token."""
    file = worktree.disk_file(git.git_dir, b"config") if git.git_dir.is_dir() else None
    content = file.content() if file else None
    if file is None or content is None:
        return
    path = ".git/config" if git.work_tree else "config"
    for material in reader.materials(content, ".git/config"):
        place = _place(file, material, name)
        yield from observe(material, dataclasses.replace(place, path=path), ctx.fingerprint)


def _unread(file: DiskFile) -> Gap:
    reason: GapReason = "too_large" if file.size > SIZE_LIMIT else "unreadable"
    return gap(coverage.SECRETS, file.path, reason, f"{file.path} ({file.size} bytes) was not read")


def _place(file: DiskFile, material: Material, name: str) -> Place:
    attrs = {
        "owner": file.owner,
        "test_path": "true" if is_test_path(file.path) else None,
        "detected_as": material.detector,
        "referenced": "true" if material.secret is None else None,
    }
    return Place(
        system="file",
        exposure="config",
        scope=name,
        path=file.path,
        seen_at=file.modified,
        mode=f"{file.mode:04o}",
        readers=file.readers,
        attrs={key: text for key, text in attrs.items() if text},
    )
