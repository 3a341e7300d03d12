"""Run the `keyrack` command as users do, and a whole estate through it once per test session."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from keyrack_estate.chance import Chance
from keyrack_estate.minting import access_key_id, aws_secret
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


def two_copies_of_a_key(root: Path, seed: int) -> tuple[str, str]:
    """A host with one AWS key pair in a credentials file and its secret again in a `.env`; returns id and secret."""
    chance = Chance(seed, "two-copies")
    identifier, secret = access_key_id(chance, "111122223333"), aws_secret(chance)
    (root / "etc").mkdir(parents=True)
    (root / "etc" / "hostname").write_text("box\n")
    (root / "etc" / "passwd").write_text("root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/bash\n")
    home = root / "home" / "ann"
    (home / ".aws").mkdir(parents=True)
    (home / ".aws" / "credentials").write_text(f"[default]\naws_access_key_id = {identifier}\naws_secret_access_key = {secret}\n")
    (home / ".env").write_text(f"AWS_SECRET_ACCESS_KEY={secret}\n")
    return identifier, secret
