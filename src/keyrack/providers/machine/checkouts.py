"""Git work trees on the machine: what one tracks is the repository provider's to judge, the machine looks at the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from shlex import quote

from keyrack.providers.machine.root import Root, reason_of, shown
from keyrack.records import Gap
from keyrack.sdk import gap
from keyrack.sdk.formats.gitindex import tracked

_LIMIT = 256 * 1024 * 1024
_MOST_MODULES = 1_000


@dataclass(slots=True)
class Checkouts:
    """Work trees met so far, with the paths each tracks; an index that cannot be read tracks nothing."""

    root: Root
    found: dict[str, frozenset[bytes]] = field(default_factory=dict)

    def add(self, folder: str) -> Iterator[Gap]:
        """Note a work tree, and that its committed files are left to a scan of its own."""
        if folder in self.found:
            return
        self.found[folder] = frozenset()
        index = self._index(folder)
        try:
            paths = tracked(self.root.read(index, _LIMIT).data)
        except OSError as error:
            if reason_of(error) == "missing":  # nothing was ever added to it
                return
            paths = None
        if paths is None:
            yield gap(
                "machine.env_files",
                shown(index),
                "unsupported",
                "the index of a git work tree could not be read, so its committed files are looked at like any others",
                incomplete=False,
            )
        elif paths:
            self.found[folder] = paths
            yield gap(
                "machine.env_files",
                shown(folder),
                "unsupported",
                "a git work tree: its committed files and history are scanned as a repository",
                hint=f"keyrack scan {quote(shown(folder))}",
                incomplete=False,
            )

    def _index(self, folder: str) -> str:
        """The index: in ``.git``, or where a ``.git`` file of a linked work tree or submodule points."""
        try:
            pointer = self.root.read(f"{folder}/.git", 4096).data
        except OSError:
            return f"{folder}/.git/index"
        target = pointer.partition(b"gitdir:")[2].strip().decode("utf-8", "surrogateescape")
        return f"{target}/index" if target.startswith("/") else f"{folder}/{target}/index"

    def configurations(self, folder: str) -> Iterator[str]:
        """Configuration files of submodules, kept inside ``.git``; the search itself meets the main one."""
        try:
            names = self.root.names(f"{folder}/.git/modules")
        except OSError:
            return  # the folder itself was listed: what git keeps in it is readable or is reported as unreadable elsewhere
        yield from (f"{folder}/.git/modules/{name}/config" for name in names[:_MOST_MODULES])

    def holds(self, path: str) -> bool:
        """Whether a work tree tracks the file."""
        folder = path
        while self.found and folder not in ("", "/"):
            folder = folder.rpartition("/")[0]
            if folder in self.found:
                inside = path[len(folder) :].lstrip("/").encode("utf-8", "surrogateescape")
                return inside in self.found[folder]
        return False
