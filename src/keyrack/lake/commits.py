"""Commits: one small JSON file each, written last and renamed into place, so a crash leaves the previous one in force."""

from __future__ import annotations

import contextlib
import fcntl
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from keyrack.errors import KeyrackError
from keyrack.lake.durable import publish
from keyrack.sdk.spending import Spent


class SourceState(msgspec.Struct, frozen=True, kw_only=True):
    """Where one source's latest records lie and how many there are, by table.

    ``parent`` is the wish that stood for many sources, this one among them; empty: it stood for itself. ``name`` is what
    ``keyrack.toml`` called it, ``spent`` what its scan cost the systems it asked.
    """

    title: str
    provider: str
    at: datetime
    folder: str
    tables: dict[str, int]
    location: str = ""
    parent: str = ""
    name: str = ""
    spent: tuple[Spent, ...] = ()


class Whole(msgspec.Struct, frozen=True, kw_only=True):
    """One source that a run has whole, before the run is committed; ``wish`` tells what was asked for, exactly."""

    source: str
    wish: str
    state: SourceState


_LONG_AGO = datetime.min.replace(tzinfo=UTC)
RESUMABLE = timedelta(hours=24)
"""How long what a dead run had whole may be taken over; older observations are asked for again."""


class Unseen(msgspec.Struct, frozen=True, kw_only=True):
    """A target that a run could not look at at all: what was asked for, the error's code and sentence, what to do."""

    target: str
    code: str
    detail: str
    hint: str = ""


class Commit(msgspec.Struct, frozen=True, kw_only=True):
    """One state of the lake. ``scanned`` are the sources this run looked at; the rest stayed in force, save the ``forgotten``.

    ``unseen`` are targets that it was to look at and could not.
    """

    run: str
    at: datetime
    version: str
    sources: dict[str, SourceState]
    scanned: list[str]
    evaluated: str
    forgotten: tuple[str, ...] = ()
    unseen: tuple[Unseen, ...] = ()


class Lake:
    """The folder of runs and commits.

    Raises (all methods):
        KeyrackError: the folder cannot be read or written, or a commit file is damaged.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._commits = root / "commits"

    def run_folder(self, run: str) -> Path:
        """Folder of one run, committed or not."""
        return self.root / "runs" / f"run={run}"

    def commits(self) -> list[Commit]:
        """All commits, oldest first."""
        return [self._read(path) for path in self._files()]

    def head(self, as_of: datetime | None = None) -> Commit | None:
        """The commit in force now, or at a moment in the past; ``None`` when there was none yet."""
        for path in reversed(self._files()):
            commit = self._read(path)
            if as_of is None or commit.at <= as_of:
                return commit
        return None

    def find(self, run: str) -> Commit:
        """The commit of a run, by its id or an unambiguous prefix.

        Raises:
            KeyrackError: none or several match.
        """
        matches = [path for path in self._files() if path.stem.startswith(run.upper())]
        if len(matches) != 1:
            state = "no run" if not matches else f"{len(matches)} runs"
            raise KeyrackError("lake.run", f"{state} match {run!r}", hint="`keyrack sources` lists the runs")
        return self._read(matches[0])

    def publish(self, commit: Commit) -> None:
        """Make a run visible: write, fsync, rename, fsync the folder."""
        publish(self._commits, commit.run, msgspec.json.format(msgspec.json.encode(commit), indent=1))

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Exclusive right to write runs; scans of one home happen one after the other.

        Raises:
            KeyrackError: another scan holds it.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / ".lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise KeyrackError(
                    "lake.busy",
                    "another keyrack scan is writing to this home",
                    hint="wait for it, or use another --home",
                    retry="later",
                ) from None
            yield

    def sweep(self, now: datetime | None = None) -> int:
        """Remove what crashed scans left behind; call under :meth:`lock`. Returns the number of folders removed.

        With ``now``, runs that still have something to take over stay (see :meth:`unfinished`).
        """
        useful = {whole.state.folder.split("/")[1] for whole in self.unfinished(now)} if now else set()
        removed = 0
        for folder in self._dead():
            if folder.name not in useful:
                shutil.rmtree(folder, ignore_errors=True)
                removed += 1
        return removed

    def unfinished(self, now: datetime) -> list[Whole]:
        """Sources that dead runs had whole, oldest first: younger than :data:`RESUMABLE`, and nothing newer is in force."""
        head = self.head()
        known = {source: state.at for source, state in head.sources.items()} if head else {}
        found = []
        for folder in self._dead():
            for path in sorted((folder / "whole").glob("*.json")):
                whole = self._whole(path)
                if whole and now - whole.state.at < RESUMABLE and known.get(whole.source, _LONG_AGO) < whole.state.at:
                    found.append(whole)
        return found

    def _dead(self) -> list[Path]:
        """Folders of runs that were never committed, oldest first."""
        committed = {path.stem for path in self._files()}
        folders = sorted((self.root / "runs").glob("run=*"))
        return [folder for folder in folders if folder.name.removeprefix("run=") not in committed]

    def _whole(self, path: Path) -> Whole | None:
        """An entry, if it can be read and its records are there: a dead run promises nothing."""
        try:
            whole = msgspec.json.decode(path.read_bytes(), type=Whole)
        except (OSError, msgspec.DecodeError):
            return None
        folder = self.root / whole.state.folder
        here = folder.parent == path.parent.parent
        parts = here and all((folder / table / "part-0.parquet").is_file() for table in whole.state.tables)
        return whole if parts else None

    def _files(self) -> list[Path]:
        return sorted(self._commits.glob("*.json"))

    def _read(self, path: Path) -> Commit:
        try:
            return msgspec.json.decode(path.read_bytes(), type=Commit)
        except (OSError, msgspec.DecodeError) as error:
            raise KeyrackError(
                "lake.damaged", f"commit file {path} cannot be read", hint="restore it from backup, or move it away"
            ) from error
