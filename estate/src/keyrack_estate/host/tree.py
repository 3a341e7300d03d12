"""A file system in memory: paths, contents, modes and owners; written out in one go."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Entry:
    """A regular file."""

    content: bytes
    mode: int
    owner: str


@dataclass
class Tree:
    """A root file system of one host."""

    name: str
    files: dict[str, Entry] = field(default_factory=dict)
    users: dict[str, int] = field(default_factory=lambda: {"root": 0})

    def put(self, path: str, content: str | bytes, mode: int = 0o644, owner: str | None = None) -> str:
        """Add a file; the owner of a home owns what is in it. Returns the path."""
        data = content.encode() if isinstance(content, str) else content
        parts = path.strip("/").split("/")
        holder = owner or (parts[1] if parts[0] == "home" and len(parts) > 2 else "root")
        self.files[path.lstrip("/")] = Entry(data, mode, holder)
        return path

    def digest(self) -> str:
        """SHA-256 over paths, modes and contents."""
        total = hashlib.sha256()
        for path, entry in sorted(self.files.items()):
            total.update(f"{path}\0{entry.mode:o}\0{entry.owner}\0{len(entry.content)}\0".encode() + entry.content)
        return total.hexdigest()

    def write(self, root: Path, when: datetime) -> None:
        """Write it all below ``root``; owners are set where the process may (as root), times are one moment."""
        for path, entry in sorted(self.files.items()):
            target = root / path
            _folders(root, target.parent)
            target.write_bytes(entry.content)
            target.chmod(entry.mode)
            os.utime(target, (when.timestamp(), when.timestamp()))
            if os.geteuid() == 0:
                uid = self.users.get(entry.owner, 0)
                os.chown(target, uid, uid)


def _folders(root: Path, folder: Path) -> None:
    """Make the folders down to ``folder``, open to all whatever the umask: what a file's mode says is then what holds."""
    missing = [folder, *folder.parents]
    for step in reversed(missing[: missing.index(root) + 1]):
        if not step.exists():
            step.mkdir(mode=0o755, parents=True)
            step.chmod(0o755)
