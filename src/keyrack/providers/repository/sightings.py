"""From "this file version holds this secret" to placements.

One for each credential, path and line at HEAD, and one for each credential and path that only history holds. The commits
that hold it are counted, and the first and the last are named.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from keyrack.providers.repository.history import Blob
from keyrack.providers.repository.provenance import Commit, Life
from keyrack.providers.repository.tree import GitTree
from keyrack.records.placement import Liveness
from keyrack.records.uids import credential_uid
from keyrack.sdk import Fingerprinter, Material, Place
from keyrack.sdk.detect import is_test_path
from keyrack.sdk.git_places import system_of

Key = tuple[str, str]
"""Credential key and path."""


@dataclass(slots=True)
class Sightings:
    """Which file versions hold which credentials. Values stay in one Material a credential."""

    fingerprint: Fingerprinter
    materials: dict[str, Material] = field(default_factory=dict)
    versions: dict[str, list[tuple[str, int | None]]] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    named: set[tuple[str, str]] = field(default_factory=set)
    """(object id, credential key) of versions that only name the credential (an AWS key id without its secret)."""

    def add(self, blob: Blob, found: Iterable[Material]) -> None:
        """Note what one file version holds."""
        seen = [(self.key(material, blob.path), material) for material in found]
        self.versions[blob.oid] = list(dict.fromkeys((key, material.line) for key, material in seen))
        valued = {key for key, material in seen if material.secret is not None}
        self.named |= {(blob.oid, key) for key, _ in seen if key not in valued}
        self.paths[blob.oid] = blob.path

    def key(self, material: Material, path: str) -> str:
        """The credential's uid, under which the first Material of it is kept (one with its value beats one without)."""
        value = self.fingerprint.of(material.secret) if material.secret is not None and len(material.secret) else None
        name = material.field or material.name
        uid = credential_uid(material.issuer, public_id=material.public_id, fingerprint=value, holder=path, name=name)
        known = self.materials.get(uid)
        if known is None or (known.secret is None and material.secret is not None):
            self.materials[uid] = material
        return uid


@dataclass(frozen=True, slots=True)
class Group:
    """Everything known of one credential at one path."""

    key: str
    path: str
    versions: Mapping[str, tuple[int | None, ...]]
    """Lines by object id of the file version."""
    written: tuple[Commit, ...]
    removed: tuple[Commit, ...]
    named: bool = False
    """No version here holds the value, only its public id."""

    @property
    def first(self) -> Commit | None:
        """Oldest commit that holds it here."""
        return max(self.written, key=lambda commit: commit.order, default=None)

    def last_holder(self) -> str | None:
        """Last commit that still held it: the parent of the newest one that took it away, else the newest that wrote it."""
        written = {commit.id for commit in self.written}
        gone = min((c for c in self.removed if c.id not in written), key=lambda c: c.order, default=None)
        if gone is not None and gone.parent is not None:
            return gone.parent
        newest = min(self.written, key=lambda commit: commit.order, default=None)
        return newest.id if newest else None

    def occurrences(self) -> int:
        """Commits that wrote this path with the credential in it."""
        return len({commit.id for commit in self.written})


def groups(sightings: Sightings, lives: Mapping[tuple[str, str], Life]) -> list[Group]:
    """Sightings joined with the log, ordered by path and credential."""
    lines: dict[Key, dict[str, set[int | None]]] = defaultdict(lambda: defaultdict(set))
    found: dict[Key, list[Life]] = defaultdict(list)
    placed = {oid for _, oid in lives}
    unplaced = {(path, oid): Life() for oid, path in sightings.paths.items() if oid not in placed}
    for (path, oid), life in [*lives.items(), *unplaced.items()]:
        for key, line in sightings.versions.get(oid, ()):
            if oid not in lines[key, path]:
                found[key, path].append(life)
            lines[key, path][oid].add(line)
    return [
        Group(
            key=key,
            path=path,
            versions={oid: tuple(sorted(at, key=lambda n: n or 0)) for oid, at in by_oid.items()},
            written=tuple(commit for life in found[key, path] for commit in life.written),
            removed=tuple(commit for life in found[key, path] for commit in life.removed),
            named=all((oid, key) in sightings.named for oid in by_oid),
        )
        for (key, path), by_oid in sorted(lines.items(), key=lambda item: (item[0][1], item[0][0]))
    ]


@dataclass(frozen=True, slots=True)
class Scene:
    """What turns a group into places: the repository's name, its HEAD and the outcomes of live checks."""

    scope: str
    tree: GitTree | None
    states: Mapping[str, Liveness]
    tips: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """A branch that holds a file version now, by (path, object id)."""

    def head_oid(self, path: str) -> str | None:
        """Object id of a path at HEAD."""
        entry = self.tree.entries.get(path) if self.tree else None
        return entry.oid if entry else None

    def tip(self, group: Group) -> str | None:
        """A branch whose files hold the credential at this path now."""
        return next((self.tips[group.path, oid] for oid in group.versions if (group.path, oid) in self.tips), None)


def places(group: Group, material: Material, scene: Scene) -> Iterator[Place]:
    """One place for each line at HEAD, or one in history."""
    oid = scene.head_oid(group.path)
    at_head = oid is not None and oid in group.versions
    first = group.first
    attrs = _attrs(group, material, scene, at_head=at_head)
    content = scene.tree.read(group.path) if at_head and scene.tree else None
    lines = group.versions[oid] if at_head and oid else (_first_line(group),)
    for line in lines:
        yield Place(
            system=system_of(group.path, content) if at_head else "git_history",
            exposure="committed",
            scope=scene.scope,
            path=group.path,
            line=line,
            commit=first.id if first else None,
            author=first.author if first else None,
            seen_at=first.at if first else None,
            state=scene.states.get(group.key, "unknown"),
            attrs=attrs,
        )


def _attrs(group: Group, material: Material, scene: Scene, *, at_head: bool) -> dict[str, str]:
    first = group.first
    last = scene.tree.commit if at_head and scene.tree else group.last_holder()
    found = {
        "at_head": "true" if at_head else "false",
        "last_commit": last,
        "occurrences": str(group.occurrences()) if group.written else None,
        "branch": first.ref if first and not at_head else None,
        "branch_tip": scene.tip(group) if not at_head else None,
        "detected_as": material.detector,
        "test_path": "true" if is_test_path(group.path) else None,
        "referenced": "true" if group.named else None,
    }
    return {name: text for name, text in found.items() if text}


def _first_line(group: Group) -> int | None:
    """Line in any one version; the earliest number, as versions are not ordered here."""
    return min((line for lines in group.versions.values() for line in lines if line is not None), default=None)
