"""Real git repositories, made at run time; secrets are made at run time too."""

from __future__ import annotations

import os
import random
import string
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tokens import checked

from keyrack.records import Record
from keyrack.sdk import Context, Fingerprinter, Target

ALNUM = string.ascii_letters + string.digits
EPOCH = 1_700_000_000


@dataclass
class Fake:
    """Secret values that look real; the same seed gives the same values."""

    source: random.Random = field(default_factory=lambda: random.Random(42))
    made: list[str] = field(default_factory=list)

    def text(self, length: int, alphabet: str = ALNUM) -> str:
        return "".join(self.source.choice(alphabet) for _ in range(length))

    def token(self) -> str:
        self.made.append(checked("ghp_", self.text(36)))
        return self.made[-1]

    def password(self) -> str:
        self.made.append(self.text(15) + "7!")
        return self.made[-1]

    def aws(self) -> tuple[str, str]:
        key, secret = "AKIA" + self.text(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), self.text(40, ALNUM + "/+")
        self.made.append(secret)
        return key, secret


@dataclass
class Repo:
    """A repository under construction; every commit is an hour after the one before."""

    path: Path
    bare: bool = False
    clock: int = EPOCH

    def git(self, *arguments: str, stdin: bytes | None = None) -> str:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
        environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_ALLOW_PROTOCOL": "file"}
        environment |= {"GIT_COMMITTER_DATE": f"{self.clock} +0000", "GIT_AUTHOR_DATE": f"{self.clock} +0000"}
        settings = ["-c", "user.name=Ada", "-c", "user.email=ada@corp.example", "-c", "commit.gpgsign=false"]
        done = subprocess.run(
            ["git", *settings, "-C", str(self.path), *arguments], input=stdin, capture_output=True, check=True, env=environment
        )
        return done.stdout.decode("utf-8", "surrogateescape").strip()

    def write(self, path: str, content: str | bytes) -> Path:
        target = self.path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        return target

    def commit(self, message: str = "change", author: str = "ada@corp.example", **files: str | bytes | None) -> str:
        """Commit files (``__`` in a name stands for ``/``); ``None`` deletes. Returns the commit id."""
        for name, content in files.items():
            self.put(name.replace("__", "/"), content)
        return self.save(message, author)

    def put(self, path: str, content: str | bytes | None) -> None:
        if content is None:
            self.git("rm", "-q", "-f", "--", path)
        else:
            self.write(path, content)
            self.git("add", "-f", "--", path)

    def save(self, message: str = "change", author: str = "ada@corp.example") -> str:
        self.clock += 3600
        self.git("commit", "-q", "--allow-empty", "-m", message, f"--author=Some One <{author}>")
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def fake() -> Fake:
    return Fake()


@pytest.fixture
def new_repo(tmp_path: Path) -> Callable[..., Repo]:
    def make(name: str = "web", *, bare: bool = False) -> Repo:
        path = tmp_path / name
        path.mkdir(parents=True)
        repo = Repo(path, bare)
        repo.git("init", "-q", "-b", "main", *(["--bare"] if bare else []))
        return repo

    return make


@pytest.fixture
def repo(new_repo: Callable[..., Repo]) -> Repo:
    return new_repo()


@pytest.fixture
def ctx() -> Context:
    return Context(now=datetime(2026, 1, 1, tzinfo=UTC), fingerprint=Fingerprinter(b"k" * 32))


@dataclass
class Scan:
    """Records of one scan, by type."""

    records: list[Record]

    def of(self, kind: type) -> list:
        return [record for record in self.records if isinstance(record, kind)]


@pytest.fixture
def scan(ctx: Context) -> Callable[[Path], Scan]:
    from keyrack.providers.repository import provider

    def run(path: Path) -> Scan:
        return Scan(list(provider.discover(Target("repository", str(path)), ctx)))

    return run


@pytest.fixture
def target() -> Callable[[Path], Target]:
    return lambda path: Target("repository", str(path))
