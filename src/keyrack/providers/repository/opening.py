"""What lies at a path: a checkout, a bare repository, or a plain file or directory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from keyrack.errors import KeyrackError
from keyrack.providers.repository.git import Git, available
from keyrack.providers.repository.remote import directory_name, repository_name


@dataclass(frozen=True, slots=True)
class Opened:
    """A place to scan. ``git`` is ``None`` for plain files; ``why`` then says why there is no history to look at."""

    location: Path
    name: str
    git: Git | None = None
    why: str = ""
    hint: str = ""
    broken: bool = False
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)
    shallow: bool = False


def opened(location: str) -> Opened:
    """Look at a path without running anything the repository configures.

    Raises:
        KeyrackError: nothing exists there, or it may not be entered.
    """
    path = Path(location or ".").absolute()  # git runs inside it, so a relative path would be taken twice
    try:
        exists, inside = path.exists(), path.is_dir()
        git = _git(path) if inside else None
    except (OSError, ValueError) as error:
        raise KeyrackError("repository.unreadable", "the path cannot be entered", hint="check its permissions") from error
    if not exists:
        raise KeyrackError("repository.missing", "the path does not exist", hint="name an existing directory")
    if git is None:
        return _plain(path)
    if not available():
        return Opened(path, directory_name(path), None, "no git binary is installed", "install git", broken=True)
    shallow = git.line("rev-parse", "--is-shallow-repository")
    if shallow is None:
        return Opened(path, directory_name(path), None, "git cannot open the repository", "run `git fsck` in it", broken=True)
    settings = git.settings()
    name = repository_name(settings, path.parent if path.name == ".git" else path)
    return Opened(path, name, git, settings=settings, shallow=shallow == "true")


def _git(path: Path) -> Git | None:
    if (path / ".git").exists():
        return Git(path / ".git", path)
    if (path / "HEAD").is_file() and (path / "objects").is_dir() and (path / "refs").is_dir():
        return Git(path)
    return None


def _plain(path: Path) -> Opened:
    """A plain path; when a repository lies around it, say so."""
    name = directory_name(path)
    for parent in path.resolve().parents:
        if (parent / ".git").exists():
            return Opened(
                path, name, None, "the history belongs to a repository above this path", "scan the repository's top folder"
            )
    return Opened(path, name, None, "this is not a git repository")
