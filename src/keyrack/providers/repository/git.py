"""Reading a git repository with the ``git`` plumbing, so that a hostile repository can execute nothing.

What a repository's own configuration could otherwise start, and what switches it off here:

| hook in the configuration | answer |
|---|---|
| ``core.fsmonitor``, ``core.hooksPath``, ``post-index-change`` | ``-c`` overrides, ``GIT_OPTIONAL_LOCKS=0`` |
| ``filter.*``, ``diff.*.textconv``, ``diff.external``, ``log.showSignature`` | only plumbing that never runs them |
| partial clone (lazy fetch runs ``core.sshCommand``) | ``GIT_NO_LAZY_FETCH``, ``GIT_ALLOW_PROTOCOL`` empty |
| ``core.worktree``, ``GIT_DIR`` and friends in our own environment | ``--git-dir`` given, ``GIT_*`` dropped |

Sources: git-config(1), git(1) "Environment Variables", gitattributes(5); CVE-2022-24765, CVE-2024-32004.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from keyrack.errors import KeyrackError

_SAFE_CONFIG = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.untrackedCache=false",
    "core.sshCommand=false",
    "core.quotePath=false",
    "log.showSignature=false",
    "protocol.allow=never",
    "safe.directory=*",
    "submodule.recurse=false",
)
_SAFE_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ATTR_NOSYSTEM": "1",
    "LC_ALL": "C",
}


class GitError(KeyrackError):
    """git answered with an error; its own words are not repeated (they may quote file contents)."""


def available() -> bool:
    """Whether a ``git`` binary is on PATH."""
    return shutil.which("git") is not None


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | _SAFE_ENVIRONMENT


@dataclass(frozen=True, slots=True)
class Git:
    """One repository: its git directory and, unless bare, its working tree."""

    git_dir: Path
    work_tree: Path | None = None

    def command(self, *arguments: str) -> list[str]:
        """Argument list of one git call with the protective settings in front."""
        settings = [part for setting in _SAFE_CONFIG for part in ("-c", setting)]
        tree = ["--work-tree", str(self.work_tree)] if self.work_tree else []
        return ["git", "--no-pager", "--literal-pathspecs", *settings, "--git-dir", str(self.git_dir), *tree, *arguments]

    def start(self, *arguments: str, stdin: int | None = None) -> subprocess.Popen[bytes]:
        """Start a git call whose output is read as a stream.

        Raises:
            GitError: no ``git`` binary.
        """
        try:
            return subprocess.Popen(
                self.command(*arguments),
                stdin=subprocess.DEVNULL if stdin is None else stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                cwd=self.work_tree or self.git_dir,
            )
        except OSError as error:
            raise GitError("git.unavailable", "git cannot be started", hint="install git") from error

    def run(self, *arguments: str) -> bytes:
        """Output of one git call.

        Raises:
            GitError: git ended with an error or does not exist.
        """
        with self.start(*arguments) as process:
            output, _ = process.communicate()
        if process.returncode != 0:
            raise GitError("git.failed", f"git {arguments[0]} failed", hint="run `git fsck` in the repository")
        return output

    def line(self, *arguments: str) -> str | None:
        """First line of a git call's output as text; ``None`` when git fails or says nothing."""
        try:
            output = self.run(*arguments)
        except GitError:
            return None
        return display(output.split(b"\n", 1)[0]) or None

    def settings(self) -> dict[str, str]:
        """The repository's own configuration by lower-case key, the last of several values; empty when unreadable.

        Values may hold passwords (remote URLs): never record one as it is.
        """
        try:
            items = self.run("config", "--local", "--list", "-z").split(b"\0")
        except GitError:
            return {}
        pairs = (item.partition(b"\n") for item in items if item)
        return {display(key).lower(): display(value) for key, _, value in pairs}

    def fields(self, *arguments: str, separator: bytes = b"\0") -> Iterator[bytes]:
        """Stream a git call's output split at ``separator``; memory is bounded by the longest field.

        Raises:
            GitError: git ended with an error, after everything it did say was yielded.
        """
        with self.start(*arguments) as process:
            yield from _split(pipe(process.stdout), separator)
        if process.returncode != 0:
            raise GitError("git.failed", f"git {arguments[0]} failed", hint="run `git fsck` in the repository")


def pipe(stream: IO[bytes] | None) -> IO[bytes]:
    """The pipe that was asked for when the process was started."""
    if stream is None:
        raise ValueError("the process was started without this pipe")
    return stream


def _split(stream: IO[bytes], separator: bytes) -> Iterator[bytes]:
    rest = b""
    while chunk := stream.read(1 << 16):
        *whole, rest = (rest + chunk).split(separator)
        yield from whole
    if rest:
        yield rest


def display(raw: bytes) -> str:
    r"""Text of a path as records carry it: UTF-8, any other byte as ``\xNN`` (records must be valid UTF-8)."""
    return raw.decode("utf-8", "backslashreplace")


class Blobs:
    """Objects by id through one long-lived ``git cat-file --batch`` process; use as a context manager."""

    def __init__(self, git: Git) -> None:
        self._process = git.start("cat-file", "--batch", stdin=subprocess.PIPE)
        self._lock = threading.Lock()

    def read(self, oid: str) -> bytes | None:
        """Content of an object; ``None`` when it is missing or corrupt. Ask for no object of unknown size."""
        with self._lock:
            try:
                return self._exchange(oid)
            except (OSError, ValueError):
                return None  # git died on a corrupt object: later reads fail the same way, and the caller makes a Gap

    def _exchange(self, oid: str) -> bytes | None:
        requests, answers = pipe(self._process.stdin), pipe(self._process.stdout)
        requests.write(oid.encode() + b"\n")
        requests.flush()
        header = answers.readline().split()
        if len(header) != 3:
            return None
        size = int(header[2])
        content = answers.read(size + 1)
        return content[:size] if len(content) == size + 1 else None

    def close(self) -> None:
        """End the process."""
        pipe(self._process.stdin).close()
        pipe(self._process.stdout).close()
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
