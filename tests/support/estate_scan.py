"""Run the `keyrack` command as users do, and a whole estate through it once per test session."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from keyrack_estate.world import World

KEYRACK = str(Path(sys.executable).with_name("keyrack"))


def keyrack(home: Path, *words: str, cwd: Path | None = None, **extra: str) -> subprocess.CompletedProcess[str]:
    """One command; fake AWS credentials, its own home, no network but what the words name."""
    return subprocess.run(
        [KEYRACK, *words],
        env=environment(home, **extra),
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def environment(home: Path, **extra: str) -> dict[str, str]:
    return {
        **os.environ,
        "KEYRACK_HOME": str(home),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/nonexistent",
        "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
        **extra,
    }


@dataclass(frozen=True)
class EstateScan:
    """An estate on disk, its scan, and what the scan printed."""

    world: World
    folder: Path
    home: Path
    report: Path
    stderr: str
