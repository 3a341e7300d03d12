"""What a commit is about to add, or a range of commits added: paths and object ids from git, contents on request.

Only plumbing is used: it runs no textconv, external diff or filter a repository configures (gitattributes(5)). The index that
git names in ``GIT_INDEX_FILE`` is respected, so that ``git commit -a`` and ``git commit FILE`` are seen as git will commit them.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from keyrack.errors import KeyrackError, UsageError

LIMIT: Final = 8 * 1024 * 1024
"""Bytes; a larger file is reported as not looked at."""
_GITLINK: Final = "160000"
_NONE: Final = frozenset("0")


@dataclass(frozen=True, slots=True)
class Change:
    """One file version that is new. ``path`` keeps odd bytes as surrogates; ``before`` are the versions it came from.

    ``before`` pairs object id and path: none for a new file, the source for a rename, one per parent for a merge.
    """

    path: str
    oid: str
    before: tuple[tuple[str, str], ...] = ()
    commit: str | None = None

    @property
    def shown(self) -> str:
        r"""The path as text: bytes that are no UTF-8 become ``\xNN``."""
        return shown(self.path)


def shown(path: str) -> str:
    r"""A path as text: bytes that are no UTF-8 become ``\xNN``."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


@dataclass(frozen=True, slots=True)
class Work:
    """A git work tree, by its top folder."""

    top: Path

    @classmethod
    def at(cls, folder: Path) -> Work:
        """The work tree that holds ``folder``.

        Raises:
            KeyrackError: it is in none, or git is missing.
        """
        output = _git(folder, ["rev-parse", "--show-toplevel"], (f"{folder} is in no git work tree", _REFUSED))
        return cls(Path(os.fsdecode(output.rstrip(b"\n"))))

    def staged(self) -> list[Change]:
        """File versions in the index that HEAD does not have at that path; a merge's other parents count as known."""
        head = self._resolve("HEAD^{commit}") or self.git("hash-object", "-t", "tree", "--stdin").decode().strip()
        raw = self.git("diff-index", "--cached", "-r", "-M", "--raw", "-z", "--no-abbrev", head, "--")
        changes = list(_changes(raw))
        for parent in self._merging():
            known = self._tree(parent, [change.path for change in changes])
            changes = [
                Change(c.path, c.oid, (*c.before, (known[c.path], c.path)) if c.path in known else c.before) for c in changes
            ]
        return [change for change in changes if change.oid not in {oid for oid, _ in change.before}]

    def added(self, span: str) -> list[Change]:
        """File versions that the commits of ``A..B`` made, oldest first: one that a later commit removed is still in history.

        Raises:
            UsageError: not of the form ``A..B``.
            KeyrackError: a commit is unknown here (a shallow clone lacks its ancestors).
        """
        first, dots, last = span.partition("...") if "..." in span else span.partition("..")
        if not dots or not last or first.startswith("-") or last.startswith("-"):
            raise UsageError("range.form", f"{span!r} is no range", hint="give two commits: --range origin/main..HEAD")
        start, end = self.commit(first or "HEAD"), self.commit(last)
        commits = self.git("rev-list", "--reverse", "--topo-order", f"{start}..{end}")
        arguments = ("diff-tree", "--stdin", "-r", "--root", "-c", "-M", "--raw", "-z", "--no-abbrev")
        unique = {(c.path, c.oid): c for c in reversed(list(_changes(self.git(*arguments, stdin=commits))))}
        return list(reversed(unique.values()))

    def tracked(self) -> list[Change]:
        """Every file in the index."""
        found = []
        for entry in self.git("ls-files", "--stage", "-z").split(b"\0"):
            meta, _, path = entry.partition(b"\t")
            mode, oid, *_ = (*meta.decode().split(), "", "")
            if path and mode != _GITLINK:
                found.append(Change(os.fsdecode(path), oid))
        return found

    def commit(self, name: str) -> str:
        """Object id of a commit.

        Raises:
            KeyrackError: there is no such commit here.
        """
        found = self._resolve(f"{name}^{{commit}}")
        if found is None:
            hint = "fetch the whole history (actions/checkout: fetch-depth: 0)"
            raise KeyrackError("git.commit", f"no commit {name!r} in this clone", hint=hint)
        return found

    def file(self, path: str, revision: str = "") -> bytes | None:
        """A file of the index (or of a revision's tree), or None."""
        oid = self._resolve(f"{revision}:{path}")
        return self.git("cat-file", "blob", oid) if oid else None

    def sizes(self, oids: Iterable[str]) -> dict[str, int]:
        """Size in bytes of each object that is there."""
        wanted = "\n".join(dict.fromkeys(oids)).encode()
        lines = self.git("cat-file", "--batch-check", stdin=wanted + b"\n").decode().split("\n") if wanted else []
        parts = (line.split() for line in lines)
        return {words[0]: int(words[2]) for words in parts if len(words) == 3 and words[2].isdecimal()}

    def contents(self, oids: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Content of each object, one in memory at a time; ask for objects of known size only.

        Raises:
            KeyrackError: an object cannot be read.
        """
        command = [*_COMMAND, "cat-file", "--batch"]
        with subprocess.Popen(
            command, cwd=self.top, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment()
        ) as process:
            if process.stdin is None or process.stdout is None:
                raise ValueError("the process was started without pipes")
            for oid in oids:
                process.stdin.write(oid.encode() + b"\n")
                process.stdin.flush()
                header = process.stdout.readline().split()
                if len(header) != 3:
                    raise KeyrackError("git.corrupt", f"object {oid} cannot be read", hint="run `git fsck`")
                yield oid, process.stdout.read(int(header[2]) + 1)[:-1]
            process.stdin.close()

    def git(self, *arguments: str, stdin: bytes | None = None) -> bytes:
        """Output of one git call in this work tree.

        Raises:
            KeyrackError: git failed.
        """
        return _git(self.top, arguments, stdin=stdin)

    def _resolve(self, name: str) -> str | None:
        try:
            found = self.git("rev-parse", "--verify", "--quiet", "--end-of-options", name)
        except KeyrackError:
            return None
        return found.decode().strip() or None

    def _merging(self) -> list[str]:
        heads = self.top / os.fsdecode(self.git("rev-parse", "--git-path", "MERGE_HEAD").rstrip(b"\n"))
        try:
            return [line for line in heads.read_text("ascii").split() if line]
        except (OSError, ValueError):
            return []

    def _tree(self, commit: str, paths: Sequence[str]) -> dict[str, str]:
        """Object ids of some paths in a commit's tree."""
        wanted = set(paths)
        found = {}
        for entry in self.git("ls-tree", "-r", "-z", commit).split(b"\0"):
            meta, _, path = entry.partition(b"\t")
            name = os.fsdecode(path)
            if name in wanted:
                found[name] = meta.decode().split()[2]
        return found


_COMMAND: Final = (
    "git", "--no-pager", "--literal-pathspecs", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null",
    "-c", "core.untrackedCache=false", "-c", "diff.renameLimit=2000",
)  # fmt: skip


def _environment() -> dict[str, str]:
    return os.environ | {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}


_REFUSED: Final = (
    "run it in a clone; if this is one of another user, git needs `git config --global --add safe.directory <folder>`"
)


def _git(folder: Path, arguments: Sequence[str], failure: tuple[str, str] = ("", ""), stdin: bytes | None = None) -> bytes:
    """Run git; its own words are not repeated, since they may quote file contents. ``failure`` is our sentence and hint."""
    try:
        done = subprocess.run(
            [*_COMMAND, *arguments], cwd=folder, input=stdin or b"", capture_output=True, check=False, env=_environment()
        )
    except OSError as error:
        raise KeyrackError("git.unavailable", "git cannot be started here", hint="install git") from error
    if done.returncode != 0:
        message, hint = failure
        raise KeyrackError("git.failed", message or f"git {arguments[0]} failed", hint=hint or "run `git status` to see why")
    return done.stdout


def _changes(raw: bytes) -> Iterator[Change]:
    """Parse ``--raw -z`` output, of one parent or (``-c``) of several (git-diff-tree(1), "Raw output format")."""
    tokens = iter(raw.split(b"\0"))
    commit: str | None = None
    for token in tokens:
        if not token:
            continue
        if not token.startswith(b":"):
            commit = token.decode("ascii", "replace").strip()
            continue
        parents = len(token) - len(token.lstrip(b":"))
        words = token.lstrip(b":").decode("ascii", "replace").split()
        modes, oids, status = words[: parents + 1], words[parents + 1 : -1], words[-1]
        source = os.fsdecode(next(tokens, b""))
        path = os.fsdecode(next(tokens, b"")) if parents == 1 and status[:1] in {"R", "C"} else source
        if len(oids) != parents + 1 or modes[-1] in {_GITLINK, "000000"} or set(oids[-1]) == _NONE:
            continue
        yield Change(path, oids[-1], tuple((oid, source) for oid in oids[:-1] if set(oid) != _NONE), commit)
