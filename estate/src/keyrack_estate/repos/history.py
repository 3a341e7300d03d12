"""A repository as a list of commits, written by ``git fast-import``: same commits, same ids."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from keyrack_estate.company import ORG
from keyrack_estate.truth import Anchor, place


@dataclass(frozen=True, slots=True)
class Commit:
    """Files set (content and mode) or removed (``None``) by one author at one moment."""

    author: str
    email: str
    when: datetime
    message: str
    files: dict[str, bytes | None] = field(hash=False)


@dataclass
class Repository:
    """A repository in the making."""

    name: str
    commits: list[Commit] = field(default_factory=list)

    @property
    def scope(self) -> str:
        """``owner/name`` as its remote has it."""
        return f"{ORG}/{self.name}"

    def at(self, path: str, name: str | None = None) -> Anchor:
        """Anchor of a file of this repository."""
        return place(self.scope, path, name)

    def commit(self, email: str, when: datetime, message: str, files: dict[str, str | None]) -> None:
        """Add a commit; ``None`` removes a file."""
        author = " ".join(part.capitalize() for part in email.split("@", maxsplit=1)[0].split("."))
        data = {path: text.encode() if text is not None else None for path, text in files.items()}
        self.commits.append(Commit(author, email, when, message, data))

    def stream(self) -> bytes:
        """The history in fast-import's language, oldest commit first."""
        out: list[bytes] = []
        for commit in sorted(self.commits, key=lambda c: c.when):
            stamp = f"{commit.author} <{commit.email}> {int(commit.when.timestamp())} +0000"
            message = commit.message.encode()
            out.append(
                f"commit refs/heads/main\nauthor {stamp}\ncommitter {stamp}\ndata {len(message)}\n".encode() + message + b"\n"
            )
            for path, data in sorted(commit.files.items()):
                if data is None:
                    out.append(f"D {path}\n".encode())
                else:
                    out.append(f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n")
        return b"".join(out) + b"done\n"

    def write(self, folder: Path) -> None:
        """Create the repository with a working tree at ``main``.

        Raises:
            subprocess.CalledProcessError: git refused.
        """
        folder.mkdir(parents=True)
        env = {"PATH": os.environ.get("PATH", ""), "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}

        def git(*arguments: str, data: bytes | None = None) -> None:
            subprocess.run(["git", *arguments], cwd=folder, env=env, input=data, check=True, capture_output=True)

        git("init", "-q", "-b", "main")
        git("remote", "add", "origin", f"https://github.com/{self.scope}.git")
        git("fast-import", "--quiet", "--done", data=self.stream())
        git("reset", "-q", "--hard", "main")
