"""Where a finding lies, in the names our own scans use: the same repository, path and kind of place. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from keyrack.providers.reports.mapping import About
from keyrack.providers.reports.settings import Settings
from keyrack.providers.reports.told import Told
from keyrack.records.placement import Exposure, PlacementSystem
from keyrack.sdk.formats.base import clean
from keyrack.sdk.git_places import system_of
from keyrack.sdk.git_remotes import name_from_url

_LONGEST: Final = 4096
_LOCAL: Final = ("file://", "/", ".", "~")


@dataclass(frozen=True, slots=True)
class Spot:
    """System, exposure, scope and path of a placement. ``known`` is false when no one says which repository or host it is."""

    system: PlacementSystem
    exposure: Exposure
    scope: str
    path: str
    known: bool = True


def spot(told: Told, settings: Settings, about: About | None) -> Spot:
    """The place of a finding: as the report says, else as the mapping file or the options say, else the source itself."""
    repository = _repository(told, settings, about)
    path = _path(told.path, (about.root if about else None) or settings.root)
    host = (about.host if about else None) or settings.host
    if told.where == "commit" or (repository and told.where in ("tree", "file")):
        scope = repository or settings.label
        system: PlacementSystem = "git_history" if told.commit else system_of(path)
        return Spot(system, "public" if told.public else "committed", scope, path, known=repository is not None)
    if told.where in ("tree", "file"):
        return Spot("file", "config", host or settings.label, path, known=host is not None)
    scope = clean(told.place or settings.label)
    if told.where == "image":
        return Spot("image", "config", scope, path or scope)
    if told.where == "bucket":
        return Spot("file", "config", scope, path or scope)
    return Spot("log" if told.where == "log" else "chat", "ci" if told.where == "log" else "config", scope, path or scope)


def _repository(told: Told, settings: Settings, about: About | None) -> str | None:
    stated = told.place if told.where in ("commit", "tree") else None
    remote = name_from_url(stated) if stated and not stated.startswith(_LOCAL) else None
    if remote:
        return clean(remote)
    given = (about.repository if about else None) or settings.repository
    if given:
        return clean(given)
    if not stated:
        return None
    return clean(PurePosixPath(stated.rstrip("/")).name.removesuffix(".git")) or None


def _path(path: str, root: str | None) -> str:
    """A path as from the root of its repository: without the folder it was checked out to, ``./`` and back slashes of Windows."""
    plain = path[:_LONGEST]
    if "\\" in plain and "/" not in plain:
        plain = plain.replace("\\", "/")
    if root and (plain == root.rstrip("/") or plain.startswith(root.rstrip("/") + "/")):
        plain = plain[len(root.rstrip("/")) :].lstrip("/")
    while plain.startswith("./"):
        plain = plain[2:]
    return plain
