"""Keyrack's home: lake, ledger and the deployment's fingerprint key, in one private folder."""

from __future__ import annotations

import contextlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from keyrack.errors import KeyrackError
from keyrack.lake import Lake
from keyrack.sdk import Fingerprinter

KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Home:
    """Where a deployment keeps what it knows."""

    root: Path

    @property
    def lake(self) -> Lake:
        """What was observed."""
        return Lake(self.root / "lake")

    @property
    def ledger_file(self) -> Path:
        """What was decided."""
        return self.root / "ledger.db"

    @property
    def scratch(self) -> Path:
        """Room for engines to spill to."""
        return self.root / "scratch"

    @property
    def key_file(self) -> Path:
        """The fingerprint key."""
        return self.root / "fingerprint.key"

    def prepare(self) -> None:
        """Create the folder, private to its owner.

        Raises:
            KeyrackError: it cannot be created or written.
        """
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not self.key_file.exists():
                self._create_key()
        except OSError as error:
            raise KeyrackError(
                "home.unwritable", f"cannot write to {self.root}: {error.strerror}", hint="choose another --home or KEYRACK_HOME"
            ) from error

    def fingerprinter(self) -> Fingerprinter:
        """Fingerprints under this deployment's key.

        Raises:
            KeyrackError: the key is missing or damaged; a new one would make every known credential a stranger.
        """
        try:
            key = self.key_file.read_bytes()
        except OSError as error:
            raise KeyrackError("home.key", f"cannot read {self.key_file}", hint="restore it from backup") from error
        if len(key) != KEY_BYTES:
            raise KeyrackError("home.key", f"{self.key_file} is damaged", hint="restore it from backup, or start a new --home")
        return Fingerprinter(key)

    def _create_key(self) -> None:
        """Written aside and linked into place, so that two first scans at once agree on one key."""
        temporary = self.root / f".fingerprint.{os.getpid()}"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(temporary, self.key_file)
        temporary.unlink()


def default_home() -> Path:
    """``KEYRACK_HOME``, else ``$XDG_DATA_HOME/keyrack``, else ``~/.local/share/keyrack`` (XDG base directories 0.8)."""
    if chosen := os.environ.get("KEYRACK_HOME"):
        return Path(chosen)
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local" / "share") / "keyrack"
