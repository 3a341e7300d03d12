"""The journal of usage: one small file per commit says which Parquet parts are in force and which inputs were taken.

Layout under the lake's root::

    events/source=<log>/day=YYYY-MM-DD/<name>.parquet   events, each once
    events/journal/<number>.json                        commits, in order; written last and renamed into place
    events/journal/<number>.taken.parquet               inputs taken by that commit: key, size, stamp, events
    events/journal/<number>.sessions.parquet            session credential -> caller

Whatever the journal does not name is not there: a crash leaves files nobody sees, and the next ingest removes them.
"""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import msgspec

from keyrack.errors import KeyrackError
from keyrack.lake.commits import Lake
from keyrack.lake.durable import publish


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """What one part holds of one account, cluster or tenant in one region."""

    scope: str | None
    region: str | None
    first_at: datetime
    last_at: datetime
    events: int
    unmapped: int
    denied: int
    data_events: list[str] = []


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One Parquet file of one log and day; ``path`` is relative to the events folder, ``unmapped`` counts by API."""

    path: str
    source: str
    day: date
    rows: int
    first_at: datetime
    last_at: datetime
    spans: list[Span]
    unmapped: dict[str, int] = {}


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    """An input that could not be read; it is looked at again when its size or stamp changes."""

    key: str
    source: str
    size: int
    stamp: str
    code: str
    reason: str
    at: datetime


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One commit. A ``whole`` entry holds everything before it too. Paths are relative to the events folder."""

    id: str
    at: datetime
    version: str
    added: list[Part] = []
    removed: list[str] = []
    taken: list[str] = []
    sessions: list[str] = []
    rejected: list[Rejected] = []
    accepted: list[str] = []
    cursors: dict[str, str] = {}
    files: dict[str, int] = {}
    problems: dict[str, int] = {}
    whole: bool = False


class State(msgspec.Struct, kw_only=True):
    """All entries folded: what is in force."""

    parts: dict[str, Part] = {}
    taken: list[str] = []
    sessions: list[str] = []
    rejected: dict[str, Rejected] = {}
    cursors: dict[str, str] = {}
    files: dict[str, int] = {}
    problems: dict[str, int] = {}
    entries: int = 0

    def apply(self, entry: Entry) -> None:
        """Fold one more entry in."""
        self.parts.update({part.path: part for part in entry.added})
        for path in entry.removed:
            self.parts.pop(path, None)
        self.taken = entry.taken if entry.whole else [*self.taken, *entry.taken]
        self.sessions = entry.sessions if entry.whole else [*self.sessions, *entry.sessions]
        for key in entry.accepted:
            self.rejected.pop(key, None)
        self.rejected.update({rejected.key: rejected for rejected in entry.rejected})
        self.cursors.update(entry.cursors)
        for counts, more in ((self.files, entry.files), (self.problems, entry.problems)):
            for name, count in more.items():
                counts[name] = counts.get(name, 0) + count
        self.entries += 1

    def of(self, source: str) -> list[Part]:
        """Parts of one log, oldest day first."""
        return sorted((part for part in self.parts.values() if part.source == source), key=lambda part: (part.day, part.path))


class Journal:
    """The events folder of a lake.

    Raises (all methods):
        KeyrackError: the folder cannot be read or written, or an entry is damaged.
    """

    def __init__(self, lake: Lake) -> None:
        self.root = lake.root / "events"
        self.folder = self.root / "journal"

    def state(self) -> State:
        """What is in force."""
        state = State()
        for entry in self._entries():
            state.apply(entry)
        return state

    def next(self) -> str:
        """Number of the next commit; call under :meth:`lock`."""
        numbers = [int(path.stem.partition("-")[0]) for path in self.folder.glob("*.json")]
        return f"{max(numbers, default=0) + 1:010}"

    def publish(self, entry: Entry) -> None:
        """Make a commit visible: write, fsync, rename, fsync the folder."""
        publish(self.folder, entry.id, msgspec.json.encode(entry))

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Exclusive right to write events; a scan may run beside it.

        Raises:
            KeyrackError: another ingest holds it.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / ".lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise KeyrackError(
                    "usage.busy", "another ingest is writing to this home", hint="wait for it to end", retry="later"
                ) from None
            yield

    def sweep(self) -> int:
        """Remove files that no entry names; call under :meth:`lock`. Returns how many."""
        state = self.state()
        named = {*state.parts, *state.taken, *state.sessions}
        removed = 0
        for path in self.root.glob("**/*.parquet"):
            if str(path.relative_to(self.root)) not in named:
                path.unlink(missing_ok=True)
                removed += 1
        current = {path.name for path in self._files()}
        for path in [*self.folder.glob(".*.tmp"), *(path for path in self.folder.glob("*.json") if path.name not in current)]:
            path.unlink(missing_ok=True)
        return removed

    def _entries(self) -> list[Entry]:
        """Entries in force, oldest first, from the last whole one on."""
        return [_read(path) for path in self._files()]

    def _files(self) -> list[Path]:
        files = sorted(self.folder.glob("*.json"))
        whole = [place for place, path in enumerate(files) if path.stem.endswith("-whole")]
        return files[whole[-1] :] if whole else files


def _read(path: Path) -> Entry:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Entry)
    except (OSError, msgspec.DecodeError) as error:
        raise KeyrackError(
            "usage.damaged", f"journal file {path} cannot be read", hint="restore it from backup, or move it away"
        ) from error
