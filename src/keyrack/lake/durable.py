"""Small files that are there whole or not at all, whatever happens while they are written."""

from __future__ import annotations

import os
from pathlib import Path


def publish(folder: Path, name: str, data: bytes) -> None:
    """Make ``folder/name.json`` visible: write aside, fsync, rename, fsync the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{name}.tmp"
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(folder / f"{name}.json")
    sync(folder)


def sync(folder: Path) -> None:
    """Flush a folder's own entries to disk, so that a rename in it survives a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
