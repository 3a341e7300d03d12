"""Which branches hold a file version now: HEAD is one of them, and a secret elsewhere is no secret of the past."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterable, Mapping
from typing import Final

from keyrack.providers.repository.git import Git, GitError, display, pipe
from keyrack.providers.repository.provenance import short

_MOST_BRANCHES: Final = 200
_MOST_PATHS: Final = 1_000
_HERE: Final = b"refs/remotes/origin/HEAD"


def tips(git: Git, versions: Mapping[str, Iterable[str]]) -> dict[tuple[str, str], str]:
    """The first branch (by latest commit) whose tip holds a version, by (path, object id); others are left out.

    Args:
        git: the repository.
        versions: object ids by path. At most 1,000 paths are asked for on the 200 branches that changed last.
    """
    wanted = {path: frozenset(oids) for path, oids in list(versions.items())[:_MOST_PATHS] if "\n" not in path}
    if not wanted:
        return {}
    try:
        listed = git.run("for-each-ref", "--sort=-committerdate", "--format=%(refname)", "refs/heads", "refs/remotes").split()
    except GitError:
        return {}
    branches = [name for name in listed if name != _HERE][:_MOST_BRANCHES]
    asked = [(branch, path) for branch in branches for path in wanted]
    found: dict[tuple[str, str], str] = {}
    for (branch, path), oid in zip(asked, _resolved(git, asked), strict=False):
        if oid in wanted[path]:
            found.setdefault((path, oid), short(display(branch)))
    return found


def _resolved(git: Git, asked: list[tuple[bytes, str]]) -> list[str]:
    """Object id at each (branch, path), empty where the branch has no such path; short when git breaks off."""
    questions = b"".join(branch + b":" + path.encode() + b"\n" for branch, path in asked)
    with git.start("cat-file", "--batch-check=%(objectname)", "--buffer", stdin=subprocess.PIPE) as process:
        feeder = threading.Thread(target=_ask, args=(process, questions), daemon=True)
        feeder.start()
        lines = pipe(process.stdout).read().splitlines()
        feeder.join()
    return ["" if line.endswith((b" missing", b" ambiguous")) else line.decode("ascii", "replace") for line in lines]


def _ask(process: subprocess.Popen[bytes], questions: bytes) -> None:
    try:
        with pipe(process.stdin) as requests:
            requests.write(questions)
    except OSError:
        return  # git ended; the reader sees the same
